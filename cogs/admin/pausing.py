"""`/admin pause` and `/admin resume`: nothing new is ordered, and what waits is kept."""

from dataclasses import replace
from typing import Any, Final

import discord
import structlog

from cogs.admin.writing import written
from cogs.embeds import DONE, REFUSED, sentence_embed
from cogs.place import guild_of
from jobs.ports import Clock
from jobs.sentence import Sentence, say, verbatim
from jobs.servers.records import Change
from jobs.servers.rules import Pause, ServerRules
from jobs.servers.servers import Servers
from words.speech import Words

_log = structlog.get_logger(__name__)
REASON_LONGEST: Final = 200  # characters
PAUSED: Final = say(
    "Paused: nobody can order images here. What waits is kept and made after `/admin resume`; "
    "what is being made already is finished."
)
PAUSED_ALREADY: Final = say("It is paused already. `/admin resume` lets images be made again.")
RESUMED: Final = say("Images are made here again, and what waited goes on.")
NOT_PAUSED: Final = say("It is not paused: images are made here. `/admin pause` stops that.")


class Pausing:
    """Acts on the server where it is typed or pressed."""

    def __init__(self, servers: Servers, clock: Clock) -> None:
        self._servers = servers
        self._clock = clock

    async def pause(self, interaction: discord.Interaction[Any], reason: str = "") -> None:
        """The command."""
        now = self._servers.of(guild_of(interaction)).pause
        reason = " ".join(reason.split())
        said = PAUSED_ALREADY if now is not None and now.reason == reason else PAUSED
        await self._answer(interaction, Pause(by=interaction.user.id, at=self._clock.now(), reason=reason), said)

    async def resume(self, interaction: discord.Interaction[Any]) -> None:
        """The command."""
        said = NOT_PAUSED if self._servers.of(guild_of(interaction)).pause is None else RESUMED
        await self._answer(interaction, None, said)

    async def turn(self, interaction: discord.Interaction[Any], *, paused: bool) -> bool:
        """A button, without a reason; whether it was written. To be called after the acknowledgement."""
        now = self._servers.of(guild_of(interaction)).pause
        if paused and now is not None:
            return True
        return await self._set(interaction, Pause(by=interaction.user.id, at=self._clock.now()) if paused else None)

    async def _set(self, interaction: discord.Interaction[Any], pause: Pause | None) -> bool:
        guild_id = guild_of(interaction)

        def changed(rules: ServerRules) -> ServerRules:
            if pause is not None and rules.pause is not None and rules.pause.reason == pause.reason:
                return rules  # since when and by whom stays as it is
            return replace(rules, pause=pause)

        def entry(_: ServerRules) -> Change:
            action, reason = ("resume", "") if pause is None else ("pause", pause.reason)
            return Change(guild_id=guild_id, actor_id=interaction.user.id, action=action, after=reason)

        done = await written(interaction, self._servers.change(guild_id, changed, entry=entry))
        if done:
            _log.info("paused" if pause else "resumed", guild=guild_id, by=interaction.user.id)
        return done

    async def _answer(self, interaction: discord.Interaction[Any], pause: Pause | None, said: Sentence) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not await self._set(interaction, pause):
            return
        if pause is not None and pause.reason:
            said = say("{text}\nMembers are told: “{reason}”", text=said, reason=verbatim(pause.reason))
        colour = DONE if pause is None else REFUSED
        embed = sentence_embed(said, Words(interaction.locale.value), colour=colour)
        await interaction.edit_original_response(embed=embed)
