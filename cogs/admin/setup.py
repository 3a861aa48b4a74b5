"""`/admin setup`: what its selects, buttons and forms do, in the server where they are used."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import discord
import structlog

from cogs.admin.checkup import Checkup
from cogs.admin.controls import panel_view
from cogs.admin.numbers import form_of, typed_into
from cogs.admin.pages import ON, Page, Pick, Press
from cogs.admin.panel import Panel, panel_embed
from cogs.admin.pausing import Pausing
from cogs.admin.rights import NOT_AN_ADMIN, is_admin
from cogs.admin.ruling import ACTIONS, picked, pressed
from cogs.admin.summaries import Summary
from cogs.admin.writing import written
from cogs.forms import show_form
from cogs.place import guild_of
from cogs.results.finding import refuse
from jobs.content.content import Content
from jobs.sentence import Sentence
from jobs.servers.differences import entry
from jobs.servers.records import Change
from jobs.servers.rules import ServerRules
from jobs.servers.servers import Servers
from jobs.service import JobService
from words.speech import Words

_log = structlog.get_logger(__name__)
_Edit = Callable[[ServerRules], ServerRules]


class Setup:
    """Whoever acts is asked for their rights each time: a panel outlives them."""

    def __init__(
        self, servers: Servers, service: JobService, content: Content, checkup: Checkup, pausing: Pausing
    ) -> None:
        self._servers = servers
        self._service = service
        self._content = content
        self._checkup = checkup
        self._pausing = pausing

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """The command: the first page, to whoever typed it alone."""
        panel, words = self._panel(interaction, Page.START), Words(interaction.locale.value)
        embed, view = panel_embed(panel, words), panel_view(panel, words)
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    async def pick(self, interaction: discord.Interaction[Any], reference: str, values: Sequence[str]) -> None:
        """A select: another page, or something decided."""
        if not is_admin(interaction):
            await refuse(interaction, NOT_AN_ADMIN)
            return
        pick = Pick(reference)
        await interaction.response.defer()
        if pick is Pick.PAGE:
            await self._shown(interaction, Page(values[0]))
        elif await self._change(interaction, ACTIONS[pick], lambda rules: picked(pick, values, rules)):
            await self._shown(interaction, ON[pick])

    async def press(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """A button: a form, a switch, a pause, or another look."""
        if not is_admin(interaction):
            await refuse(interaction, NOT_AN_ADMIN)
            return
        press = Press(reference)
        form = form_of(press, self._servers.of(guild_of(interaction)), Words(interaction.locale.value))
        if form is not None:
            await show_form(interaction, form)
            return
        await interaction.response.defer()
        if press in {Press.PAUSE, Press.RESUME}:
            done = await self._pausing.turn(interaction, paused=press is Press.PAUSE)
        elif press is Press.AGAIN:
            done = True
        else:
            done = await self._change(interaction, ACTIONS[press], lambda rules: pressed(press, rules))
        if done:
            await self._shown(interaction, ON[press])

    async def submitted(self, interaction: discord.Interaction[Any], reference: str, typed: Mapping[str, str]) -> None:
        """A form: all of it is taken, or what is wrong is told."""
        if not is_admin(interaction):
            await refuse(interaction, NOT_AN_ADMIN)
            return
        press = Press(reference)
        fault = typed_into(press, typed, self._servers.of(guild_of(interaction)))
        if isinstance(fault, Sentence):
            await refuse(interaction, fault)
            return

        def changed(rules: ServerRules) -> ServerRules:
            typed_in = typed_into(press, typed, rules)
            return rules if isinstance(typed_in, Sentence) else typed_in

        await interaction.response.defer()
        if await self._change(interaction, ACTIONS[press], changed):
            await self._shown(interaction, ON[press])

    async def _change(self, interaction: discord.Interaction[Any], action: str, change: _Edit) -> bool:
        guild_id, by = guild_of(interaction), interaction.user.id

        def noted(rules: ServerRules) -> Change:
            return entry(rules, change(rules), guild_id=guild_id, actor_id=by, action=action)

        done = await written(interaction, self._servers.change(guild_id, change, entry=noted))
        if done:
            _log.info("a server's rules were changed", guild=guild_id, by=by, action=action)
        return done

    async def _shown(self, interaction: discord.Interaction[Any], page: Page) -> None:
        panel, words = self._panel(interaction, page), Words(interaction.locale.value)
        await interaction.edit_original_response(embed=panel_embed(panel, words), view=panel_view(panel, words))

    def _panel(self, interaction: discord.Interaction[Any], page: Page) -> Panel:
        guild, words = interaction.guild, Words(interaction.locale.value)
        there = set() if guild is None else {each.id for each in (*guild.channels, *guild.threads, *guild.roles)}
        return Panel(
            page=page,
            summary=self.summary(interaction),
            problems=self._checkup.problems(interaction, words),
            there=there,
        )

    def summary(self, interaction: discord.Interaction[Any]) -> Summary:
        """What is decided for the server where this is asked."""
        guild_id = guild_of(interaction)
        return Summary(
            rules=self._servers.of(guild_id),
            day=self._service.images_per_day,
            catalog=self._service.catalog,
            may_be_unsafe=self._content.may_allow_unsafe(guild_id),
            words=Words(interaction.locale.value),
        )
