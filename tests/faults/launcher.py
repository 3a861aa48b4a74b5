"""`python bot.py run` with failpoints around it: `python -m tests.faults.launcher run`."""

import os
import sys
from pathlib import Path

import bot
from tests.faults.failpoints import Failpoints
from tests.faults.points import KILL, TRACE, Kill


def main() -> int:
    """Run the bot's own command line; returns its exit code, if it comes to that."""
    asked = os.environ.get(KILL)
    Failpoints(Kill.read(asked) if asked else None, Path(os.environ[TRACE])).install()
    return bot.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
