"""From a sentence to the text that its reader sees."""

from datetime import date
from typing import Final

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_decimal

from jobs.sentence import Sentence, Value
from words.catalogue import catalogue_of

_ENGLISH: Final = Locale("en")


class Words:
    """One reader's language; English where we have no other.

    `locale` is Discord's name of it: `de`, `en-GB`, `pt-BR`.
    """

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self._catalogue = catalogue_of(locale)

    def __call__(self, sentence: Sentence) -> str:
        """The sentence in the reader's language; in English where the catalogue has no translation."""
        catalogue = self._catalogue
        if catalogue is None:
            return str(sentence)
        if sentence.plural is None:
            template = catalogue.texts.gettext(sentence.template)
        else:
            template = catalogue.texts.ngettext(sentence.template, sentence.plural, sentence.count)
        values = {name: self._shown(value, catalogue.locale) for name, value in sentence.values.items()}
        return template.format(**values)

    def number(self, value: float) -> str:
        """A number as the reader writes it."""
        if self._catalogue is not None:
            return self._shown(value, self._catalogue.locale)
        return f"{value:,}" if isinstance(value, int) else f"{value:,g}"

    def date(self, day: date, *, year: bool = False) -> str:
        """A day as the reader writes it, shortened: `Nov 21`, or with its year `Nov 21, 2026`."""
        locale = _ENGLISH if self._catalogue is None else self._catalogue.locale
        return format_skeleton("yMMMd" if year else "MMMd", day, locale=locale)

    def find(self, text: str) -> str | None:
        """The translation of a fixed text without placeholders; None where there is none."""
        if self._catalogue is None:
            return None
        found = self._catalogue.texts.gettext(text)
        return None if found == text else found

    def _shown(self, value: Value, locale: Locale) -> str:
        match value:
            case Sentence():
                return self(value)
            case int():
                return format_decimal(value, locale=locale)
            case float():
                return format_decimal(float(f"{value:g}"), locale=locale, decimal_quantization=False)
            case _:
                return value
