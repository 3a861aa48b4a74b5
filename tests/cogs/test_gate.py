"""No order goes around the gate: what an order is made of is made in one place, and so is the order."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("cogs", "jobs", "providers", "storage", "web", "media", "words")
MAKES: dict[str, set[str]] = {
    "Passed": {"cogs/gate.py"},  # only after all checks
    "Order": {"cogs/desk.py", "storage/rows.py"},  # of what has passed, and of what was kept
    "make_order": {"cogs/desk.py", "cogs/several/cog.py"},
    "place_order": {"cogs/desk.py"},
    "place_batch": {"cogs/several/cog.py"},
    "admit": {"jobs/service.py", "web/server.py"},  # there it is a connection
    "admit_batch": {"jobs/service.py"},
}
"""Where each of these may be called."""


def calls() -> Iterator[tuple[str, str]]:
    """Every call in the program by the last part of its name, and the file."""
    files = [*ROOT.glob("*.py"), *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Name(id=name) | ast.Attribute(attr=name):
                        yield name, path.relative_to(ROOT).as_posix()
                    case _:
                        pass


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    """Where each is called."""
    where: dict[str, set[str]] = {name: set() for name in MAKES}
    for name, path in calls():
        if name in where:
            where[name].add(path)
    return where


@pytest.mark.parametrize("name", MAKES)
def test_an_order_is_made_only_of_what_the_gate_let_through(name: str, found: dict[str, set[str]]) -> None:
    assert found[name] == MAKES[name]
