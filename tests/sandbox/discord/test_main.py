import asyncio
import json
import signal
import sys

import pytest

from sandbox.client import SandboxClient


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_is_and_stops_cleanly(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    urls = json.loads(await process.stdout.readline())
    assert urls["discord_api_url"] == f"{urls['url']}/api/v10"
    assert urls["eachlabs_url"] == f"http://{urls['host_and_port']}/eachlabs/v1"
    async with SandboxClient(urls["url"]) as world:
        assert [guild.name for guild in await world.guilds()] == ["Pixel Garden"]
        assert await world.predictions() == []
        assert await world.generations() == []
    process.send_signal(number)
    assert await process.wait() == 0
    assert await process.stderr.read() == b""
