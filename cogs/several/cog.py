"""Several jobs of one order: what they need is told first, then all of them are placed, or none."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import aiohttp
import discord
import structlog
from discord.ext import commands

from cogs.admin.rights import is_admin
from cogs.answering import acknowledge, take_back
from cogs.costs.refused import over_cap_embed
from cogs.desk import OrderDesk
from cogs.embeds import faults_embed, sentence_embed
from cogs.gate import Passed
from cogs.place import guild_of, roles_of
from cogs.queue.embeds import too_many_waiting_embed
from cogs.quota.embeds import over_quota_embed
from cogs.refusals import RESTARTING, STORE_TROUBLE
from cogs.results.buttons import dynamic_button
from cogs.rush import Rush
from cogs.several.buttons import DROP, MAKE, REFERENCE, ask_buttons
from cogs.several.embeds import ask_embed, begun_embed
from cogs.several.questions import Question, Questions
from jobs.alternatives import expand
from jobs.model import Order, Priority
from jobs.outcomes import AlreadyAdmitted, BatchAdmission, BatchAdmitted, OverCap, OverQuota, TooManyWaiting
from jobs.parameters import Option
from jobs.ports import Clock, StoreUnavailable
from jobs.request import ImageRequest
from jobs.sentence import Sentence, say
from jobs.service import JobService, NotAccepting
from jobs.validation import Fault
from words.speech import Words

_log = structlog.get_logger(__name__)
FORGOTTEN: Final = say(
    "I no longer know what this was about: it is too long ago, or the bot was restarted. Nothing was made and nothing "
    "was charged. Please type `/imagine` again."
)
DROPPED: Final = say("Nothing was made and nothing was charged.")


class Several(commands.Cog):
    """Asks, and places what is wanted."""

    def __init__(
        self, bot: commands.AutoShardedBot, service: JobService, desk: OrderDesk, clock: Clock, rush: Rush
    ) -> None:
        self._bot = bot
        self._service = service
        self._desk = desk
        self._rush = rush
        self._questions = Questions(clock)
        self._buttons = (
            dynamic_button(MAKE, self.make, reference=REFERENCE),
            dynamic_button(DROP, self.drop, reference=REFERENCE),
        )

    async def cog_load(self) -> None:
        """Answer presses from now on, those under what an earlier process has asked too."""
        self._bot.add_dynamic_items(*self._buttons)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(*self._buttons)

    async def ask(self, interaction: discord.Interaction[Any], request: ImageRequest, private: bool) -> None:
        """Say what the alternatives of a valid request make and need, to its user alone."""
        words = Words(interaction.locale.value)
        prompts = expand(request.prompt)
        if isinstance(prompts, Sentence):
            fault = Fault(option=Option.ALTERNATIVES, sentence=prompts)
            await interaction.response.send_message(embed=faults_embed([fault], words), ephemeral=True)
            return
        requests = tuple(replace(request, prompt=prompt) for prompt in prompts)
        if isinstance(passed := await self._passed(interaction, requests, private=private), Sentence):
            await interaction.response.send_message(embed=sentence_embed(passed, words), ephemeral=True)
            return
        with self._rush.acknowledging():
            message_id = await acknowledge(interaction, private=True)
        if message_id is None:
            return
        try:
            async with self._rush.turn():
                usage = await self._service.usage(
                    guild_id=guild_of(interaction), user_id=interaction.user.id, roles=roles_of(interaction)
                )
        except StoreUnavailable as error:
            _log.info("an order was refused, the database cannot be used", cause=str(error))
            await interaction.edit_original_response(embed=sentence_embed(STORE_TROUBLE, words))
            return
        question = self._questions.put(interaction, requests, private=private)
        await interaction.edit_original_response(
            embed=ask_embed(requests, usage, words),
            view=ask_buttons(interaction.id, question.images, words, fits=usage.fits(question.images)),
        )

    async def drop(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Forget what was asked."""
        self._questions.drop(int(reference))
        embed = sentence_embed(DROPPED, Words(interaction.locale.value))
        await interaction.response.edit_message(embed=embed, view=None)

    async def make(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Place all of it, once."""
        words = Words(interaction.locale.value)
        question = self._questions.find(int(reference), user_id=interaction.user.id)
        if question is None:
            await interaction.response.send_message(embed=sentence_embed(FORGOTTEN, words), ephemeral=True)
            return
        # What was allowed when it was asked may not be any more.
        passed = await self._passed(interaction, question.requests, private=question.private)
        if isinstance(passed, Sentence):
            await interaction.response.send_message(embed=sentence_embed(passed, words), ephemeral=True)
            return
        if question.is_answered:  # pressed twice
            await interaction.response.defer()
            return
        question.is_answered = True
        placed = False
        try:
            # No deferral: the first result sent through the interaction would take the place of what it promises.
            embed = begun_embed(question.requests, words)
            with self._rush.acknowledging():
                message_id = await acknowledge(interaction, private=question.private, embed=embed)
            orders = self._orders(interaction, question, passed)
            placed = message_id is not None and await self._place(interaction, orders, message_id=message_id)
        finally:
            question.is_answered = placed
        if placed:
            await _remove(question)

    async def _place(self, interaction: discord.Interaction[Any], orders: Sequence[Order], *, message_id: int) -> bool:
        """Whether all jobs are accepted; else the user has been told why none is."""
        words, private = Words(interaction.locale.value), orders[0].private
        try:
            async with self._rush.turn():
                admission = await self._service.place_batch(orders, message_id=message_id)
        except StoreUnavailable as error:
            _log.info("an order was refused, the database cannot be used", cause=str(error))
            await take_back(interaction, sentence_embed(STORE_TROUBLE, words), private=private)
            return False
        except NotAccepting:
            await take_back(interaction, sentence_embed(RESTARTING, words), private=private)
            return False
        asked = sum(order.request.images for order in orders)
        return await _tell(interaction, admission, words, private=private, asked=asked)

    async def _passed(
        self, interaction: discord.Interaction[Any], requests: Sequence[ImageRequest], *, private: bool
    ) -> list[Passed] | Sentence:
        """All of them as they may be ordered here and now, or why one of them may not."""
        passed: list[Passed] = []
        for request in requests:
            each = self._desk.gate.order(interaction, request, private=private)
            if isinstance(each, Sentence):
                return each
            passed.append(each)
            await asyncio.sleep(0)  # a long prompt takes some milliseconds: others have their turn in between
        return passed

    def _orders(
        self, interaction: discord.Interaction[Any], question: Question, several: Sequence[Passed]
    ) -> list[Order]:
        """One for each prompt; each posts a result of its own, so that none has a response to edit."""
        source = f"several:{question.interaction.id}"
        return [
            replace(
                self._desk.make_order(interaction, passed, source=source, message_id=None),
                index=index,
                batch=len(several),
                priority=Priority.LOW if index else Priority.NORMAL,
            )
            for index, passed in enumerate(several)
        ]


async def _tell(
    interaction: discord.Interaction[Any], admission: BatchAdmission, words: Words, *, private: bool, asked: int
) -> bool:
    match admission:
        case BatchAdmitted():
            return True  # what becomes of them is shown in the response from now on
        case AlreadyAdmitted():
            await interaction.delete_original_response()
            return True
        case OverQuota():
            await take_back(interaction, over_quota_embed(admission, words), private=private)
        case OverCap():
            refusal = over_cap_embed(admission, words, asked=asked, is_admin=is_admin(interaction))
            await take_back(interaction, refusal, private=private)
        case TooManyWaiting():
            await take_back(interaction, too_many_waiting_embed(admission, words), private=private)
    return False


async def _remove(question: Question) -> None:
    """The question has its answer; a courtesy, since its buttons do nothing any more."""
    try:
        await question.interaction.delete_original_response()
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
        _log.info("a question that is answered could not be removed", cause=type(error).__name__)
