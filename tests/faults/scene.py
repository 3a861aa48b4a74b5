"""A scene: what people and the world do in one case, and how it is registered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from jobs.status import Status
from tests.faults.keeper import Death
from tests.faults.stage import Mode, Stage

POLL, WEBHOOK, SYNCHRONOUS = Mode.POLL, Mode.WEBHOOK, Mode.SYNCHRONOUS
BUSY: Final = '{"status": "error", "message": "overloaded", "details": ""}'
Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One scene; its play returns when it has nothing more to do, the jobs may still be on their way then."""

    name: str
    modes: tuple[Mode, ...]
    play: Play
    settings: Mapping[str, str]
    delivers_in_parts: bool  # by several messages that follow one another
    deaths: tuple[Death, ...]  # what the scene itself begins with; what is tried comes after these
    nonce_seconds: float  # for how long Discord remembers a message's nonce


REGISTERED: Final[dict[str, Scene]] = {}


def scene(
    *modes: Mode,
    in_parts: bool = False,
    deaths: tuple[Death, ...] = (),
    nonce_seconds: float = 0,  # as after a start that came later than that
    **settings: str,
) -> Callable[[Play], Play]:
    """Register a play under its own name, for these modes, with these settings of the bot."""

    def register(play: Play) -> Play:
        name = play.__name__.replace("_", " ")
        REGISTERED[name] = Scene(
            name=name,
            modes=modes,
            play=play,
            settings=settings,
            delivers_in_parts=in_parts,
            deaths=deaths,
            nonce_seconds=nonce_seconds,
        )
        return play

    return register


async def sent(stage: Stage, job_id: str) -> None:
    """The API has it."""
    await stage.until(job_id, Status.SUBMITTING if stage.mode is SYNCHRONOUS else Status.RUNNING)


async def outlive_the_token(stage: Stage, job_id: str) -> None:
    """The API has it, and the interaction's token ends."""
    await sent(stage, job_id)
    await stage.database.rows("UPDATE jobs SET reply_expires_at = 1 RETURNING id")
