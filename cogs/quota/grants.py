"""`/admin quota grant` and `reset`: images beside the windows, and all images of the windows back."""

from typing import Any, Final

import discord
import structlog

from cogs.embeds import DONE, sentence_embed
from cogs.place import guild_of
from cogs.quota.replying import Said
from cogs.quota.rules import not_a_customer
from cogs.words import moment
from jobs.ports import Clock
from jobs.sentence import Sentence, say, say_count
from jobs.servers.people import People
from jobs.servers.typed import read_moment
from words.speech import Words

_log = structlog.get_logger(__name__)
EXPIRES: Final = "30d"  # where nobody says when


class Grants:
    """Acts on the server where it is typed."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people = people
        self._clock = clock

    async def grant(
        self,
        interaction: discord.Interaction[Any],
        words: Words,
        member: discord.Member | discord.User,
        images: int,
        expires: str,
    ) -> Said:
        """Grant images on top of what is left, or with 0 take back what is left."""
        guild_id, by = guild_of(interaction), interaction.user.id
        if images == 0:
            taken = await self._people.take_grant_back(guild_id=guild_id, user_id=member.id, by=by)
            if not taken:
                return say("{who} has no granted images left. Nothing was changed.", who=member.mention)
            said = say("{who} has no granted images any more.", who=member.mention)
            return sentence_embed(said, words, colour=DONE)
        refusal = not_a_customer(member)
        if refusal is not None:
            return refusal
        until = read_moment(expires, option="expires", now=self._clock.now())
        if isinstance(until, Sentence):
            return until
        grant = await self._people.add_grant(
            guild_id=guild_id, user_id=member.id, images=images, expires_at=until, by=by
        )
        _log.info("images were granted", guild=guild_id, by=by, user=member.id, images=images)
        said = say_count(
            "{who} has **{count}** granted image until {moment}. It is used once a limit is reached.",
            "{who} has **{count}** granted images until {moment}. They are used once a limit is reached.",
            grant.left,
            who=member.mention,
            moment=moment(grant.expires_at),
        )
        return sentence_embed(said, words, colour=DONE)

    async def reset(
        self, interaction: discord.Interaction[Any], words: Words, member: discord.Member | discord.User
    ) -> Said:
        """Let nothing count that a member has made so far."""
        refusal = not_a_customer(member)
        if refusal is not None:
            return refusal
        guild_id, by = guild_of(interaction), interaction.user.id
        await self._people.reset_quota(guild_id=guild_id, user_id=member.id, by=by)
        _log.info("a quota was reset", guild=guild_id, by=by, user=member.id)
        said = say(
            "What {who} has made so far counts no more. Granted images stay as they are.",
            who=member.mention,
        )
        return sentence_embed(said, words, colour=DONE)
