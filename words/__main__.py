"""`make words`: brings the catalogues up to date with the source; what is new in them waits to be translated."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from words.catalogue import CATALOGUES
from words.extraction import messages

_ROOT: Final = Path(__file__).parent.parent
_FOLDER: Final = Path(__file__).parent / "catalogues"
_HEADER: Final = "# What people read of fluxcord. Made by `make words`; only the translations are written by hand."
_BEGINNING: Final = datetime(2026, 11, 21, tzinfo=UTC)  # in the headers: no update alone makes a file differ


def template(root: Path = _ROOT) -> Catalog:
    """What is to be translated now, without translations."""
    catalogue = Catalog(header_comment=_HEADER, creation_date=_BEGINNING, revision_date=_BEGINNING, fuzzy=False)
    for message in messages(root):
        known = catalogue.get(message.text)
        keeps = message.plural is None and known is not None and known.pluralizable
        if keeps and known is not None:  # said elsewhere with a number: that entry serves both
            catalogue.add(known.id, locations=[(message.place, 0)])
        else:
            entry = message.text if message.plural is None else (message.text, message.plural)
            catalogue.add(entry, locations=[(message.place, 0)])
    return catalogue


def main() -> int:
    """Write the template and update every catalogue; returns how many translations are missing."""
    fresh, missing = template(), 0
    _FOLDER.mkdir(exist_ok=True)
    _write(fresh, _FOLDER / "fluxcord.pot")
    for name in sorted(set(CATALOGUES.values())):
        path = _FOLDER / f"{name}.po"
        catalogue = Catalog(locale=name)
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=name)
        catalogue.header_comment = _HEADER
        catalogue.creation_date = catalogue.revision_date = _BEGINNING
        # What is no longer said goes; a guess at what a changed sentence means would be a translation nobody has read.
        catalogue.update(fresh, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        _write(catalogue, path)
        lacking = [message for message in catalogue if message.id and not is_translated(message.string)]
        missing += len(lacking)
        sys.stdout.write(f"{path.name}: {len(catalogue) - len(lacking)} of {len(catalogue)} translated\n")
    return 1 if missing else 0


def is_translated(string: str | Sequence[str] | None) -> bool:
    """Whether a translation is whole: each of its forms."""
    return bool(string) and (isinstance(string, str) or all(string or ()))


def _write(catalogue: Catalog, path: Path) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_by_file=True, include_lineno=False, omit_header=False)


if __name__ == "__main__":
    sys.exit(main())
