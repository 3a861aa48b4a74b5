"""What the documents point at exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")
PLACE = re.compile(
    r"`((?:bot|demo|logs|parts|settings|standby|startup|stopping)\.py|(?:cogs|docs|jobs|media|providers|sandbox|storage|tests|web)/[\w/.*-]*)`"
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_every_place_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    missing += [place for place in PLACE.findall(text) if not list(ROOT.glob(place.rstrip("/")))]
    assert missing == []


def test_the_tree_in_the_readme_names_every_module_and_package_at_the_top() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    modules = {path.name for path in ROOT.glob("*.py")}
    packages = {f"{path.parent.name}/" for path in ROOT.glob("*/__init__.py")}
    assert [name for name in sorted(modules | packages) if f"\n{name} " not in text] == []
