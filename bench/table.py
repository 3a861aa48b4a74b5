"""The result as a table for people."""

from collections.abc import Sequence

from bench.rows import Row

_HEAD = ("what", "floor", "ours", "figure", "target", "verdict")
_KINDS = {"ratio": "×", "excess": "more", "value": ""}


def table(rows: Sequence[Row]) -> str:
    """One line a row, columns aligned, and below it what is missed."""
    lines = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    rendered = [
        "  ".join(cell.ljust(width) if n in {0, 5} else cell.rjust(width) for n, (cell, width) in enumerate(cells))
        for cells in (list(zip(line, widths, strict=True)) for line in lines)
    ]
    rendered.insert(1, "  ".join("-" * width for width in widths))
    missed = [row.name for row in rows if not row.met]
    told = f"{len(missed)} of {len(rows)} targets are missed: {', '.join(missed)}" if missed else "all targets are met"
    return "\n".join([*(line.rstrip() for line in rendered), "", told])


def number(amount: float) -> str:
    """Three digits that count, and no more than are needed."""
    if abs(amount) >= 100:
        return f"{amount:,.0f}"
    return f"{amount:.3g}"


def _cells(row: Row) -> tuple[str, ...]:
    sign = "≤" if row.direction == "at most" else "≥"
    figure_unit = "" if row.kind == "ratio" else f" {row.unit}"
    return (
        row.name,
        "" if row.floor is None else f"{number(row.floor)} {row.unit}",
        f"{number(row.ours)} {row.unit}",
        f"{number(row.figure)}{figure_unit} {_KINDS[row.kind]}".rstrip(),
        f"{sign} {number(row.target)}{figure_unit} {_KINDS[row.kind]}".rstrip(),
        "ok" if row.met else "MISSED",
    )
