"""`python -m tests.pictures`: play each feature on the sandbox, and draw its messages for the pages below docs/."""

import argparse
import asyncio
import itertools
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from structlog.testing import capture_logs

from sandbox import Sandbox
from sandbox.client import SandboxClient
from tests.e2e.support import Bot
from tests.pictures.admin_scenes import ADMIN_SCENES
from tests.pictures.scenes import SCENES as FEATURE_SCENES
from tests.pictures.scenes import Scene
from tests.pictures.stable import Stable
from tests.pictures.studio import Studio

SCENES = (*FEATURE_SCENES, *ADMIN_SCENES)


def main() -> int:
    """Draw them all, or those of the scenes named; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("docs/pictures"), help="the folder (%(default)s)")
    parser.add_argument("scenes", nargs="*", help=f"only these of {', '.join(scene.__name__ for scene in SCENES)}")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name, size in asyncio.run(_draw(options.output, options.scenes)).items():
        sys.stdout.write(f"{options.output / name}.png: {size} bytes\n")
    return 0


async def _draw(folder: Path, names: list[str]) -> dict[str, int]:
    """Each scene on a sandbox of its own, so that what it shows depends on nothing else."""
    sizes: dict[str, int] = {}
    for scene in SCENES:
        if not names or scene.__name__ in names:
            sizes |= await _play(scene, folder)
    return sizes


async def _play(scene: Scene, folder: Path) -> dict[str, int]:
    seeds = itertools.count(20_271)  # of Again and Variations, which draw theirs
    with (
        tempfile.TemporaryDirectory(prefix="fluxcord-pictures-") as place,
        capture_logs() as log,
        patch("cogs.desk.secrets.randbelow", lambda _: next(seeds)),
    ):
        async with Sandbox.start() as sandbox, SandboxClient(sandbox.url) as world:
            await world.set_eachlabs(duration_s=0.2)
            await world.set_aimlapi(duration_s=0.2)
            bot = Bot(sandbox, world, Path(place), log)
            await bot.start(webhooks=True)
            try:
                studio = await _studio(world, bot, folder)
                await scene(studio)
            finally:
                await bot.stop()
            return studio.pictures


async def _studio(world: SandboxClient, bot: Bot, folder: Path) -> Studio:
    people, guild = await world.users(), await world.guild()
    return Studio(
        world=world,
        bot=bot,
        folder=folder,
        stable=Stable([*people, guild, *await world.channels()]),
        garden=guild,
        art=await world.channel("art"),
        mara=await world.user("Mara"),
        ben=await world.user("Ben"),
        olga=await world.user("Olga"),
        ada=await world.user("Ada"),
        otto=await world.user("Otto"),
    )


if __name__ == "__main__":
    sys.exit(main())
