"""The translations, each read once: gettext catalogues as text, one a language, which the package carries."""

import functools
import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

CATALOGUES: Final[Mapping[str, str]] = {
    "de": "de",
    "fr": "fr",
    "es-ES": "es",
    "es-419": "es",
    "pt-BR": "pt_BR",
    "ja": "ja",
}
"""By Discord's name of a locale, the catalogue that serves it:
https://discord.com/developers/docs/reference#locales"""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """One language: its texts and its way to write numbers."""

    texts: gettext.NullTranslations
    locale: Locale


def catalogue_file(name: str) -> Traversable:
    """Where the catalogue of that name is."""
    return resources.files("words") / "catalogues" / f"{name}.po"


def catalogue_of(locale: str) -> Catalogue | None:
    """The catalogue for a reader with Discord's name of their locale; None: English."""
    return _catalogue(locale) if locale in CATALOGUES else None


def load_all() -> None:
    """Read every catalogue, so that no reader waits for theirs. Blocking: some tens of milliseconds each."""
    for locale in CATALOGUES:
        catalogue_of(locale)


@functools.cache
def _catalogue(locale: str) -> Catalogue:
    parsed = Locale.parse(locale, sep="-")
    format_decimal(1, locale=parsed)  # Babel reads a locale's data with its first number
    return Catalogue(texts=_texts(CATALOGUES[locale]), locale=parsed)


@functools.cache
def _texts(name: str) -> gettext.NullTranslations:
    return read(name)


def read(name: str) -> gettext.NullTranslations:
    """The texts of the catalogue of that name."""
    with catalogue_file(name).open("rb") as file:
        catalogue = read_po(file, locale=name)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
