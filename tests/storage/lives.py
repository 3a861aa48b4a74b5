"""A person with the bot, in one database: what they do, what is decided of them, their wish to be forgotten."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from jobs.catalog import Provider
from jobs.dispatcher import Limits
from jobs.errors import Reason
from jobs.held import Held
from jobs.library.entry import Facts
from jobs.library.libraries import Author, Libraries
from jobs.model import Failure, Job, Posted, StoredImage
from jobs.outcomes import Admitted
from jobs.presets import Owner, Preset
from jobs.privacy.privacy import Privacy
from jobs.reports import Reports
from jobs.sentence import verbatim
from jobs.servers.records import Change
from jobs.servers.rules import QuotaRules, ServerRules, Window, Windows
from jobs.service import JobService
from jobs.shelf import Shelf
from storage.files import ResultFiles
from storage.store import SqlStore
from tests.jobs.support import MovableClock, Rig

PERSON, OTHER, ADMIN = 812345678901234567, 712345678901234567, 912345678901234567
SECRET = "an indigo okapi"
PICTURE = StoredImage(name="1.png", format="png", width=8, height=8, size=80)
DAY = Window.DAY.value

Step = tuple[str, int, int]


@dataclass
class Life:
    """A person's doings, and what is done with them, in one database."""

    store: SqlStore
    folder: Path
    clock: MovableClock
    forgets: bool
    jobs: list[Job] = field(default_factory=list)
    interactions: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.rig = Rig(store=self.store, files=ResultFiles(self.folder), clock=self.clock, allowance=5)
        self.world = self.rig.world()
        self.service = JobService(self.world, {Provider.EACHLABS: Limits(concurrency=10)})
        world = self.world
        libraries = Libraries(self.store, self.clock, world.servers)
        self.held = Held(shelf=Shelf(self.store), libraries=libraries, servers=world.servers, people=world.people)
        self.privacy = Privacy(
            self.store, world.pseudonyms, self.service, self.held, discard=world.discard, removed=lambda: None
        )

    async def live(self, step: Step) -> None:
        what, first, second = step
        match what:
            case "order":
                await self._order(first, second)
            case "deliver" | "keep" | "fail":
                if open_jobs := [job for job in self.jobs if (await self._now(job)).status == "queued"]:
                    await self._end(what, open_jobs[first % len(open_jobs)], delivered=second)
            case "forget":
                await self._cancel_all()
                if self.forgets:
                    await self.store.note_deletion(PERSON)
                    assert await self.privacy._carry_out(PERSON)
            case "ban" | "grant" | "reset" | "exempt":
                await self._decide(what, first, second)
            case _:
                await self._keep(what, first, second)

    async def stand(self, guild: int) -> object:
        usage = await self.service.usage(guild_id=guild, user_id=PERSON, roles=())
        ban = self.held.people.ban(guild, PERSON)
        return usage, None if ban is None else (ban.reason, ban.expires_at)

    async def is_let_in(self, guild: int, images: int) -> object:
        answer = await self._order(guild, images)
        return (type(answer), None) if isinstance(answer, Admitted) else (type(answer), answer)

    async def _order(self, guild: int, images: int) -> object:
        order = self.rig.order(count=images, user_id=PERSON)
        request = replace(order.request, prompt=SECRET)
        order = replace(order, interaction_id=next(self.interactions), guild_id=guild, request=request, roles=(5, 6))
        answer = await self.service.place_order(order)
        if isinstance(answer, Admitted):
            self.jobs.append(answer.job)
        return answer

    async def _end(self, how: str, job: Job, *, delivered: int) -> None:
        if how == "fail":
            failure = Failure(reason=Reason.REJECTED, user_message=verbatim(SECRET), detail=SECRET)
            await self.store.mark_failed(job.id, failure)
            return
        while (await self._now(job)).status == "queued":
            assert await self.store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=10**6, per_minute=10**6)
        await self.store.begin_post(job.id, "images 1", channel_id=3)
        await self.store.mark_delivering(job.id, images=[PICTURE] * delivered, cost=None, prediction_id=f"p-{job.id}")
        if how == "keep":
            await self.store.mark_undelivered(job.id, detail=SECRET)
        else:
            await self.store.mark_delivered(job.id, posted=Posted(channel_id=3, message_id=1))

    async def _cancel_all(self) -> None:
        for job in await self.store.unfinished_of(PERSON):
            await self.store.mark_cancelling(job.id, sent_too=True)
            await self.store.mark_cancelled(job.id)

    async def _decide(self, what: str, guild: int, number: int) -> None:
        people, now = self.held.people, self.clock.now()
        match what:
            case "ban" if number == 1:
                await people.lift_ban(guild_id=guild, user_id=PERSON, by=ADMIN)
            case "ban":
                expires_at = None if number == 2 else now + DAY
                await people.set_ban(guild_id=guild, user_id=PERSON, reason="spam", by=ADMIN, expires_at=expires_at)
            case "grant":
                grant = {"user_id": PERSON, "images": number, "expires_at": now + number * DAY, "by": PERSON}
                await people.add_grant(guild_id=guild, **grant)
            case "reset":
                await people.reset_quota(guild_id=guild, user_id=PERSON, by=ADMIN)
            case _:
                await self.held.servers.change(guild, lambda rules: _exempting(rules, number), entry=_entry(guild))

    async def _keep(self, what: str, guild: int, number: int) -> None:
        match what:
            case "preset":
                owner = (Owner.user(PERSON), Owner.server(guild))[number % 2]
                preset = Preset(owner=owner, name=f"n{number}", options={}, style=SECRET, saved_by=PERSON)
                if owner == Owner.server(guild):
                    preset = replace(preset, style="a server's own")
                await self.held.shelf.save(preset, overwrite=True)
            case "lora":
                facts = Facts(name=f"n{number}", source="https://example.com/a.safetensors")
                await self.held.libraries.add(guild, facts, Author(user_id=PERSON, is_moderator=False))
            case "favourite" if self.jobs:
                await self.store.mark_favourite(self.jobs[number % len(self.jobs)], is_one=True)
            case "report" if self.jobs:
                reports = Reports(self.store, self.clock, lambda _report: None)
                for user_id in (PERSON, OTHER):
                    await reports.report(self.jobs[number % len(self.jobs)], user_id=user_id, reason=SECRET)

    async def _now(self, job: Job) -> Job:
        found = await self.store.get(job.id)
        assert found is not None
        return found


def _exempting(rules: ServerRules, number: int) -> ServerRules:
    users = frozenset({OTHER, PERSON} if number == 1 else {OTHER})
    windows = Windows(day=4, month=9) if number == 3 else Windows()
    return replace(rules, quota=QuotaRules(windows=windows, exempt_users=users))


def _entry(guild: int) -> Callable[[ServerRules], Change]:
    before = f'{{"of": [{PERSON}]}}'
    return lambda _rules: Change(
        guild_id=guild, actor_id=PERSON, action="quota.exempt", target=str(PERSON), before=before
    )
