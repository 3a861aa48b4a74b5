"""`python bot.py demo`: what a newcomer runs first."""

import asyncio
import io
import re
import sys
import time
from pathlib import Path

from PIL import Image

from tests.e2e.processes import ROOT, neutral_environment

SCENES = (
    "help", "polling", "synchronous", "webhook-again", "webhook-private", "bad-command", "over-quota", "quota",
    "setup", "caps", "result", "warning", "over-cap", "reported", "removed", "costs",
)  # fmt: skip


async def test_the_demo_plays_every_scene_within_a_minute_and_keeps_its_pictures(tmp_path: Path) -> None:
    output = tmp_path / "demo-output"
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "bot.py"),
        "demo",
        "--output",
        str(output),
        cwd=tmp_path,
        env=neutral_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    text = told.decode()
    assert process.returncode == 0, text
    assert time.monotonic() - began < 110  # within a minute, where it has the machine to itself
    assert [int(number) for number in re.findall(r"^── (\d)\. ", text, re.MULTILINE)] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert "Traceback" not in text
    log = await asyncio.to_thread((output / "bot.log").read_text, "utf-8")
    assert "Traceback" not in log
    assert "error" not in log.lower()
    pictures = sorted(path.name for path in output.glob("*.png"))
    assert pictures == sorted(f"{number}-{name}.png" for number, name in enumerate(SCENES, start=1))
    for path in [*output.glob("*.png"), *(output / "images").iterdir()]:
        data = await asyncio.to_thread(path.read_bytes)
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            assert picture.format == {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}[path.suffix]
            assert min(picture.size) > 50
    assert len(list((output / "images").iterdir())) == 8
