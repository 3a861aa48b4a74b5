"""What is done about a create whose answer was lost: looked for first, then tried once more within a cap, then failed.

A webhook that names the job while it is `submitting` or `unconfirmed` ends the search (`jobs.webhooks`). One that comes
when the create was given up and the job is `queued` again still brings its result, and no more is sent; the create
stays counted as one that may have been paid for nothing.
"""

import random
from collections.abc import Sequence
from typing import Final

import structlog

from jobs.catalog import Model
from jobs.completion import Completion
from jobs.doubts import BLIND, Candidate, Kinship, next_look, owned, rival_window, search_window
from jobs.ending import Ending
from jobs.errors import Final as FinalError
from jobs.errors import ProviderError, Reason, Retryable, UnknownOutcome
from jobs.model import Failure, Job
from jobs.outcomes import Execution, KeepsNoList, OverCap
from jobs.ports import ImageApi
from jobs.sentence import say
from jobs.timing import LOST_PAUSE
from jobs.world import World, about, failure_of, persist

_log = structlog.get_logger(__name__)
_LOOKED_AT_MOST: Final = 30  # unknown executions within one window; with more of them none is told apart


class Lost:
    """Looks for lost creates, and gives them up."""

    def __init__(self, world: World, completion: Completion, ending: Ending) -> None:
        self._world = world
        self._completion = completion
        self._ending = ending

    async def doubt(self, job: Job, error: UnknownOutcome) -> None:
        """The create of a job in `submitting` has an unknown outcome.

        Where the API keeps a list of what it makes, the job becomes `unconfirmed` and is looked for; where the answer
        was all there is, the create is given up at once.
        """
        world = self._world
        model = world.catalog.get(job.request.model)
        if model is None or model.synchronous:
            await self._give_up(job, error)
            return
        at = world.clock.now() + next_look(0, grace=world.lost_creates.grace)
        unconfirmed = await persist(
            lambda: world.store.mark_unconfirmed(job.id, next_poll_at=at, attempts=job.attempts)
        )
        world.look_due.wake()
        if unconfirmed is not None:
            world.observer.changed(unconfirmed, job.status)
            world.audience.follow(unconfirmed)

    async def look(self, job: Job) -> None:
        """One look for the create of an `unconfirmed` job: found, or looked for again, or given up."""
        world = self._world
        model, api = world.catalog.get(job.request.model), world.apis.get(job.provider)
        if model is None or api is None:
            await self._ending.fail(job, not_offered(), unknown=True)
            return
        execution, seen = await self.search(job, model, api)
        if execution is not None:
            await self._found(job, execution)
            return
        grace = world.lost_creates.grace
        elapsed = world.clock.now() - (job.doubted_at or job.submitted_at or job.created_at)
        patience = grace if seen else BLIND * grace
        if elapsed < patience:
            pause = next_look(elapsed, grace=patience)
            await persist(lambda: world.store.schedule_poll(job.id, at=world.clock.now() + pause))
            world.look_due.wake()
        elif not self._completion.is_busy(job.id):  # else its webhook has come while we looked
            await self._give_up(job, UnknownOutcome(f"no sign of the create within {elapsed / 1000:.0f} s"))

    async def search(self, job: Job, model: Model, api: ImageApi) -> tuple[Execution | None, bool]:
        """The execution that is this job's for certain, and whether the API's list could be read."""
        world = self._world
        try:
            return await self._find(job, model, api), True
        except ProviderError as error:
            world.observer.provider_error(job.provider, error.reason)
            world.breakers.refused_to_read(job.key_id, error)
            _log.warning("the look for a lost create failed", reason=error.reason, detail=error.detail, **about(job))
        except Exception:  # noqa: BLE001 - a fault of our own: logged, and no reason to keep the job for ever
            _log.exception("the look for a lost create ended in an unexpected way", **about(job))
        return None, False

    async def _find(self, job: Job, model: Model, api: ImageApi) -> Execution | None:
        """Whatever is known of our own jobs is read after the API's list, so that none of theirs looks unowned."""
        store, window = self._world.store, search_window(job)
        listing = await api.executions(job, model, window)
        if isinstance(listing, KeepsNoList):
            return None
        keys = dict.fromkeys([*api.key_ids, *([job.key_id] if job.key_id else [])])
        creates = await persist(
            lambda: store.open_creates(key_ids=keys, model=job.request.model, window=rival_window(window))
        )
        within = [execution for execution in listing.executions if execution.created_at in window]
        unknown = await persist(lambda: store.unknown_executions(within, provider=job.provider))
        if len(unknown) > _LOOKED_AT_MOST:
            _log.warning("too many unknown executions to find a lost create", executions=len(unknown), **about(job))
            return None
        return owned(job, await _candidates(job, model, api, unknown), creates)

    async def _found(self, job: Job, execution: Execution) -> None:
        """Known by name it is like any other: the next look, at once, tells whether it runs, is finished or failed."""
        world = self._world
        at = world.clock.now()
        running = await persist(lambda: world.store.mark_running(job.id, prediction_id=execution.id, next_poll_at=at))
        if running is not None:
            _log.info("the lost create is found", prediction_id=execution.id, **about(job))
            world.observer.changed(running, job.status)
            world.audience.follow(running)
            world.look_due.wake()

    async def _give_up(self, job: Job, error: UnknownOutcome) -> None:
        """It is counted in the transaction that takes the job on, so that the count never falls behind what is paid.

        Where the caps have no room for one more create beside the one that may have been paid, none is sent.
        """
        world = self._world
        if world.lost_creates.retries <= job.unknown_creates or world.catalog.get(job.request.model) is None:
            await self._ending.fail(job, failure_of(error), unknown=True)
            return
        jitter = random.random()  # noqa: S311 - spreads load, guards nothing
        at = world.clock.now() + int(LOST_PAUSE * (0.5 + jitter / 2))
        bounds = world.bounds(job.order)
        queued = await persist(lambda: world.store.give_up(job.id, not_before=at, bounds=bounds, attempts=job.attempts))
        if isinstance(queued, OverCap):
            await self._ending.fail(job, _no_room(error, queued), unknown=True)
            return
        world.claim_due.wake()
        if queued is not None:
            _log.warning("a create of unknown outcome is given up; one more is sent", detail=error.detail, **about(job))
            world.observer.create_given_up(queued)
            world.observer.changed(queued, job.status)
            world.audience.follow(queued)


async def _candidates(job: Job, model: Model, api: ImageApi, executions: Sequence[Execution]) -> list[Candidate]:
    candidates = []
    for execution in executions:
        try:
            kinship = await api.kinship(job, model, execution.id)
        except Retryable:
            raise
        except FinalError:  # it cannot be read, so nothing could be had of it
            kinship = Kinship.FOREIGN
        candidates.append(Candidate(execution=execution, kinship=kinship))
    return candidates


def _no_room(error: UnknownOutcome, over: OverCap) -> Failure:
    return Failure(
        reason=error.reason,
        user_message=say(
            "The image service did not answer, and no image arrived. The spending cap leaves no room to ask it again. "
            "Please try again later, or ask an admin."
        ),
        detail=f"{error.detail}; one more create would pass the {over.scope.name.lower()}'s cap of the {over.period}",
    )


def not_offered() -> Failure:
    """The failure of a job whose model or API key was taken away while it waited."""
    return Failure(
        reason=Reason.NOT_OFFERED,
        user_message=say("This model is not on offer here any more. Please choose another one with `model`."),
        detail="no adapter, key or catalogue entry for this job",
    )
