"""One case: a scene played in one mode on one engine, the process killed at given moments, and all of it audited."""

import asyncio
import contextlib
import functools
import logging
import random
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from sandbox import Sandbox
from sandbox.client import SandboxClient
from tests.faults.audit import Verdict, audit
from tests.faults.databases import Database, open_database
from tests.faults.evidence import gather
from tests.faults.keeper import Death, Died, Keeper, read_death, told
from tests.faults.points import Kill, Life, read_trace
from tests.faults.scene import Scene
from tests.faults.scenes import SCENES
from tests.faults.stage import PATIENCE, Mode, Stage
from tests.faults.zygote import ForkedBot, Zygote

_NO_KILL: Final = "no kill"
_SEED: Final = "seed "


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is tried."""

    scene: str
    mode: Mode
    engine: str
    deaths: tuple[Death, ...] = ()
    seed: int = 0  # of whatever the scene draws

    def __str__(self) -> str:
        deaths = [told(death) for death in self.deaths] or [_NO_KILL]
        return f"{self.scene} / {self.mode} / {self.engine}: " + ", ".join([*deaths, *self._seeded()])

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `str()` has written.

        Raises:
            ValueError: it is no case.
        """
        where, _, what = text.strip().partition(": ")
        scene, mode, engine = where.split(" / ")
        words = [word for word in what.split(", ") if word != _NO_KILL]
        seed = int(words.pop().removeprefix(_SEED)) if words and words[-1].startswith(_SEED) else 0
        return cls(scene=scene, mode=Mode(mode), engine=engine, deaths=tuple(map(read_death, words)), seed=seed)

    def _seeded(self) -> list[str]:
        return [f"{_SEED}{self.seed}"] if self.seed else []


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it."""

    case: Case
    verdict: Verdict
    lives: tuple[Life, ...]
    kills: int = field(default=0)  # how many of the case's deaths came to pass

    @property
    def reached(self) -> bool:
        """Whether it was killed as planned; it may be over before the last one of several random moments."""
        deaths = self.case.deaths
        return self.kills == len(deaths) or (self.kills > 0 and not any(isinstance(death, Kill) for death in deaths))


def play(case: Case, keep: Path | None) -> Outcome:
    """Run one case by itself; what it leaves is kept in a folder of its own in `keep`. Blocking."""
    folder = Path(tempfile.mkdtemp(prefix="case-", dir=keep))
    logging.getLogger("aiohttp.server").addFilter(_is_no_lost_line)
    try:
        return asyncio.run(run(case, folder, _zygote()))
    finally:
        if keep is None:
            shutil.rmtree(folder)


async def run(case: Case, folder: Path, zygote: Zygote) -> Outcome:
    """Play it to its quiet end in an empty folder and judge what is left."""
    scene, trouble = SCENES[case.scene], ""
    async with open_database(case.engine, folder) as database, _staged(case, folder, zygote, database) as stage:
        playing = asyncio.create_task(_until_quiet(scene, stage))
        watching = asyncio.create_task(stage.keeper.watch())
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.wait({playing, watching}, return_when=asyncio.FIRST_COMPLETED)
                await (watching if watching.done() else playing)
        except TimeoutError:
            trouble = f"not over after {PATIENCE:.0f} s"
        except Died as death:
            trouble = str(death)
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
        await stage.keeper.kill()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        verdict = audit(await gather(stage))
    if trouble:
        verdict.other += 1
        verdict.findings.insert(0, trouble)
    lives = tuple(await asyncio.to_thread(read_trace, stage.keeper.trace))
    return Outcome(case=case, verdict=verdict, lives=lives, kills=min(stage.keeper.kills, len(case.deaths)))


def _is_no_lost_line(record: logging.LogRecord) -> bool:
    """A process that is killed in the middle of a request is no news to the sandbox."""
    return record.exc_info is None or not isinstance(record.exc_info[1], ConnectionError)


@functools.cache
def _zygote() -> Zygote:
    """One for each lane; it ends with it."""
    return Zygote()


async def _until_quiet(scene: Scene, stage: Stage) -> None:
    await scene.play(stage)
    await stage.ended()
    await stage.keeper.stop()


@asynccontextmanager
async def _staged(case: Case, folder: Path, zygote: Zygote, database: Database) -> AsyncIterator[Stage]:
    settings = {
        "LOST_CREATE_GRACE_SECONDS": "1",
        "STOP_SECONDS": "10",
        "LOG_LEVEL": "DEBUG",
        **SCENES[case.scene].settings,
    }
    if case.mode is not Mode.WEBHOOK:
        settings["PUBLIC_URL"] = ""
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox.start())
        world = await stack.enter_async_context(SandboxClient(sandbox.url))
        await world.set_eachlabs(duration_s=0.1, webhook_retry_gap_s=0.5)
        await world.set_aimlapi(duration_s=0.1)
        await world.set_discord(nonce_seconds=SCENES[case.scene].nonce_seconds)
        process = ForkedBot(zygote, sandbox, world, folder, database_url=database.url)
        keeper = Keeper(process, world, case.deaths, settings)
        stage = Stage(
            world=world,
            keeper=keeper,
            database=database,
            folder=folder,
            mode=case.mode,
            channel=await world.channel("art"),
            mara=await world.user("Mara"),
            ben=await world.user("Ben"),
            olga=await world.user("Olga"),
            ada=await world.user("Ada"),
            random=random.Random(case.seed),  # noqa: S311 - a scene's choices, the same in every run
        )
        await stack.enter_async_context(keeper)
        yield stage
