"""`/admin ban` and `/admin unban`: who may order nothing in a server."""

from typing import Any, Final

import discord
import structlog

from cogs.embeds import DONE, sentence_embed
from cogs.place import guild_of
from cogs.quota.replying import Said
from cogs.words import moment, plain
from jobs.ports import Clock, StoreUnavailable
from jobs.sentence import Sentence, say, say_count
from jobs.servers.people import People
from jobs.servers.people_records import Ban
from jobs.servers.rules import EVERYWHERE
from jobs.servers.typed import read_moment
from jobs.service import JobService
from words.speech import Words

_log = structlog.get_logger(__name__)
REASON_LONGEST: Final = 300  # characters
NOT_YOURSELF: Final = say("You cannot ban yourself: choose somebody else. Nobody was banned.")
NOT_A_BOT: Final = say("Bots order no images: choose a person. Nobody was banned.")
NOT_THE_OWNER: Final = say("The owner of a server cannot be banned in it: choose somebody else. Nobody was banned.")


class Bans:
    """Acts on the server where it is typed."""

    def __init__(self, people: People, service: JobService, clock: Clock) -> None:
        self._people = people
        self._service = service
        self._clock = clock

    async def ban(
        self,
        interaction: discord.Interaction[Any],
        words: Words,
        user: discord.Member | discord.User,
        *,
        reason: str,
        until: str | None,
        cancel_waiting: bool,
    ) -> Said:
        """Ban somebody, also who has left the server; what waits of theirs is cancelled, what is being made goes on."""
        refusal = why_not_banned(interaction, user)
        if refusal is not None:
            return refusal
        expires_at = None if until is None else read_moment(until, option="for", now=self._clock.now())
        if isinstance(expires_at, Sentence):
            return expires_at
        guild_id, by = guild_of(interaction), interaction.user.id
        text = " ".join(reason.split())
        if not text:
            return say("A ban needs a reason, which its user reads: type one. Nobody was banned.")
        ban = await self._people.set_ban(guild_id=guild_id, user_id=user.id, reason=text, by=by, expires_at=expires_at)
        _log.info("banned", guild=guild_id, by=by, user=user.id)
        lines = [_done(ban, user.id)]
        if cancel_waiting:
            lines.append(await self._cancel(guild_id, user.id))
        return sentence_embed_of(lines, words)

    async def unban(
        self, interaction: discord.Interaction[Any], words: Words, user: discord.Member | discord.User
    ) -> Said:
        """Lift this server's ban."""
        guild_id, by = guild_of(interaction), interaction.user.id
        lifted = await self._people.lift_ban(guild_id=guild_id, user_id=user.id, by=by)
        everywhere = self._people.ban_of(EVERYWHERE, user.id)
        if lifted is None and everywhere is None:
            return say("<@{user}> is not banned here: `/admin quota list` shows who is.", user=f"{user.id}")
        if lifted is not None:
            _log.info("unbanned", guild=guild_id, by=by, user=user.id)
        if everywhere is not None:
            return say(
                "The bot's operator has banned <@{user}> everywhere, and alone can lift that.", user=f"{user.id}"
            )
        return sentence_embed(say("<@{user}> can order images here again.", user=f"{user.id}"), words, colour=DONE)

    async def _cancel(self, guild_id: int, user_id: int) -> Sentence:
        try:
            count = await self._service.cancel_waiting(guild_id=guild_id, user_id=user_id)
        except StoreUnavailable as error:
            _log.info("a banned user's jobs were not cancelled, the database cannot be used", cause=str(error))
            return say("The bot's database cannot be used right now: what waits of theirs was not cancelled.")
        if not count:
            return say("Nothing of theirs was waiting.")
        return say_count(
            "{count} waiting job of theirs was cancelled. What is being made already is finished.",
            "{count} waiting jobs of theirs were cancelled. What is being made already is finished.",
            count,
        )


def why_not_banned(interaction: discord.Interaction[Any], user: discord.Member | discord.User) -> Sentence | None:
    """Why whoever acts cannot ban somebody here: nobody bans themselves nor the owner, and only the owner an admin."""
    owner = None if interaction.guild is None else interaction.guild.owner_id
    if user.id == interaction.user.id:
        return NOT_YOURSELF
    if user.bot:
        return NOT_A_BOT
    if user.id == owner:
        return NOT_THE_OWNER
    if isinstance(user, discord.Member) and interaction.user.id != owner:
        # In a command's options Discord states what a member may do; elsewhere it follows from the roles.
        allowed = user.resolved_permissions or user.guild_permissions
        if allowed.manage_guild or allowed.administrator:
            return say(
                "{who} has **Manage Server**: only the owner of this server can ban them. Nobody was banned.",
                who=user.mention,
            )
    return None


def _done(ban: Ban, user_id: int) -> Sentence:
    # Of somebody who was banned under a former id the ban has that one.
    reason = plain(ban.reason)
    if ban.expires_at is None:
        return say("<@{user}> can order nothing here. They read: “{reason}”", user=f"{user_id}", reason=reason)
    return say(
        "<@{user}> can order nothing here until {moment}. They read: “{reason}”",
        user=f"{user_id}",
        moment=moment(ban.expires_at),
        reason=reason,
    )


def sentence_embed_of(lines: list[Sentence], words: Words) -> discord.Embed:
    """Several sentences under one another."""
    return discord.Embed(description="\n".join(words(line) for line in lines), colour=DONE)
