"""Save preset: a form under a result, and what keeps it."""

from collections.abc import Mapping
from typing import Any, Final

import discord
import structlog
from discord import ui

from cogs.admin.rights import is_moderator
from cogs.forms import show_form, text_input
from cogs.presets.answers import PERSONAL, SERVER, STORE_TROUBLE, owner_of
from cogs.presets.embeds import preset_embed
from cogs.results.finding import Finder, refuse
from cogs.words import plain
from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.presets import NAME_LONGEST, PRESETS_MOST, STYLE_LONGEST, OwnerKind, Preset, preset_options, read_name
from jobs.sentence import Sentence, say
from jobs.service import JobService
from jobs.shelf import Saved, Shelf
from jobs.validation import Chosen
from words.speech import Words

_log = structlog.get_logger(__name__)
SAVE_FORM: Final = "fluxcord:savepreset:"
NAME: Final = "name"
STYLE: Final = "style"
OWNER: Final = "owner"
_KEY_LEFT_OUT: Final = say(
    "A LoRA was left out: its link may hold somebody's download key. Only who used it can keep it, for themselves."
)


class Saving:
    """Keeps options under a name, for a member or a server."""

    def __init__(self, shelf: Shelf, service: JobService, finder: Finder) -> None:
        self._shelf = shelf
        self._service = service
        self._finder = finder

    async def ask(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show the form at once; whether the job may be used is looked up when it comes back."""
        words = Words(interaction.locale.value)
        form = ui.Modal(title=words(say("Save as a preset"))[:45], custom_id=SAVE_FORM + job_id, timeout=None)
        form.add_item(text_input(words(say("Name")), NAME, longest=NAME_LONGEST, required=True))
        hint = words(say("Added to each prompt, for example: oil painting, soft light"))
        form.add_item(text_input(words(say("Style (optional)")), STYLE, hint=hint, longest=STYLE_LONGEST, long=True))
        if is_moderator(interaction):
            choices = [
                discord.SelectOption(label=words(say("Mine: it follows me into every server")), value=PERSONAL),
                discord.SelectOption(label=words(say("This server's: for everybody here")), value=SERVER),
            ]
            choices[0].default = True
            select: ui.Select[Any] = ui.Select(custom_id=OWNER, options=choices)
            form.add_item(ui.Label(text=words(say("Whose preset?"))[:45], component=select))
        await show_form(interaction, form)

    async def submitted(self, interaction: discord.Interaction[Any], job_id: str, typed: Mapping[str, str]) -> None:
        """Keep what the form says."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.save(
            interaction,
            typed.get(NAME, ""),
            style=typed.get(STYLE, ""),
            reference=job_id,
            options={},
            for_server=typed.get(OWNER) == SERVER,
            overwrite=False,
        )

    async def save(
        self,
        interaction: discord.Interaction[Any],
        typed_name: str,
        *,
        style: str,
        reference: str | None,
        options: Chosen,
        for_server: bool,
        overwrite: bool,
    ) -> None:
        """Keep a job's options (by its id or a message's), and over them the typed ones; after the acknowledgement."""
        owner = owner_of(interaction, for_server=for_server)
        name = read_name(typed_name)
        if isinstance(owner, Sentence):
            await refuse(interaction, owner)
            return
        if isinstance(name, Sentence):
            await refuse(interaction, name)
            return
        notes: list[Sentence] = []
        if reference is not None:
            job = await self._finder.find(interaction, reference)
            if not isinstance(job, Job):
                await refuse(interaction, job)
                return
            whole = owner.kind is OwnerKind.USER and job.order.user_id == interaction.user.id
            taken, has_key = preset_options(job.request, whole_links=whole)
            options = {**taken, **options}
            notes += [_KEY_LEFT_OUT] if has_key else []
        preset = Preset(
            owner=owner, name=name, options=options, style=" ".join(style.split()), saved_by=interaction.user.id
        )
        try:
            saved = await self._shelf.save(preset, overwrite=overwrite)
        except StoreUnavailable as error:
            _log.info("a preset could not be kept, the database cannot be used", cause=str(error))
            await refuse(interaction, STORE_TROUBLE)
            return
        if saved is not Saved.KEPT:
            await refuse(interaction, not_saved(saved, name))
            return
        _log.info("a preset was saved", user=interaction.user.id, owner=owner.kind.value, options=len(options))
        words = Words(interaction.locale.value)
        embed = preset_embed(preset, words, self._service.catalog, notes=notes)
        embed.set_author(name=words(say("Preset saved")))
        await interaction.edit_original_response(content=None, embed=embed)


def not_saved(saved: Saved, name: str) -> Sentence:
    """Why a name was not given."""
    match saved:
        case Saved.TOO_MANY:
            return say(
                "There are {most} presets already, the most there can be. Remove one with `/preset remove`.",
                most=PRESETS_MOST,
            )
        case Saved.GONE:
            return say("This preset was changed meanwhile. Look at it with `/preset show`.")
        case _:
            return say(
                "There is a preset **{name}** already. Choose another name, or remove that one with `/preset remove`.",
                name=plain(name),
            )
