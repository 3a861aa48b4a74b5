"""A rig for the steps of a job's life: the real store and files, a scripted API, an audience that remembers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jobs.breaker import Breakers, Circuit
from jobs.catalog import FLUX_LORA, Catalog, Model, Provider
from jobs.doubts import Kinship, LostCreates, Window
from jobs.errors import ProviderError, Reason
from jobs.estimates import Estimates
from jobs.forecast import Forecasts
from jobs.model import Job, Order, Posted, Reply, StoredImage, Usage
from jobs.outcomes import (
    Accepted,
    Admitted,
    Created,
    Delivery,
    Finished,
    ImageData,
    Listed,
    Listing,
    Polled,
    RemoteImage,
    Shown,
    WebhookNews,
)
from jobs.privacy.pseudonyms import Pseudonyms
from jobs.request import ImageRequest
from jobs.servers.people import People
from jobs.servers.servers import Servers
from jobs.status import Status
from jobs.world import World
from storage.files import ResultFiles
from storage.store import SqlStore, open_store
from tests.support import daily, within

KEY = "0123456789ab"
PRIVACY_KEY = b"-" * 32
GRACE = 120_000  # ms
DONE = Finished(images=(ImageData(data=b"picture"),), cost=35_000)


@dataclass
class MovableClock:
    """`jobs.ports.Clock`, moved by hand."""

    ms: int = 1_800_000_000_000

    def now(self) -> int:
        return self.ms

    def advance(self, milliseconds: int) -> None:
        self.ms += milliseconds


@dataclass
class ScriptedApi:
    """`jobs.ports.ImageApi`: answers with what was put into its scripts, an exception is raised."""

    provider: Provider = Provider.EACHLABS
    key_ids: tuple[str, ...] = (KEY,)
    creates: list[Created | Exception] = field(default_factory=list)
    polls: list[Polled | Exception] = field(default_factory=list)
    listings: list[Listing | Exception] = field(default_factory=list)
    kinships: dict[str | tuple[str, str], Kinship] = field(default_factory=dict)
    windows: list[Window] = field(default_factory=list)
    webhook: WebhookNews = field(default_factory=WebhookNews)
    created: list[tuple[Job, str | None]] = field(default_factory=list)
    polled: list[str | None] = field(default_factory=list)
    cancelled: list[str | None] = field(default_factory=list)
    cancel_error: ProviderError | None = None
    before_answer: asyncio.Event | None = None

    async def create(self, job: Job, model: Model, *, webhook_url: str | None) -> Created:
        assert model.key == job.request.model
        self.created.append((job, webhook_url))
        if self.before_answer is not None:
            await self.before_answer.wait()
        answer: Created = _play(self.creates, Accepted(prediction_id=f"prediction-{job.id}"))
        return answer

    async def poll(self, job: Job) -> Polled:
        self.polled.append(job.prediction_id)
        answer: Polled = _play(self.polls, DONE)
        return answer

    async def executions(self, job: Job, model: Model, window: Window) -> Listing:
        assert model.key == job.request.model
        self.windows.append(window)
        answer: Listing = _play(self.listings, Listed(executions=()))
        return answer

    async def kinship(self, job: Job, model: Model, execution_id: str) -> Kinship:
        assert model.key == job.request.model
        return self.kinships.get((job.id, execution_id), self.kinships.get(execution_id, Kinship.UNTOLD))

    async def cancel(self, job: Job) -> None:
        self.cancelled.append(job.prediction_id)
        if self.cancel_error is not None:
            raise self.cancel_error

    def read_webhook(self, job: Job, body: bytes) -> WebhookNews:
        assert job.id
        assert body
        return self.webhook


def _play(script: list[Any], otherwise: Any) -> Any:
    step = script.pop(0) if script else otherwise
    if isinstance(step, Exception):
        raise step
    return step


@dataclass
class WritingSource:
    """`jobs.ports.ImageSource`: writes the bytes it is given; a link is answered by what was scripted for it."""

    errors: dict[str, ProviderError] = field(default_factory=dict)
    wait_for: asyncio.Event | None = None
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, image: RemoteImage, path: Path) -> StoredImage:
        if not isinstance(image, ImageData):
            self.fetched.append(image.url)
        if self.wait_for is not None:
            await self.wait_for.wait()
        data = image.data if isinstance(image, ImageData) else image.url.encode()
        if not isinstance(image, ImageData) and image.url in self.errors:
            raise self.errors[image.url]
        target = path.with_suffix(".png")
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(target.write_bytes, data)
        return StoredImage(name=target.name, format="png", width=64, height=64, size=len(data))


@dataclass
class RememberingAudience:
    """`jobs.ports.Audience`: remembers what it was told."""

    followed: list[tuple[str, Status]] = field(default_factory=list)
    unfollowed: list[str] = field(default_factory=list)
    delivered: list[tuple[str, list[bytes]]] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
    first: list[bool] = field(default_factory=list)
    failures: list[tuple[Job, Usage]] = field(default_factory=list)
    deliveries: list[Delivery | Exception] = field(default_factory=list)
    failure_answers: list[Delivery | Exception] = field(default_factory=list)

    def follow(self, job: Job) -> None:
        self.followed.append((job.id, job.status))

    async def unfollow(self, job_id: str) -> None:
        self.unfollowed.append(job_id)

    async def deliver(self, job: Job, paths: Sequence[Path], usage: Usage, *, is_first: bool) -> Delivery:
        self.usages.append(usage)
        self.first.append(is_first)
        answer: Delivery = _play(self.deliveries, Shown(posted=Posted(channel_id=3, message_id=6)))
        self.delivered.append((job.id, [await asyncio.to_thread(path.read_bytes) for path in paths]))
        return answer

    async def tell_failure(self, job: Job, usage: Usage) -> Delivery:
        answer: Delivery = _play(self.failure_answers, Shown(posted=Posted(channel_id=3, message_id=6)))
        self.failures.append((job, usage))
        return answer


@dataclass
class CountingObserver:
    """`jobs.observer.Observer`: remembers every change."""

    jobs: list[str] = field(default_factory=list)
    changes: list[tuple[Status, Status]] = field(default_factory=list)
    errors: list[Reason] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    circuits: list[Circuit] = field(default_factory=list)

    def create_given_up(self, job: Job) -> None:
        self.given_up.append(job.id)

    def circuit_changed(self, circuit: Circuit) -> None:
        self.circuits.append(circuit)

    def admitted(self, job: Job) -> None:
        self.jobs.append(job.id)

    def changed(self, job: Job, previous: Status) -> None:
        self.changes.append((previous, job.status))

    def provider_error(self, provider: Provider, reason: Reason) -> None:
        assert provider
        self.errors.append(reason)


@dataclass
class Rig:
    """The world with handles on what was scripted."""

    store: SqlStore
    files: ResultFiles
    clock: MovableClock
    api: ScriptedApi = field(default_factory=ScriptedApi)
    source: WritingSource = field(default_factory=WritingSource)
    audience: RememberingAudience = field(default_factory=RememberingAudience)
    observer: CountingObserver = field(default_factory=CountingObserver)
    allowance: int = 20
    most_waiting: int = 100
    orders: int = 0
    started_at: int = 0
    synchronous: bool = False
    lost_creates: LostCreates = field(default_factory=lambda: LostCreates(grace=GRACE, retries=1))

    def world(self, *, public_url: str | None = None) -> World:
        models = [replace(FLUX_LORA, synchronous=True)] if self.synchronous else [FLUX_LORA]
        catalog = Catalog(offered=[Provider.EACHLABS], models=models)
        return World(
            store=self.store,
            apis={self.api.provider: self.api},
            catalog=catalog,
            source=self.source,
            files=self.files,
            audience=self.audience,
            observer=self.observer,
            clock=self.clock,
            estimates=(estimates := Estimates(catalog)),
            forecasts=Forecasts(catalog, estimates),
            public_url=public_url,
            images_per_day=self.allowance,
            images_per_day_direct=self.allowance,
            waiting_jobs_per_user=self.most_waiting,
            servers=(servers := Servers(self.store, self.clock)),
            people=People(self.store, self.clock, servers.tell, pseudonyms := Pseudonyms(PRIVACY_KEY)),
            pseudonyms=pseudonyms,
            breakers=Breakers({self.api.provider: self.api.key_ids}, self.clock, self.observer),
            lost_creates=self.lost_creates,
            started_at=self.started_at,
        )

    async def admitted(self, *, count: int = 1, user_id: int = 4, seed: int = 7) -> Job:
        """A queued job."""
        admission = await self.store.admit(
            self.order(count=count, user_id=user_id, seed=seed),
            provider=Provider.EACHLABS,
            estimated_cost=35_000 * count,
            bounds=within(self.allowance),
        )
        assert isinstance(admission, Admitted)
        return admission.job

    def order(self, *, count: int = 1, user_id: int = 4, model: str = FLUX_LORA.key, seed: int = 7) -> Order:
        self.orders += 1
        return Order(
            interaction_id=self.orders,
            guild_id=2,
            channel_id=3,
            user_id=user_id,
            locale="en-US",
            private=False,
            request=ImageRequest(model=model, prompt="a fox", seed=seed, count=count),
            reply=Reply(application_id=5, token="reply-token", expires_at=self.clock.ms + 900_000, message_id=6),
            upload_limit=10 * 1024 * 1024,
        )

    async def claimed(self, *, count: int = 1, seed: int = 7) -> Job:
        """A job in `submitting`."""
        await self.admitted(count=count, seed=seed)
        job = await self.store.claim(provider=Provider.EACHLABS, key_id=KEY, concurrency=1000, per_minute=1000)
        assert job is not None
        return job

    async def running(self, *, count: int = 1) -> Job:
        """A job in `running`, due to be polled."""
        job = await self.claimed(count=count)
        running = await self.store.mark_running(
            job.id, prediction_id=f"prediction-{job.id}", next_poll_at=self.clock.ms
        )
        assert running is not None
        return running

    async def prepare(self, job_id: str) -> Path:
        """A job's folder, as the writer of its first image makes it."""
        folder = self.files.folder(job_id)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        return folder

    async def status(self, job: Job) -> Status:
        current = await self.store.get(job.id)
        assert current is not None
        return current.status

    async def used(self, user_id: int = 4) -> int:
        """Images that count towards the quota now."""
        usage = await self.store.usage(guild_id=2, user_id=user_id, allowance=daily(self.allowance))
        return usage.windows[0].used


@asynccontextmanager
async def opened_rig(folder: Path) -> AsyncIterator[Rig]:
    """A rig on files in `folder`."""
    clock = MovableClock()
    async with open_store(folder / "bot.db", clock) as store:
        yield Rig(store=store, files=ResultFiles(folder), clock=clock)


async def becomes(condition: Callable[[], bool]) -> None:
    """Let the background tasks run until something is so; they need no time, only their turn."""
    async with asyncio.timeout(30):  # only a hang takes that long
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.001)


async def settled(world: World, condition: Callable[[], bool]) -> None:
    """The same, and until all of them have ended."""
    await becomes(condition)
    await world.tasks.drain(seconds=30)
