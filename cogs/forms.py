"""Forms, Discord's modals, answered by their ids: also those that were open while the bot restarted."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import discord
from discord import ui

from cogs.failures import report

Submit = Callable[[discord.Interaction[Any], str, Mapping[str, str]], Awaitable[None]]
"""What a form does: the interaction, what its id says after the prefix, and what was typed, or chosen in a
select, by the ids of its inputs."""


class Forms:
    """Answers submitted forms by the prefix of their id; no prefix may begin with another one.

    `listen` is to be a listener of the client's event `on_interaction`.
    """

    def __init__(self, submits: Mapping[str, Submit]) -> None:
        self._submits = submits

    async def listen(self, interaction: discord.Interaction[Any]) -> None:
        """Hand a submitted form on; what that raises is answered as a command's error is."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        custom_id = str(_data(interaction).get("custom_id", ""))
        for prefix, submit in self._submits.items():
            if custom_id.startswith(prefix):
                try:
                    await submit(interaction, custom_id.removeprefix(prefix), _texts(interaction))
                except Exception as error:  # noqa: BLE001 - the last stop before discord.py would only log it
                    await report(interaction, error, action="form")
                return


async def show_form(interaction: discord.Interaction[Any], form: ui.Modal) -> None:
    """Answer with a form, of which discord.py is to remember nothing."""
    form.stop()
    await interaction.response.send_modal(form)


def text_input(
    label: str,
    custom_id: str,
    *,
    value: str = "",
    hint: str = "",
    longest: int,
    required: bool = False,
    long: bool = False,
) -> "ui.Label[Any]":
    """One input with its label (at most 45 characters) and a hint below it (at most 100)."""
    style = discord.TextStyle.paragraph if long else discord.TextStyle.short
    return ui.Label(
        text=label[:45],
        description=hint[:100] or None,
        component=ui.TextInput(
            custom_id=custom_id, style=style, default=value or None, max_length=longest, required=required
        ),
    )


def _texts(interaction: discord.Interaction[Any]) -> dict[str, str]:
    parts = _data(interaction).get("components", [])
    inputs = [each for part in parts for each in part.get("components", [part.get("component", {})])]
    typed = {each["custom_id"]: str(each["value"]) for each in inputs if "value" in each}
    return typed | {each["custom_id"]: str(each["values"][0]) for each in inputs if each.get("values")}


def _data(interaction: discord.Interaction[Any]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", interaction.data or {})
