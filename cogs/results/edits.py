"""Edit: a form filled in with what was asked for, and an order of what it says then."""

from collections.abc import Mapping
from typing import Any, Final

import discord

from cogs.desk import OrderDesk, draw_seed
from cogs.embeds import faults_embed
from cogs.forms import show_form
from cogs.refusals import MODEL_GONE
from cogs.results.buttons import edit_again_button
from cogs.results.edit_form import EditReference, edit_form, typed_embed, typed_in
from cogs.results.finding import Finder, refuse
from cogs.results.repeats import Repeat, Repeats, was_ordered
from cogs.results.rights import is_private
from cogs.words import shortened
from jobs.editing import Field, merged, read_form, typed
from jobs.model import Job
from jobs.sentence import Sentence
from jobs.validation import Faults
from words.speech import Words

_FAULTS_LONGEST: Final = 1_500  # characters; beside them an embed of up to 4,200 fits into Discord's 6,000


class Edits:
    """Shows the form and takes what was typed; what cannot be taken is given back, with a button to go on."""

    def __init__(self, desk: OrderDesk, finder: Finder, repeats: Repeats) -> None:
        self._desk = desk
        self._finder = finder
        self._repeats = repeats

    async def open(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Show the form of a job: one row is read first, since a form has to be the very answer to a press."""
        private = is_private(interaction.message)
        if (refusal := self._desk.gate.enter(interaction, private=private)) is not None:
            await refuse(interaction, refusal)
            return
        found = await self._finder.find(interaction, reference)
        allowed = self._repeats.orderable(interaction, found) if isinstance(found, Job) else found
        if not isinstance(allowed, tuple):
            await refuse(interaction, allowed)
            return
        job, model = allowed
        of = EditReference(job_id=job.id, private=private, model=model.key)
        words = Words(interaction.locale.value)
        await show_form(interaction, edit_form(words, of, typed(job.request), model, nonce=interaction.id))

    async def open_again(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Show the form with what was typed before, which stands in the message."""
        of = EditReference.read(reference)
        if (refusal := self._desk.gate.enter(interaction, private=of.private)) is not None:
            await refuse(interaction, refusal)
            return
        model = self._desk.gate.model(interaction, of.model)
        if isinstance(model, Sentence) or interaction.message is None:
            await refuse(interaction, model if isinstance(model, Sentence) else MODEL_GONE)
            return
        words = Words(interaction.locale.value)
        await show_form(interaction, edit_form(words, of, typed_in(interaction.message), model, nonce=interaction.id))

    async def submitted(self, interaction: discord.Interaction[Any], reference: str, texts: Mapping[str, str]) -> None:
        """Order what was typed, or tell everything that is wrong with it at once."""
        text, _, nonce = reference.rpartition(":")
        of = EditReference.read(text)
        model = self._desk.gate.model(interaction, of.model)
        if isinstance(model, Sentence):
            await refuse(interaction, model)
            return
        written = {field: texts.get(field.value, "") for field in Field}
        form = read_form(written, model=model, drawn_seed=draw_seed())
        words = Words(interaction.locale.value)
        kept, button = typed_embed(words, written), edit_again_button(str(of), words)
        if isinstance(form, Faults):
            embeds = [faults_embed(form.faults, words), kept]
            embeds[0].description = shortened(embeds[0].description or "", _FAULTS_LONGEST)
            await interaction.response.send_message(embeds=embeds, view=button, ephemeral=True)
            return
        admission = await self._repeats.order(
            interaction,
            Repeat(
                reference=of.job_id,
                source=f"edit:{nonce}",  # the form's own: sent twice, it is ordered once
                private=of.private,
                change=lambda job, _model: merged(job.request, form),
            ),
        )
        if not was_ordered(admission) and interaction.response.is_done():
            await interaction.followup.send(embed=kept, view=button, ephemeral=True)
