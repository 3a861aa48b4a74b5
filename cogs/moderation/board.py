"""Tells a server's moderators of reported images: one message an image, brought up to date with each report."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any, Final, Protocol, assert_never

import discord
import structlog
from discord import ui

from cogs.delivery.again import send_again
from cogs.delivery.trouble import TooLarge, WayClosed, translated
from cogs.history.pictures import Linked, Missing, Pictures, Stored
from cogs.moderation.case_message import case_embed, case_view, is_removed
from cogs.place import is_age_restricted
from jobs.model import DIRECT, Job, Posted
from jobs.ports import Clock, DeliveryDelayed, StoreUnavailable
from jobs.reports import Case, Report, ReportRecords
from jobs.sentence import Sentence, say
from jobs.servers.people import People
from jobs.servers.servers import Servers
from jobs.service import JobService
from jobs.signal import Signal
from jobs.world import about
from media.thumbnails import preview
from words.speech import Words

_log = structlog.get_logger(__name__)
DAY: Final = 24 * 3600 * 1000  # ms
_SINCE: Final = 7 * DAY  # what is older is told to no moderators any more
_AGAIN: Final = 30.0  # seconds until what Discord or the database did not take is tried again
_MOST: Final = 4  # images of a result
_NOT_SHOWN: Final = say("Its message cannot be looked at: the image is not shown here.")


class Operator(Protocol):
    """Whoever looks after reports where a server's moderators do not."""

    def reported(self, report: Report) -> None:
        """Told with others."""
        ...


class ReportBoard:
    """Where a server has chosen a channel for reports they go there, all others to the operator.

    Each is noted before it is told, so that a restart loses none.
    """

    def __init__(
        self,
        client: discord.Client,
        records: ReportRecords,
        service: JobService,
        servers: Servers,
        people: People,
        clock: Clock,
        operator: Operator,
    ) -> None:
        self._client = client
        self._records = records
        self._service = service
        self._servers = servers
        self._people = people
        self._clock = clock
        self._operator = operator
        self._pictures = Pictures(client, service.archive, clock)
        self._due: dict[str, None] = {}  # jobs whose message is behind, in their order
        self._signal = Signal()
        self._writing = asyncio.Lock()  # no older state may be written over a newer one

    def reported(self, report: Report) -> None:
        """There is one more; returns at once."""
        if self._channel(report.guild_id) is None:
            self._operator.reported(report)
            return
        self._due[report.job_id] = None
        self._signal.wake()

    async def load(self) -> None:
        """Take up what an earlier process did not come to tell of."""
        now = self._clock.now()
        for report in await self._records.untold_reports(since=now - _SINCE):
            if self._channel(report.guild_id) is not None or report.reported_at > now - DAY:
                self.reported(report)

    async def run(self) -> None:
        """The loop: bring every message that is behind up to date."""
        await self._client.wait_until_ready()  # before that nobody knows the servers' languages
        while True:
            for job_id in list(self._due):
                del self._due[job_id]  # a report that comes from here on is in time for another round
                if not await self._told(job_id):
                    self._due[job_id] = None
            await self._signal.wait(seconds=_AGAIN if self._due else None)

    async def refresh(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Bring the message of a case up to date under which something was pressed and acknowledged.

        Raises:
            StoreUnavailable: nobody knows how it stands.
        """
        words = Words((interaction.guild_locale or interaction.locale).value)
        async with self._writing:
            case = await self._records.report_case(job.id)
            embed, view = self._shown(case, job, words)
            if is_removed(case):
                await interaction.edit_original_response(embed=embed, view=view, attachments=[])
            else:
                await interaction.edit_original_response(embed=embed, view=view)

    async def _told(self, job_id: str) -> bool:
        """False: it is to be tried again."""
        try:
            async with self._writing:
                job, case = await self._service.get(job_id), await self._records.report_case(job_id)
                if job is None:
                    return True
                try:
                    await self._tell(job, case)
                except (WayClosed, TooLarge) as error:
                    _log.warning("the channel for reports cannot be written to", detail=str(error), **about(job))
                    for report in case.reports:
                        self._operator.reported(report)
                    return True
                await self._records.mark_reports_told(case.reports)
        except (DeliveryDelayed, StoreUnavailable) as error:
            _log.warning("a report could not be told yet", cause=str(error), job=job_id)
            return False
        return True

    async def _tell(self, job: Job, case: Case) -> None:
        channel_id = self._channel(job.order.guild_id)
        guild = self._client.get_guild(job.order.guild_id)
        words = Words(guild.preferred_locale.value if guild is not None else "en-US")
        if case.posted is not None and await self._edited(job, case, case.posted, words):
            return
        if channel_id is None:  # it was taken back since then
            for report in case.reports:
                self._operator.reported(report)
            return
        files, note = await self._files(job, case, words)
        embed, view = self._shown(case, job, words, note=note)
        channel = self._client.get_partial_messageable(channel_id, guild_id=job.order.guild_id)
        with translated():
            # In the place of one that was deleted it is another message.
            nonce = f"r{job.id if case.posted is None else case.posted.message_id}"
            message = await send_again(channel, embed, nonce=nonce, view=view, files=files)
        await self._records.name_report_message(job.id, Posted(channel_id=channel_id, message_id=message.id))
        _log.info("moderators are told of a report", reports=len(case.reports), **about(job))

    async def _edited(self, job: Job, case: Case, posted: Posted, words: Words) -> bool:
        """Bring the message up to date; False: it was deleted."""
        embed, view = self._shown(case, job, words)
        channel = self._client.get_partial_messageable(posted.channel_id, guild_id=job.order.guild_id)
        try:
            with translated():
                await channel.get_partial_message(posted.message_id).edit(embed=embed, view=view)
        except WayClosed as closed:
            if not isinstance(closed.__cause__, discord.NotFound):
                raise
            return False
        return True

    def _shown(
        self, case: Case, job: Job, words: Words, *, note: Sentence | None = None
    ) -> tuple[discord.Embed, ui.View | None]:
        ban = self._people.ban(job.order.guild_id, job.order.user_id)
        can_ban = ban is None and job.order.user_id > 0
        return case_embed(case, job, words, ban=ban, note=note), case_view(case, words, can_ban=can_ban)

    async def _files(self, job: Job, case: Case, words: Words) -> tuple[Sequence[discord.File], Sentence | None]:
        """The images, small, and covered where they are for adults; or why there are none."""
        if job.order.private or is_removed(case):
            return [], None
        try:
            images = [await asyncio.to_thread(preview, image) for image in await self._images(job)]
        except (WayClosed, TooLarge, OSError) as error:
            _log.info("a reported image cannot be shown", cause=type(error).__name__, **about(job))
            images = []
        covered = (
            job.order.spoiler
            or job.request.safety is False
            or is_age_restricted(self._client.get_channel(job.order.channel_id))
        )
        return [
            discord.File(
                io.BytesIO(image),
                # No name of a result's image: this is no message of the job.
                filename=f"reported-{job.id}-{number}.webp",
                spoiler=covered,
                description=words(say("The reported image {number}", number=number)),
            )
            for number, image in enumerate(images, start=1)
        ], None if images else _NOT_SHOWN

    async def _images(self, job: Job) -> Sequence[bytes]:
        found = await self._pictures.find(job)
        match found:
            case Missing():
                return []
            case Stored(paths=paths):
                return [await asyncio.to_thread(path.read_bytes) for path in paths[:_MOST]]
            case Linked():
                with translated():
                    return [await picture.read() for picture in found.pictures[:_MOST]]
            case never:
                assert_never(never)

    def _channel(self, guild_id: int) -> int | None:
        return None if guild_id == DIRECT else self._servers.of(guild_id).channels.reports
