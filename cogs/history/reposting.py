"""A result once more, for everybody: taken from the messages that show it, posted where its user is now."""

import io
from typing import Any, Final

import discord
import structlog

from cogs.delivery.trouble import TooLarge, WayClosed, translated
from cogs.gate import Gate
from cogs.history.buttons import REPOST
from cogs.history.context import NO_DATABASE, NOT_HERE, own_entry, words_of
from cogs.history.embeds import reposted_embed, told_embed
from cogs.history.pictures import Linked, Missing, Pictures
from cogs.place import is_age_restricted
from cogs.results.buttons import dynamic_button, result_buttons
from jobs.model import Job, Posted
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.sentence import Sentence, say
from jobs.service import JobService
from jobs.world import about
from words.speech import Words

_log = structlog.get_logger(__name__)
UNDER_WAY: Final = say("These images are on their way already.")
IMAGES_GONE: Final = say("Its message was deleted, and the images with it. Press Again to make new ones.")
NOT_NOW: Final = say("I cannot look at the message of these images right now. Please press again in a minute.")
NOT_TAKEN: Final = say("Discord did not take the images just now. Please press again in a minute.")
TOO_LARGE: Final = say("Discord takes no files of this size here any more. The link in `/history` leads to the images.")
AGE_RESTRICTED: Final = say("These images come from an age-restricted channel: post them again in one of those.")
NOT_ALLOWED: Final = say("You may not post images in this channel. Go to another one, and press there.")


class _RefusedError(Exception):
    """Not posted; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class Reposting:
    """Answers Post again. What only its user may see is never posted so."""

    def __init__(self, service: JobService, gate: Gate, pictures: Pictures, client: discord.Client) -> None:
        self._service = service
        self._gate = gate
        self._pictures = pictures
        self._client = client
        self._under_way: set[tuple[str, int | None]] = set()  # the job, and the channel
        self.button: Final = dynamic_button(REPOST, self.repost)

    async def repost(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Post the images of a result; whoever presses twice gets them once."""
        words, place = words_of(interaction), (job_id, interaction.channel_id)
        if refusal := UNDER_WAY if place in self._under_way else self._not_here(interaction):
            await interaction.response.send_message(embed=told_embed(refusal, words), ephemeral=True)
            return
        self._under_way.add(place)
        try:
            await interaction.response.defer(thinking=True)
            try:
                await self._repost(interaction, job_id)
            except _RefusedError as refused:
                await interaction.delete_original_response()
                await interaction.followup.send(embed=told_embed(refused.sentence, words), ephemeral=True)
        finally:
            self._under_way.discard(place)

    async def _repost(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        entry = await own_entry(interaction, self._service.archive, job_id)
        if isinstance(entry, Sentence):
            raise _RefusedError(entry)
        job = entry.job
        if refusal := self._refusal(interaction, job):
            raise _RefusedError(refusal)
        try:
            found = await self._pictures.find(job)
            if not isinstance(found, Linked):
                raise _RefusedError(IMAGES_GONE if isinstance(found, Missing) and found.is_gone else NOT_NOW)
            await self._post(interaction, job, found)
        except StoreUnavailable as error:
            _log.info("a result could not be posted again, the database cannot be used", cause=str(error))
            raise _RefusedError(NO_DATABASE) from error
        except TooLarge as error:
            raise _RefusedError(TOO_LARGE) from error
        except (WayClosed, DeliveryDelayed) as error:
            _log.warning("a result could not be posted again", detail=str(error), **about(job))
            raise _RefusedError(NOT_TAKEN) from error

    def _not_here(self, interaction: discord.Interaction[Any]) -> Sentence | None:
        """Why whoever asks may post nothing in this channel; known before anything is acknowledged for all to see."""
        if refusal := self._gate.show(interaction):
            return refusal
        allowed, in_thread = interaction.permissions, isinstance(interaction.channel, discord.Thread)
        may_send = allowed.send_messages_in_threads if in_thread else allowed.send_messages
        return None if may_send else NOT_ALLOWED

    def _refusal(self, interaction: discord.Interaction[Any], job: Job) -> Sentence | None:
        if job.stays_stored:
            return NOT_HERE
        made_in = self._client.get_channel(job.order.channel_id)
        is_for_adults = job.order.spoiler or job.request.safety is False or is_age_restricted(made_in)
        return AGE_RESTRICTED if is_for_adults and not is_age_restricted(interaction.channel) else None

    async def _post(self, interaction: discord.Interaction[Any], job: Job, found: Linked) -> None:
        """Message by message, as it was posted first; the first of them is an edit, and so cannot come twice."""
        archive, words = self._service.archive, Words(job.order.locale)
        for number, pictures in enumerate(found.messages):
            with translated(with_reply_token=True):
                files = [discord.File(io.BytesIO(await each.read()), filename=each.filename) for each in pictures]
                if number == 0:
                    embed, view = reposted_embed(job, words), result_buttons(job.id, words)
                    sent = await interaction.edit_original_response(embed=embed, attachments=files, view=view)
                    message_id, channel_id = sent.id, sent.channel.id
                else:
                    more = await interaction.followup.send(files=files, wait=True)
                    message_id, channel_id = more.id, more.channel.id
            await archive.reposted(job, Posted(channel_id=channel_id, message_id=message_id))
        _log.info("a result was posted again", **about(job))
