"""What the bot's operator is told, and when: each trouble once when it comes and once when it has gone. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from cogs.operator.reported import ReportDigest, text_of
from jobs.breaker import Circuit, State, Trouble
from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Job
from jobs.reports import Report
from jobs.sentence import Sentence, say, say_count, verbatim

PATIENCE: Final = 3 * 60_000  # ms; a service's trouble that is over by then is told to nobody
SETTLED: Final = 60_000  # ms; a key that is refused again within that has not recovered
GATHERED: Final = 60_000  # ms from the first lost create until it is told, with all that came since
HOUR: Final = 3_600_000  # ms between two messages about lost creates of one API
_IDS_MOST: Final = 10

_TITLES: Final[Mapping[Provider, str]] = {Provider.EACHLABS: "each::labs", Provider.AIMLAPI: "AI/ML API"}
_SETTINGS: Final[Mapping[Provider, str]] = {
    Provider.EACHLABS: "EACHLABS_API_KEY",
    Provider.AIMLAPI: "AIMLAPI_API_KEY",
}


@dataclass(frozen=True, kw_only=True)
class _Episode:
    """From a key's opening until it has been closed for a while."""

    circuit: Circuit  # as it is now
    began: int
    told: frozenset[Reason] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A message for the operator."""

    text: Sentence
    lost: Mapping[str, int] = field(default_factory=dict)  # by job: how many of its creates are told of with it
    reports: Sequence[Report] = ()  # what is told of with it


@dataclass(kw_only=True)
class _Losses:
    jobs: dict[str, int] = field(default_factory=dict)  # how many creates of the job were given up in all
    creates: int = 0
    first_at: int = 0
    told_at: int | None = None

    def due_at(self) -> int | None:
        if not self.jobs:
            return None
        gathered = self.first_at + GATHERED
        return gathered if self.told_at is None else max(gathered, self.told_at + HOUR)


class Bulletin:
    """Gathers what happens; `due` hands out what is to be said now. Times are UTC ms."""

    def __init__(self) -> None:
        self._episodes: dict[str, _Episode] = {}
        self._losses: dict[Provider, _Losses] = {}
        self._reports = ReportDigest()

    def circuit_changed(self, circuit: Circuit, *, now: int) -> None:
        """A key's breaker has opened, has closed, or is open for another trouble."""
        episode = self._episodes.get(circuit.key_id)
        if episode is not None:
            self._episodes[circuit.key_id] = replace(episode, circuit=circuit)
        elif circuit.state is not State.CLOSED:
            self._episodes[circuit.key_id] = _Episode(circuit=circuit, began=now)

    def given_up(self, job: Job, *, now: int, creates: int = 1) -> None:
        """The outcome of so many of the job's last creates stays unknown."""
        losses = self._losses.setdefault(job.provider, _Losses())
        if not losses.jobs:
            losses.first_at = now
        losses.jobs[job.id] = job.unknown_creates
        losses.creates += creates

    def reported(self, report: Report) -> None:
        """Somebody finds something wrong with an image."""
        self._reports.add(report)

    def due(self, now: int, *, at_the_end: bool = False) -> list[Notice]:
        """The messages to be sent now, each handed out once; `at_the_end`: nothing is gathered any longer."""
        told = self._reports.due(now, all_at_once=at_the_end)
        notices = [Notice(text=text_of(reports), reports=reports) for reports in told]
        for key_id, episode in list(self._episodes.items()):
            at = _moment(episode)
            if at is None or now < at:
                continue
            if episode.circuit.state is State.CLOSED:
                del self._episodes[key_id]
                if episode.told:
                    notices.append(Notice(text=_recovered(episode.circuit)))
            elif episode.circuit.reason is not None:
                self._episodes[key_id] = replace(episode, told=episode.told | {episode.circuit.reason})
                notices.append(Notice(text=_opened(episode.circuit, self._open(episode.circuit.provider))))
        for provider, losses in self._losses.items():
            at = losses.due_at()
            if at is not None and (at_the_end or now >= at):
                text = _lost(provider, list(losses.jobs), losses.creates)
                notices.append(Notice(text=text, lost=losses.jobs))
                losses.jobs, losses.creates, losses.told_at = {}, 0, now
        return notices

    def next_at(self) -> int | None:
        """When there will be something to say if nothing else happens; None: never."""
        moments = [_moment(episode) for episode in self._episodes.values()]
        moments += [losses.due_at() for losses in self._losses.values()]
        moments.append(self._reports.next_at())
        return min((at for at in moments if at is not None), default=None)

    def _open(self, provider: Provider) -> list[Circuit]:
        """The API's keys with which nothing is sent now."""
        circuits = [episode.circuit for episode in self._episodes.values() if episode.circuit.provider is provider]
        return [circuit for circuit in circuits if circuit.state is not State.CLOSED]


def _moment(episode: _Episode) -> int | None:
    circuit = episode.circuit
    if circuit.state is State.CLOSED:
        return (circuit.closed_at or 0) + SETTLED
    match circuit.trouble:
        case None:
            return None
        case Trouble.ACCOUNT:
            return None if circuit.reason in episode.told else episode.began
        case Trouble.SERVICE:  # whatever it says in the meantime, it is one and the same trouble
            return None if episode.told else episode.began + PATIENCE
        case _:
            assert_never(circuit.trouble)


def _key(circuit: Circuit) -> Sentence:
    """The setting of the API's key, or which one of several."""
    setting = _SETTINGS[circuit.provider]
    if circuit.of == 1:
        return verbatim(f"`{setting}`")
    return say("key {number} of {total} in `{setting}`", number=circuit.number, total=circuit.of, setting=setting)


def _opened(circuit: Circuit, opened: list[Circuit]) -> Sentence:
    title, key, fate = _TITLES[circuit.provider], _key(circuit), _fate(circuit.of - len(opened), opened)
    if circuit.trouble is Trouble.SERVICE:
        return say(
            "**{api}** has had trouble for minutes ({key}). {fate} There is nothing to do here.",
            api=title,
            key=key,
            fate=fate,
        )
    if circuit.reason is Reason.OUT_OF_CREDIT:
        return say(
            "The credit at **{api}** is used up ({key}). Top it up there; the bot needs no restart. {fate}",
            api=title,
            key=key,
            fate=fate,
        )
    return say(
        "**{api}** refuses the bot's API key ({key}). Check it in `.env`, then start the bot again. {fate}",
        api=title,
        key=key,
        fate=fate,
    )


def _fate(working: int, opened: list[Circuit]) -> Sentence:
    """What becomes of the API's jobs: as `jobs.breaker.Outage` decides it."""
    if working:
        return say_count("{count} other key takes its jobs over.", "{count} other keys take its jobs over.", working)
    if any(circuit.trouble is Trouble.SERVICE for circuit in opened):
        return say("No key works now: jobs wait for ten minutes, then fail; their users are refunded.")
    return say("No key works now: jobs for this API fail until one does; their users are refunded.")


def _recovered(circuit: Circuit) -> Sentence:
    return say("**{api}** works again ({key}).", api=_TITLES[circuit.provider], key=_key(circuit))


def _lost(provider: Provider, jobs: list[str], count: int) -> Sentence:
    ids = ", ".join(f"`{job_id}`" for job_id in jobs[:_IDS_MOST]) + (" …" if len(jobs) > _IDS_MOST else "")
    if provider is Provider.EACHLABS:  # its list can be searched
        return say_count(
            "**{api}**: {count} create got no answer and was not found again. "
            "It may have been paid: compare with the bill there. Jobs: {jobs}",
            "**{api}**: {count} creates got no answer and were not found again. "
            "Each may have been paid: compare with the bill there. Jobs: {jobs}",
            count,
            api=_TITLES[provider],
            jobs=ids,
        )
    return say_count(
        "**{api}**: {count} create got no answer. It may have been paid: compare with the bill there. Jobs: {jobs}",
        "**{api}**: {count} creates got no answer. Each may have been paid: compare with the bill there. Jobs: {jobs}",
        count,
        api=_TITLES[provider],
        jobs=ids,
    )
