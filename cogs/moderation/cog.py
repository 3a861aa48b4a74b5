"""`/admin words`, what may not stand in a prompt here; and the buttons under reported images."""

from collections.abc import Iterable
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from cogs.admin.group import AdminCog, AdminGroup
from cogs.admin.rights import is_admin
from cogs.forms import Forms
from cogs.moderation.blocking import Blocking
from cogs.moderation.case_message import BAN, DISMISS, REMOVE
from cogs.moderation.deciding import BANNED, Deciding
from cogs.results.buttons import dynamic_button
from jobs.content.patterns import LONGEST

_OFFERED: Final = 25  # choices, Discord's bound
_CHOICE: Final = 100  # characters of a choice, Discord's bound
_TYPED: Final = 4_000  # characters


class Moderation(AdminCog):
    """Hands each command, press and form on."""

    words = AdminGroup(name="words", description=locale_str("Words that may not stand in prompts here"))

    def __init__(
        self, bot: commands.AutoShardedBot, admin: AdminGroup, *, blocking: Blocking, deciding: Deciding
    ) -> None:
        super().__init__(admin)
        self._bot = bot
        self._blocking = blocking
        self._buttons = (
            dynamic_button(REMOVE, deciding.remove),
            dynamic_button(DISMISS, deciding.dismiss),
            dynamic_button(BAN, deciding.ask),
        )
        self._forms = Forms({BANNED: deciding.ban})

    async def cog_load(self) -> None:
        """Answer presses and forms from now on."""
        self._bot.add_dynamic_items(*self._buttons)
        self._bot.add_listener(self._forms.listen, "on_interaction")

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_listener(self._forms.listen, "on_interaction")
        self._bot.remove_dynamic_items(*self._buttons)

    @words.command(name="add", description=locale_str("Block words, however they are spelt or disguised"))
    @app_commands.describe(
        words=locale_str("One or more, with commas between them; several words in a row count as one expression"),
        pattern=locale_str("A regular expression (RE2), such as \\bbad\\w*; letters count however they are written"),
    )
    async def add(
        self,
        interaction: discord.Interaction[Any],
        words: Range[str, 1, _TYPED] | None = None,
        pattern: Range[str, 1, LONGEST] | None = None,
    ) -> None:
        """Block more."""
        await self._blocking.add(interaction, words, pattern)

    @words.command(name="remove", description=locale_str("Allow words again"))
    @app_commands.describe(
        words=locale_str("One or more of the list, with commas between them"),
        pattern=locale_str("A pattern of the list, as it stands there"),
    )
    async def remove(
        self,
        interaction: discord.Interaction[Any],
        words: Range[str, 1, _TYPED] | None = None,
        pattern: Range[str, 1, LONGEST] | None = None,
    ) -> None:
        """Block less."""
        await self._blocking.remove(interaction, words, pattern)

    @remove.autocomplete("words")
    async def _words(self, interaction: discord.Interaction[Any], typed: str) -> list[Choice[str]]:
        return _offer(self._blocking.known(interaction).words, typed) if is_admin(interaction) else []

    @remove.autocomplete("pattern")
    async def _patterns(self, interaction: discord.Interaction[Any], typed: str) -> list[Choice[str]]:
        return _offer(self._blocking.known(interaction).patterns, typed) if is_admin(interaction) else []

    @words.command(name="list", description=locale_str("Show what is blocked here"))
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """List it."""
        await self._blocking.show(interaction)

    @words.command(name="test", description=locale_str("Try whether a prompt would be refused"))
    @app_commands.describe(text=locale_str("The prompt; nothing is made"))
    async def test(self, interaction: discord.Interaction[Any], text: Range[str, 1, _TYPED]) -> None:
        """Try a text."""
        await self._blocking.test(interaction, text)


def _offer(blocked: Iterable[str], typed: str) -> list[Choice[str]]:
    sought = typed.casefold()
    fits = sorted(each for each in blocked if sought in each.casefold() and len(each) <= _CHOICE)
    return [Choice(name=each, value=each) for each in fits[:_OFFERED]]
