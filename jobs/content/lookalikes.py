"""Characters that look like others: facts of Unicode, as far as people use them to write past a filter.

The pairs are among those that https://www.unicode.org/Public/security/latest/confusables.txt calls confusable; what a
compatibility decomposition undoes (full width, mathematical letters, circles) needs no line here.
"""

# ruff: noqa: RUF001 - characters that can be mistaken for others are what this is about

from typing import Final

_PAIRS: Final = (
    # Cyrillic, small and capital
    "аa", "вb", "еe", "зz", "кk", "мm", "нh", "оo", "рp", "сc", "тt", "уy", "хx", "ѕs", "іi", "јj", "ԁd", "һh", "ԛq",
    "ԝw", "ѵv", "ӏl", "ьb", "ԍg", "АA", "ВB", "ЕE", "КK", "МM", "НH", "ОO", "РP", "СC", "ТT", "УY", "ХX", "ЅS", "ІI",
    "ЈJ", "ԌG", "ԚQ", "ԜW", "ѴV", "ЗZ", "ҮY", "үy",
    # Greek: a small letter may look like another one than its capital
    "αa", "βb", "γy", "εe", "ηn", "ιi", "κk", "νv", "οo", "ρp", "τt", "υu", "χx", "ωw", "ϲc", "ϳj", "ΑA", "ΒB", "ΕE",
    "ΖZ", "ΗH", "ΙI", "ΚK", "ΜM", "ΝN", "ΟO", "ΡP", "ΤT", "ΥY", "ΧX", "ϹC",
    # Armenian and Cherokee
    "օo", "սu", "ոn", "հh", "ցg", "ԼL", "ՍU", "ՏS", "ᎪA", "ᏴB", "ᏟC", "ᎠD", "ᎬE", "ᎻH", "ᎫJ", "ᏦK", "ᏞL", "ᎷM", "ᏢP",
    "ᏒR", "ᏚS", "ᎢT", "ᏙV", "ᎳW", "ᏃZ",
    # Latin with strokes and hooks that no decomposition takes away, and small capitals
    "ıi", "ɩi", "łl", "ŁL", "øo", "ØO", "đd", "ĐD", "ħh", "ĦH", "ŧt", "ŦT", "ɑa", "ɡg", "ƒf", "ƅb", "ƙk", "ɱm", "ŋn",
    "ɲn", "ɾr", "ʃs", "ʋu", "ƴy", "ƶz", "ⱥa", "ƀb", "ȼc", "ɇe", "ǥg", "ɨi", "ɉj", "ᵽp", "ɍr", "ᴀa", "ʙb", "ᴄc", "ᴅd",
    "ᴇe", "ꜰf", "ɢg", "ʜh", "ɪi", "ᴊj", "ᴋk", "ʟl", "ᴍm", "ɴn", "ᴏo", "ᴘp", "ꞯq", "ʀr", "ꜱs", "ᴛt", "ᴜu", "ᴠv", "ᴡw",
    "ʏy", "ᴢz",
    # signs
    "¡!", "ǃ!", "ǀ|", "∣|", "¦|", "℮e", "℃c",
)  # fmt: skip

_ALPHABETS: Final = (0x1F150, 0x1F170, 0x1F1E6)
"""Where white letters on black circles, on black squares, and the letters of flags begin, from A to Z."""

LOOKALIKES: Final = {pair[0]: pair[1] for pair in _PAIRS} | {
    chr(first + number): chr(ord("a") + number) for first in _ALPHABETS for number in range(26)
}
"""By the character: the Latin letter or sign that is seen."""

SIGNS: Final = "@$!|+€¢"
"""Punctuation that stands for letters too; whether it does, or only ends a word, is tried both ways."""

EITHER: Final = "ı"
"""A capital I after a small letter: nobody sees whether it is an i or an l."""

STAND_INS: Final = {
    "a": "4@",
    "b": "68",
    "c": "¢",
    "e": "3€",
    "g": "69",
    "i": "1!|" + EITHER,
    "l": "1|" + EITHER,
    "o": "0",
    "s": "5$",
    "t": "7+",
    "u": "v",
    "z": "2",
}
"""By the letter: what else is written for it. A digit or a sign may stand for several letters."""


def _classes() -> dict[str, str]:
    named: dict[str, str] = {}
    for letter, others in STAND_INS.items():
        into = next((named[each] for each in others if each in named), letter)
        for each in (letter, *others):
            named[each] = into
    return named


CLASSES: Final = _classes()
"""By the character: one name for all that may stand for the same letters, so that what may be equal has equal names."""
