"""`python -m sandbox`: run the sandbox until SIGTERM or SIGINT."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from sandbox.server import Sandbox


async def _serve(host: str, port: int) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: Ctrl+C arrives as KeyboardInterrupt instead
            break
    async with Sandbox.start(host=host, port=port) as sandbox:
        urls = {
            "url": sandbox.url,
            "discord_api_url": sandbox.discord_api_url,
            "eachlabs_url": sandbox.eachlabs_url,
            "aimlapi_url": sandbox.aimlapi_url,
            "host_and_port": sandbox.host_and_port,
        }
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox; its addresses are written to stdout as one line of JSON when it is ready."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_serve(options.host, options.port))
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
