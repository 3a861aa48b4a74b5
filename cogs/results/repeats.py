"""Again and Variations: more of a result, ordered and paid by whoever presses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord

from cogs.answering import acknowledge, take_back
from cogs.desk import OrderDesk, draw_seed
from cogs.results.finding import WORDS_GONE, Finder, refuse, said
from cogs.results.rights import is_private
from jobs.catalog import Model
from jobs.model import Job
from jobs.outcomes import Admission, Admitted, AlreadyAdmitted
from jobs.request import ImageRequest
from jobs.sentence import Sentence
from jobs.variations import SOURCE as VARIATIONS
from jobs.variations import variations

Change = Callable[[Job, Model], ImageRequest]


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """What is to be made of a job."""

    reference: str  # of the job
    source: str  # what was pressed, without the job: the same within 3 s makes one job
    private: bool
    change: Change
    fewer: bool = False  # be content with as many images as the quota has room for


class Repeats:
    """Orders made of earlier ones. The acknowledgement comes first, before anything is looked up."""

    def __init__(self, desk: OrderDesk, finder: Finder) -> None:
        self._desk = desk
        self._finder = finder

    async def again(
        self, interaction: discord.Interaction[Any], reference: str, message: discord.Message | None
    ) -> None:
        """The same with a new seed."""
        await self.order(
            interaction,
            Repeat(
                reference=reference,
                source=f"again:{message.id if message else 0}",
                private=is_private(message),
                change=lambda job, _model: job.request.with_seed(draw_seed()),
            ),
        )

    async def variations(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Four others, or as many as there is room for: the result will say so."""
        message = interaction.message
        await self.order(
            interaction,
            Repeat(
                reference=reference,
                source=f"{VARIATIONS}{message.id if message else 0}",
                private=is_private(message),
                change=lambda job, model: variations(job.request, model, seed=draw_seed()),
                fewer=True,
            ),
        )

    async def order(self, interaction: discord.Interaction[Any], repeat: Repeat) -> Admission | None:
        """Place the order, or tell why not; None: it was not placed."""
        if (refusal := self._desk.gate.enter(interaction, private=repeat.private)) is not None:
            await refuse(interaction, refusal)
            return None
        message_id = await acknowledge(interaction, private=repeat.private)
        if message_id is None:
            return None
        found = await self._finder.find(interaction, repeat.reference)
        allowed = self.orderable(interaction, found) if isinstance(found, Job) else found
        if isinstance(allowed, Sentence):
            await take_back(interaction, said(interaction, allowed), private=repeat.private)
            return None
        job, model = allowed
        passed = self._desk.gate.order(interaction, repeat.change(job, model), private=repeat.private)
        if isinstance(passed, Sentence):
            await take_back(interaction, said(interaction, passed), private=repeat.private)
            return None
        kind, _, rest = repeat.source.partition(":")
        return await self._desk.place(
            interaction,
            passed,
            source=f"{kind}:{job.id}:{rest}",
            message_id=message_id,
            fewer=repeat.fewer,
        )

    def orderable(self, interaction: discord.Interaction[Any], job: Job) -> tuple[Job, Model] | Sentence:
        """The job with its model as it may be used here, or why nothing can be made of it here and now."""
        if job.removed_at is not None:
            return WORDS_GONE
        model = self._desk.gate.model(interaction, job.request.model)
        if isinstance(model, Sentence):
            return model
        return self._desk.gate.reused(interaction, job.request) or (job, model)


def was_ordered(admission: Admission | None) -> bool:
    """Whether there is a job now."""
    return isinstance(admission, Admitted | AlreadyAdmitted)
