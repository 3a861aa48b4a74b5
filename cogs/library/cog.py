"""`/lora`: the commands of a server's library, and the buttons and forms under its messages."""

from collections.abc import Callable
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range, locale_str
from discord.ext import commands

from cogs.forms import Forms
from cogs.library.adding import Adding
from cogs.library.answers import may_approve, may_change
from cogs.library.buttons import ANY_ENTRY, ANY_PAGE, ANY_VERDICT, APPROVE, EDIT, EDIT_AGAIN, PAGE, REJECT
from cogs.library.carrying import Carrying
from cogs.library.deciding import Deciding
from cogs.library.editing import Editing
from cogs.library.form import FORM
from cogs.library.looking import Looking
from cogs.library.messages import Shelves, guarded
from cogs.library.ruling import Ruling
from cogs.library.suggestions import suggest_entries, suggest_models
from cogs.results.buttons import dynamic_button
from jobs.library.entry import NAME_LONGEST, TRIGGERS_LONGEST, Entry, Typed
from jobs.lora import URL_LONGEST
from jobs.servers.rules import Who

_WHICH = locale_str("Which one")
_Name = Range[str, 1, NAME_LONGEST]
_Link = Range[str, 1, URL_LONGEST]


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
class LoraLibrary(commands.GroupCog, group_name="lora", group_description=locale_str("This server's library of LoRAs")):
    """Each command hands over to the part that does it."""

    def __init__(self, bot: commands.AutoShardedBot, shelves: Shelves) -> None:
        self._bot = bot
        self._shelves = shelves
        self._looking = Looking(shelves)
        self._adding, self._carrying = Adding(shelves), Carrying(shelves)
        self._editing, self._deciding = Editing(shelves), Deciding(shelves, self._looking)
        self._ruling = Ruling(shelves)
        self._forms = Forms({FORM: self._editing.submitted})
        self._buttons = (
            dynamic_button(PAGE, self._looking.turn, reference=ANY_PAGE),
            dynamic_button(APPROVE, self.press_approve, reference=ANY_VERDICT),
            dynamic_button(REJECT, self.press_reject, reference=ANY_VERDICT),
            dynamic_button(EDIT, self._editing.open, reference=ANY_ENTRY),
            dynamic_button(EDIT_AGAIN, self._editing.open_again, reference=ANY_ENTRY),
        )

    async def cog_load(self) -> None:
        """Know the libraries, and answer presses from now on."""
        await self._shelves.libraries.load()
        self._bot.add_dynamic_items(*self._buttons)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(*self._buttons)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Called by discord.py with everything; the form is answered here."""
        await self._forms.listen(interaction)

    async def press_approve(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Approve what the message shows."""
        await guarded(interaction, self._deciding.pressed(interaction, reference, approve=True))

    async def press_reject(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Reject it."""
        await guarded(interaction, self._deciding.pressed(interaction, reference, approve=False))

    @app_commands.command(name="add", description=locale_str("Add a LoRA to this server's library"))
    @app_commands.describe(
        name=locale_str("What members type for it"),
        source=locale_str("An https:// link to the weights, or owner/repo"),
        triggers=locale_str("Words that the prompt needs, separated by commas; added when they are missing"),
        scale=locale_str("How strongly it counts where nobody says so"),
        model=locale_str("Only for this model; leave it out for every model that takes it"),
        preview=locale_str("A picture that shows what it does"),
        preview_link=locale_str("The same as an https:// link"),
        age_restricted=locale_str("Offer it in age-restricted channels only"),
    )
    async def add(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
        self,
        interaction: discord.Interaction[Any],
        name: _Name,
        source: _Link,
        triggers: Range[str, 1, 2 * TRIGGERS_LONGEST] | None = None,
        scale: float | None = None,
        model: Range[str, 1, 100] | None = None,
        preview: discord.Attachment | None = None,
        preview_link: _Link | None = None,
        age_restricted: bool = False,
    ) -> None:
        """Take an entry in."""
        typed = Typed(
            name=name,
            source=source,
            models=model or "",
            triggers=triggers or "",
            scale="" if scale is None else f"{scale}",
            age_restricted=age_restricted,
        )
        await self._adding.add(interaction, typed, preview=preview, preview_link=preview_link)

    @app_commands.command(name="list", description=locale_str("The LoRAs of this server"))
    @app_commands.describe(
        text=locale_str("Only those whose name or trigger words fit this"),
        pending=locale_str("Only those that wait for a moderator"),
    )
    async def look(
        self,
        interaction: discord.Interaction[Any],
        text: Range[str, 1, 100] | None = None,
        pending: bool = False,
    ) -> None:
        """Show the first page."""
        await self._looking.list(interaction, text or "", waiting=pending)

    @app_commands.command(name="show", description=locale_str("Everything about one LoRA"))
    @app_commands.describe(name=_WHICH)
    async def show(self, interaction: discord.Interaction[Any], name: _Name) -> None:
        """Show one."""
        await guarded(interaction, self._looking.show(interaction, name))

    @app_commands.command(name="edit", description=locale_str("Change a LoRA; without more options in a form"))
    @app_commands.describe(
        name=_WHICH,
        age_restricted=locale_str("Offer it in age-restricted channels only"),
        preview=locale_str("A picture that shows what it does"),
        preview_link=locale_str("The same as an https:// link"),
    )
    async def edit(
        self,
        interaction: discord.Interaction[Any],
        name: _Name,
        age_restricted: bool | None = None,
        preview: discord.Attachment | None = None,
        preview_link: _Link | None = None,
    ) -> None:
        """Change one."""
        await self._editing.edit(
            interaction, name, age_restricted=age_restricted, preview=preview, preview_link=preview_link
        )

    @app_commands.command(name="remove", description=locale_str("Remove a LoRA; images made with it stay"))
    @app_commands.describe(name=_WHICH)
    async def remove(self, interaction: discord.Interaction[Any], name: _Name) -> None:
        """Remove one."""
        await guarded(interaction, self._deciding.remove(interaction, name))

    @app_commands.command(name="approve", description=locale_str("Let everybody use a LoRA that waits; for moderators"))
    @app_commands.describe(name=_WHICH)
    async def approve(self, interaction: discord.Interaction[Any], name: _Name) -> None:
        """Approve one."""
        await guarded(interaction, self._deciding.approve(interaction, name))

    @app_commands.command(name="export", description=locale_str("This library as a file; for moderators"))
    async def export(self, interaction: discord.Interaction[Any]) -> None:
        """Give it as a file."""
        await self._carrying.export(interaction)

    @app_commands.command(
        name="import", description=locale_str("Take in a library's file, whole or not; for moderators")
    )
    @app_commands.describe(
        file=locale_str("What /lora export gave, at most 1 MB"),
        replace=locale_str("Replace LoRAs of the same names"),
    )
    async def bring(
        self,
        interaction: discord.Interaction[Any],
        file: discord.Attachment,
        replace: bool = False,
    ) -> None:
        """Take a file in."""
        await guarded(interaction, self._carrying.bring(interaction, file, replace=replace))

    @app_commands.command(name="settings", description=locale_str("The library's rules; with Manage Server to change"))
    @app_commands.describe(
        approval=locale_str("Whether what members add waits for a moderator"),
        raw_sources=locale_str("Who may use links and owner/repo in /imagine beside the library"),
        add_approver=locale_str("A role that may approve LoRAs beside moderators"),
        remove_approver=locale_str("A role that may not any more"),
    )
    @app_commands.choices(
        raw_sources=[
            app_commands.Choice(name=locale_str("everyone"), value=Who.EVERYONE.value),
            app_commands.Choice(name=locale_str("moderators"), value=Who.MODERATORS.value),
            app_commands.Choice(name=locale_str("nobody"), value=Who.NOBODY.value),
        ]
    )
    async def settings(
        self,
        interaction: discord.Interaction[Any],
        approval: bool | None = None,
        raw_sources: str | None = None,
        add_approver: discord.Role | None = None,
        remove_approver: discord.Role | None = None,
    ) -> None:
        """Show or change the rules."""
        await guarded(
            interaction,
            self._ruling.settings(
                interaction,
                approval=approval,
                raw_sources=None if raw_sources is None else Who(raw_sources),
                add_approver=add_approver,
                remove_approver=remove_approver,
            ),
        )

    @show.autocomplete("name")
    async def suggest(self, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[Any]]:
        """Those that can be seen here."""
        return self._suggest(interaction, typed, lambda _entry: True)

    @edit.autocomplete("name")
    @remove.autocomplete("name")
    async def suggest_own(self, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[Any]]:
        """Those that whoever types may change."""
        return self._suggest(interaction, typed, lambda entry: may_change(interaction, entry))

    @approve.autocomplete("name")
    async def suggest_waiting(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[Any]]:
        """Those that wait, for who decides."""
        if not may_approve(interaction, self._shelves.rules(interaction)):
            return []
        return self._suggest(interaction, typed, lambda entry: not entry.approved)

    @add.autocomplete("model")
    async def suggest_model(self, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[Any]]:
        """The models that take LoRAs and may be used here."""
        return suggest_models(self._shelves.offer(interaction), typed)

    def _suggest(
        self, interaction: discord.Interaction[Any], typed: str, wanted: Callable[[Entry], bool]
    ) -> list[app_commands.Choice[Any]]:
        library, rules = self._shelves.here(interaction), self._shelves.rules(interaction)
        return suggest_entries(library, interaction, typed, rules=rules, wanted=wanted)
