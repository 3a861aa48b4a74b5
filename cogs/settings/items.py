"""Selects that are answered by their ids, so that they work after a restart."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self, TypeAlias

import discord
from discord import ui

from cogs.failures import report

Choose = Callable[[discord.Interaction[Any], str, Sequence[str]], Awaitable[None]]
"""What a select does: the interaction, what its id says after the prefix, and the values that were chosen: of channels
and roles their ids."""

_Select: TypeAlias = "ui.Select[Any] | ui.ChannelSelect[Any] | ui.RoleSelect[Any]"


def dynamic_select(prefix: str, choose: Choose, *, reference: str) -> type[ui.DynamicItem[Any]]:
    """The class to register with the client; what a choice raises is answered as a command's error is."""

    class Answered(ui.DynamicItem[_Select], template=re.compile(f"{re.escape(prefix)}(?P<of>{reference})")):
        def __init__(self, select: _Select, of: str) -> None:
            super().__init__(select)
            self._of = of

        @classmethod
        async def from_custom_id(
            cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
        ) -> Self:
            if not isinstance(item, ui.Select | ui.ChannelSelect | ui.RoleSelect):
                raise TypeError("the id of a select on something else")
            return cls(item, match["of"])

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            try:
                values = [each if isinstance(each, str) else f"{each.id}" for each in self.item.values]
                await choose(interaction, self._of, values)
            except Exception as error:  # noqa: BLE001 - the last stop before discord.py would only log it
                await report(interaction, error, action="select")

    return Answered
