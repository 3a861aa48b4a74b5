"""Discord's rules for modals and what can be filled in there.

Source: https://discord.com/developers/docs/components/reference
"""

from sandbox.discord.component_rules import (
    LABEL,
    ROW,
    SELECTS,
    Path,
    check_choices,
    check_count,
    check_custom_id,
    check_select,
    fields_of,
)
from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Json

TEXT_INPUT, TEXT_DISPLAY = 4, 10
FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 19, 21, 22, 23
ONLY_IN_LABELS = frozenset({FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX})
PARTS, GROUP, FILES = 5, 10, 10
TITLE, INPUT_LABEL, INPUT_HINT, INPUT_VALUE, LABEL_TEXT = 45, 45, 100, 4000, 100


def check_modal(data: Json, errors: FormErrors) -> None:
    """Check what a modal callback shows: title, custom id, and one to five parts."""
    at = ("data",)
    if not 1 <= len(data.get("title") or "") <= TITLE:
        errors.bad_length([*at, "title"], 1, TITLE)
    check_custom_id(data, at, set(), errors)
    parts = data.get("components") or []
    if not 1 <= len(parts) <= PARTS:
        errors.bad_length([*at, "components"], 1, PARTS)
        return
    seen: set[str] = set()
    for index, part in enumerate(parts):
        if part.get("type") == TEXT_DISPLAY:
            continue
        for field in fields_of(part):
            _check_field(field, part, [*at, "components", index], seen, errors)
        if not fields_of(part):
            errors.choice([*at, "components", index, "type"], (ROW, TEXT_DISPLAY, LABEL))


def _check_field(field: Json, part: Json, at: Path, seen: set[str], errors: FormErrors) -> None:
    kind = field.get("type")
    if kind in SELECTS:
        check_select(field, at, seen, errors)
    elif kind == TEXT_INPUT:
        _check_text_input(field, at, seen, errors)
    elif kind in ONLY_IN_LABELS and part.get("type") == LABEL:
        _check_labelled(field, at, seen, errors)
    else:
        errors.choice([*at, "type"], (TEXT_INPUT, *sorted(SELECTS | ONLY_IN_LABELS)))
    label = part.get("label") if part.get("type") == LABEL else field.get("label")
    if not 1 <= len(label or "") <= INPUT_LABEL:
        errors.bad_length([*at, "label"], 1, INPUT_LABEL)
    if len(part.get("description") or "") > LABEL_TEXT:
        errors.too_long([*at, "description"], LABEL_TEXT)


def _check_text_input(field: Json, at: Path, seen: set[str], errors: FormErrors) -> None:
    check_custom_id(field, at, seen, errors)
    if field.get("style") not in {1, 2}:
        errors.choice([*at, "style"], (1, 2))
    for key, longest in (("value", INPUT_VALUE), ("placeholder", INPUT_HINT)):
        if len(field.get(key) or "") > longest:
            errors.too_long([*at, key], longest)
    least, most = field.get("min_length"), field.get("max_length")
    for key, value, low in (("min_length", least, 0), ("max_length", most, 1)):
        if value is not None and not low <= value <= INPUT_VALUE:
            errors.add([*at, key], "NUMBER_TYPE_MAX", f"int value should be between {low} and {INPUT_VALUE}.")
    if least is not None and most is not None and least > most:
        errors.add([*at, "min_length"], "NUMBER_TYPE_MAX", "min_length must not exceed max_length.")


def _check_labelled(field: Json, at: Path, seen: set[str], errors: FormErrors) -> None:
    check_custom_id(field, at, seen, errors)
    kind = field["type"]
    if kind in {FILE_UPLOAD, CHECKBOX_GROUP}:
        check_count(field, at, FILES if kind == FILE_UPLOAD else GROUP, errors)
    if kind in {RADIO_GROUP, CHECKBOX_GROUP}:
        check_choices(field, at, (2 if kind == RADIO_GROUP else 1, GROUP), errors)
