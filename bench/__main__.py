"""`python -m bench`: measure, show the table, write the numbers; `--check` compares them with the baseline."""

import argparse
import asyncio
import json
import logging
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from bench import baseline
from bench.measure import Measure
from bench.plan import MEASURES, run
from bench.rows import Row
from bench.sizes import FULL, TINY
from bench.table import table

RESULTS: Final = Path(__file__).parent / "results.json"
EXIT_WORSE: Final = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0, or 1 when `--check` finds a figure that is worse than the baseline's beyond its tolerance."""
    options = _options(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    measures = [measure for measure in MEASURES if options.only is None or measure.name in options.only]
    began = time.monotonic()
    rows = asyncio.run(run(measures, TINY if options.tiny else FULL))
    seconds = time.monotonic() - began
    sys.stdout.write(f"{table(rows)}\nin {seconds:.0f} s\n")
    text = json.dumps(_report(rows, seconds), indent=2, ensure_ascii=False)
    options.output.write_text(text + "\n", encoding="utf-8")
    if options.write_baseline:
        baseline.write(rows)
    return _check(rows, measures) if options.check else 0


def _check(rows: Sequence[Row], measures: Sequence[Measure]) -> int:
    worse = baseline.worse(rows, baseline.read(), complete=len(measures) == len(MEASURES))
    for line in worse:
        sys.stdout.write(f"WORSE THAN THE BASELINE: {line}\n")
    if not worse:
        sys.stdout.write("the baseline holds\n")
    return EXIT_WORSE if worse else 0


def _report(rows: Sequence[Row], seconds: float) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds),
        "machine": {
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
        },
        "rows": [row.to_json() for row in rows],
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the bot against a floor.")
    names = [measure.name for measure in MEASURES]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"some of: {', '.join(names)}")
    parser.add_argument("--check", action="store_true", help="exit code 1 when a figure is worse than the baseline's")
    parser.add_argument("--write-baseline", action="store_true", help="take this run's figures into the baseline")
    parser.add_argument("--tiny", action="store_true", help="in sizes that only show that everything runs")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the numbers go (%(default)s)")
    options = parser.parse_args(arguments)
    if options.tiny and (options.check or options.write_baseline):
        parser.error("a tiny run says nothing about the baseline")
    return options


if __name__ == "__main__":
    sys.exit(main())
