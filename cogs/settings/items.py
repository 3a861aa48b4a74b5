"""Selects that are answered by their ids, so that they work after a restart."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self

import discord
from discord import ui

from cogs.failures import report

Choose = Callable[[discord.Interaction[Any], str, Sequence[str]], Awaitable[None]]
"""What a select does: the interaction, what its id says after the prefix, and the values that were chosen."""


def dynamic_select(prefix: str, choose: Choose, *, reference: str) -> type[ui.DynamicItem[Any]]:
    """The class to register with the client; what a choice raises is answered as a command's error is."""

    class Answered(ui.DynamicItem[ui.Select[Any]], template=re.compile(f"{re.escape(prefix)}(?P<of>{reference})")):
        def __init__(self, select: "ui.Select[Any]", of: str) -> None:
            super().__init__(select)
            self._of = of

        @classmethod
        async def from_custom_id(
            cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
        ) -> Self:
            if not isinstance(item, ui.Select):
                raise TypeError("the id of a select on something else")
            return cls(item, match["of"])

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            try:
                await choose(interaction, self._of, self.item.values)
            except Exception as error:  # noqa: BLE001 - the last stop before discord.py would only log it
                await report(interaction, error, action="select")

    return Answered
