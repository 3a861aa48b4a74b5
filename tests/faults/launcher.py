"""`python bot.py run` with failpoints around it, forked from a process that has imported everything already.

`python -m tests.faults.launcher` reads one request a line (JSON: `environment`, `folder`, `log`), forks a process that
is the bot from its command line on, and answers with two lines: its number, and in the end its exit code (minus the
signal that ended it). It ends with its input. Only the imports are shared: a start costs 0.1 s instead of 0.8.
"""

import json
import os
import random
import sys
import traceback
from pathlib import Path
from typing import Any, Final, NoReturn

import bot
from tests.faults.failpoints import Failpoints
from tests.faults.points import KILL, TRACE, Kill

CRASHED: Final = 70


def serve() -> None:
    """Answer requests, one process at a time."""
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            become(request)
        _answer(child)
        _, status = os.waitpid(child, 0)
        _answer(os.waitstatus_to_exitcode(status))


def become(request: dict[str, Any]) -> NoReturn:
    """Be the bot: nothing of the launcher's is left but its imports. Never returns."""
    try:
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        random.seed()
        log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        for number in (1, 2):
            os.dup2(log, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        asked = os.environ.get(KILL)
        Failpoints(Kill.read(asked) if asked else None, Path(os.environ[TRACE])).install()
        code = bot.main(["run"])
    except BaseException:  # noqa: BLE001 - whatever it is, it must not go on as the launcher
        traceback.print_exc()
        code = CRASHED
    sys.stderr.flush()
    os._exit(code)


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
