"""Figures as somebody sees them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cogs.stats.view import View
from jobs.catalog import Catalog, Provider
from jobs.stats import Day, Figures, Share, Typical

MakeView = Callable[..., View]
TODAY = date(2026, 11, 21)
WAITED = Typical(median=2_400, slow=125_000)


def make_figures(days: int = 30) -> Figures:
    """On each of the last three days some orders, before them none."""
    busy = {0: (4, 1), 1: (9, 0), 2: (2, 2)}  # by days ago: images and failed orders
    made = [
        Day(
            date=TODAY - timedelta(days=ago),
            jobs=sum(busy[ago]),
            images=busy[ago][0],
            cost=busy[ago][0] * 35_000,
            failed=busy[ago][1],
            waited=WAITED,
        )
        if ago in busy
        else Day(date=TODAY - timedelta(days=ago))
        for ago in reversed(range(days))
    ]
    return Figures(
        days=tuple(made),
        made=15,
        cancelled=1,
        waited=WAITED,
        making=Typical(median=9_000, slow=3_600_000),
        users=(Share(of=4821, images=9), Share(of=-3, images=4), Share(of=990_077, images=2)),
        models=(Share(of="flux-lora", images=12), Share(of="an/old-one", images=3)),
    )


@pytest.fixture
def make_view() -> MakeView:
    """A server's figures, seen by an admin, unless told otherwise."""

    def make(*, days: int = 30, **values: object) -> View:
        view = View(
            figures=make_figures(days),
            name="Lighthouse Keepers",
            own=False,
            cost=True,
            names={4821: "Mara"},
            catalog=Catalog(offered=Provider),
        )
        return replace(view, **values)  # type: ignore[arg-type]

    return make
