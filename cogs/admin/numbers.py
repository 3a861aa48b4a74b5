"""The forms of `/admin setup`: numbers and amounts, read or refused in one sentence. An empty input decides nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from discord import ui

from cogs.admin.pages import FORM, Press
from cogs.forms import text_input
from jobs.sentence import Sentence, say, verbatim
from jobs.servers.allowance import said
from jobs.servers.money import NO_CAP, parse_cap, usd
from jobs.servers.offer import SIDE_LEAST
from jobs.servers.rules import Caps, ServerRules, Window, Windows
from jobs.servers.typed import read_limit
from words.speech import Words

COUNT_MOST: Final = 100
SIDE_MOST: Final = 4096
DAYS_MOST: Final = 36_500
_LONGEST: Final = 20  # characters
_WINDOWS: Final = {
    "hour": (Window.HOUR, say("Images within an hour")),
    "day": (Window.DAY, say("Images within 24 hours")),
    "month": (Window.MONTH, say("Images within 30 days")),
}
_NO_LIMIT: Final = say("Empty: no limit. 0: no images at all.")
_DAY: Final = say("Empty: what the bot's operator has set. 0: no images at all.")
_CAPS: Final = {"day": say("US dollars a day (UTC)"), "month": say("US dollars a month (UTC)")}


def form_of(press: Press, rules: ServerRules, words: Words) -> ui.Modal | None:
    """The form that a button opens, with what is decided now; None: it opens none."""
    match press:
        case Press.WINDOWS:
            windows = rules.quota.windows
            inputs = [
                (key, title, _text(said(windows, window)), _DAY if window is Window.DAY else _NO_LIMIT)
                for key, (window, title) in _WINDOWS.items()
            ]
            return _form(press, say("Images a member may make"), inputs, words)
        case Press.CAPS:
            hint = say("Empty: no cap. Like 25 or 12.50")
            caps = {"day": rules.caps.day, "month": rules.caps.month}
            amounts = {key: "" if cap is None else usd(cap).removeprefix("$") for key, cap in caps.items()}
            inputs = [(key, title, amounts[key], hint) for key, title in _CAPS.items()]
            return _form(press, say("What may be spent here"), inputs, words)
        case Press.BOUNDS:
            make, hint = rules.make, say("Empty: what the model allows.")
            inputs = [
                ("count", say("Images at once, at most"), _text(make.largest_count), hint),
                ("side", say("Pixels a side, at most"), _text(make.largest_side), hint),
            ]
            return _form(press, say("Largest images"), inputs, words)
        case Press.RETENTION:
            hint = say("Empty: as long as the bot's operator has set.")
            inputs = [("days", say("Days that prompts are kept"), _text(rules.retention_days), hint)]
            return _form(press, say("Keep prompts for…"), inputs, words)
        case _:
            return None


def typed_into(press: Press, typed: Mapping[str, str], rules: ServerRules) -> ServerRules | Sentence:
    """The rules with what was typed, or what is wrong with it."""
    texts = {key: text.strip() for key, text in typed.items()}
    match press:
        case Press.WINDOWS:
            return _with_windows(texts, rules)
        case Press.CAPS:
            return _with_caps(texts, rules)
        case Press.BOUNDS:
            count = _number(texts.get("count", ""), say("Images at once"), 1, COUNT_MOST)
            side = _number(texts.get("side", ""), say("Pixels a side"), SIDE_LEAST, SIDE_MOST)
            if isinstance(count, Sentence):
                return count
            if isinstance(side, Sentence):
                return side
            return replace(rules, make=replace(rules.make, largest_count=count, largest_side=side))
        case _:
            days = _number(texts.get("days", ""), say("Days"), 1, DAYS_MOST)
            return days if isinstance(days, Sentence) else replace(rules, retention_days=days)


def _with_windows(texts: Mapping[str, str], rules: ServerRules) -> ServerRules | Sentence:
    limits: dict[str, int | None] = {}
    for key, (window, _) in _WINDOWS.items():
        limit = read_limit(texts[key], window) if texts.get(key) else None
        if isinstance(limit, Sentence):
            return limit
        limits[key] = limit
    return replace(rules, quota=replace(rules.quota, windows=Windows(**limits)))


def _with_caps(texts: Mapping[str, str], rules: ServerRules) -> ServerRules | Sentence:
    caps: dict[str, int | None] = {}
    for key in _CAPS:
        cap = parse_cap(texts.get(key) or NO_CAP)
        if isinstance(cap, Sentence):
            return say("{why} Nothing was changed.", why=cap)
        caps[key] = cap
    return replace(rules, caps=Caps(**caps))


def _number(text: str, name: Sentence, least: int, most: int) -> int | Sentence | None:
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) < _LONGEST and least <= int(text) <= most:
        return int(text)
    return say(
        "{name}: a whole number from {least} to {most}, or nothing; not “{typed}”. Nothing was changed.",
        name=name,
        least=least,
        most=most,
        typed=verbatim(text),
    )


def _form(press: Press, title: Sentence, inputs: list[tuple[str, Sentence, str, Sentence]], words: Words) -> ui.Modal:
    form = ui.Modal(title=words(title)[:45], custom_id=FORM + press, timeout=None)
    for key, label, value, hint in inputs:
        form.add_item(text_input(words(label), key, value=value, hint=words(hint), longest=_LONGEST))
    return form


def _text(value: int | None) -> str:
    return "" if value is None else f"{value}"
