"""Discord's rules for buttons, selects and modals.

Source: https://discord.com/developers/docs/components/reference
"""

from collections.abc import Iterator, Sequence

from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT_DISPLAY, LABEL = 1, 2, 3, 4, 10, 18
SELECTS = frozenset({3, 5, 6, 7, 8})
LINK_STYLE, STYLES = 5, frozenset({1, 2, 3, 4, 5})
ROWS, BUTTONS_A_ROW, OPTIONS, MODAL_PARTS = 5, 5, 25, 5
CUSTOM_ID, BUTTON_LABEL, BUTTON_URL, PLACEHOLDER, OPTION_TEXT = 100, 80, 512, 150, 100
MODAL_TITLE, INPUT_LABEL, INPUT_HINT, INPUT_VALUE, LABEL_TEXT = 45, 45, 100, 4000, 100
Path = Sequence[str | int]


def check_message_components(payload: Json, errors: FormErrors) -> None:
    """Check the action rows of a message: their number, what is in them, and that no custom id comes twice."""
    rows = payload.get("components")
    if rows is None:
        return
    if len(rows) > ROWS:
        errors.bad_length(["components"], 0, ROWS)
    seen: set[str] = set()
    for index, row in enumerate(rows):
        at = ("components", index)
        if row.get("type") != ROW:
            errors.choice([*at, "type"], (ROW,))
            continue
        inside = row.get("components") or []
        if not 1 <= len(inside) <= BUTTONS_A_ROW:
            errors.bad_length([*at, "components"], 1, BUTTONS_A_ROW)
            continue
        if len(inside) > 1 and any(each.get("type") in SELECTS for each in inside):
            errors.add([*at, "components"], "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "Components are too wide")
        for place, component in enumerate(inside):
            _check_interactive(component, [*at, "components", place], seen, errors)


def _check_interactive(component: Json, at: Path, seen: set[str], errors: FormErrors) -> None:
    if component.get("type") == BUTTON:
        _check_button(component, at, seen, errors)
    elif component.get("type") in SELECTS:
        _check_select(component, at, seen, errors)
    else:
        errors.choice([*at, "type"], (BUTTON, *sorted(SELECTS)))


def _check_custom_id(component: Json, at: Path, seen: set[str], errors: FormErrors) -> None:
    custom_id = component.get("custom_id")
    if custom_id is None:
        errors.required([*at, "custom_id"])
    elif not 1 <= len(custom_id) <= CUSTOM_ID:
        errors.bad_length([*at, "custom_id"], 1, CUSTOM_ID)
    elif custom_id in seen:
        errors.add([*at, "custom_id"], "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    else:
        seen.add(custom_id)


def _check_button(button: Json, at: Path, seen: set[str], errors: FormErrors) -> None:
    if button.get("style") not in STYLES:
        errors.choice([*at, "style"], tuple(sorted(STYLES)))
    elif button["style"] == LINK_STYLE:
        if not button.get("url") or button.get("custom_id") is not None:
            errors.add([*at], "COMPONENT_BUTTON_LINK", "A link button has a url and no custom id")
        elif not button["url"].startswith(("http://", "https://", "discord://")):
            errors.add([*at, "url"], "URL_TYPE_INVALID_SCHEME", "Not a URL a button may open.")
        elif len(button["url"]) > BUTTON_URL:
            errors.too_long([*at, "url"], BUTTON_URL)
    else:
        _check_custom_id(button, at, seen, errors)
    label = button.get("label") or ""
    if len(label) > BUTTON_LABEL:
        errors.too_long([*at, "label"], BUTTON_LABEL)
    if not label and not button.get("emoji"):
        errors.add([*at], "BUTTON_COMPONENT_INVALID", "A button must have a label or an emoji")


def _check_select(select: Json, at: Path, seen: set[str], errors: FormErrors) -> None:
    _check_custom_id(select, at, seen, errors)
    if len(select.get("placeholder") or "") > PLACEHOLDER:
        errors.too_long([*at, "placeholder"], PLACEHOLDER)
    least, most = _or_one(select.get("min_values")), _or_one(select.get("max_values"))
    if not 0 <= least <= most <= OPTIONS or most == 0:
        errors.add([*at, "min_values"], "NUMBER_TYPE_MIN", "min_values and max_values do not fit.")
    if select["type"] != STRING_SELECT:
        return
    options = select.get("options") or []
    if not 1 <= len(options) <= OPTIONS:
        errors.bad_length([*at, "options"], 1, OPTIONS)
        return
    values: set[str] = set()
    for index, option in enumerate(options):
        for key in ("label", "value"):
            if not 1 <= len(option.get(key) or "") <= OPTION_TEXT:
                errors.bad_length([*at, "options", index, key], 1, OPTION_TEXT)
        if len(option.get("description") or "") > OPTION_TEXT:
            errors.too_long([*at, "options", index, "description"], OPTION_TEXT)
        if option.get("value") in values:
            errors.add(
                [*at, "options", index, "value"],
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        values.add(str(option.get("value")))


def _or_one(number: int | None) -> int:
    return 1 if number is None else number


def check_modal(data: Json, errors: FormErrors) -> None:
    """Check what a modal callback shows: title, custom id, and one to five inputs."""
    at = ("data",)
    if not 1 <= len(data.get("title") or "") <= MODAL_TITLE:
        errors.bad_length([*at, "title"], 1, MODAL_TITLE)
    _check_custom_id(data, at, set(), errors)
    parts = data.get("components") or []
    if not 1 <= len(parts) <= MODAL_PARTS:
        errors.bad_length([*at, "components"], 1, MODAL_PARTS)
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
    if field.get("type") in SELECTS:
        _check_select(field, at, seen, errors)
    elif field.get("type") == TEXT_INPUT:
        _check_custom_id(field, at, seen, errors)
        if field.get("style") not in {1, 2}:
            errors.choice([*at, "style"], (1, 2))
        for key, most in (("value", INPUT_VALUE), ("placeholder", INPUT_HINT)):
            if len(field.get(key) or "") > most:
                errors.too_long([*at, key], most)
        _check_lengths(field, at, errors)
    else:
        errors.choice([*at, "type"], (TEXT_INPUT, *sorted(SELECTS)))
    label = part.get("label") if part.get("type") == LABEL else field.get("label")
    if not 1 <= len(label or "") <= INPUT_LABEL:
        errors.bad_length([*at, "label"], 1, INPUT_LABEL)
    if len(part.get("description") or "") > LABEL_TEXT:
        errors.too_long([*at, "description"], LABEL_TEXT)


def _check_lengths(field: Json, at: Path, errors: FormErrors) -> None:
    least, most = field.get("min_length"), field.get("max_length")
    for key, value, low in (("min_length", least, 0), ("max_length", most, 1)):
        if value is not None and not low <= value <= INPUT_VALUE:
            errors.add([*at, key], "NUMBER_TYPE_MAX", f"int value should be between {low} and {INPUT_VALUE}.")
    if least is not None and most is not None and least > most:
        errors.add([*at, "min_length"], "NUMBER_TYPE_MAX", "min_length must not exceed max_length.")


def fields_of(part: Json) -> list[Json]:
    """Return the inputs of one part of a modal: an action row's, or a label's one."""
    if part.get("type") == LABEL:
        return [part["component"]] if part.get("component") else []
    return list(part.get("components") or []) if part.get("type") == ROW else []


def interactive(components: Sequence[Json]) -> Iterator[Json]:
    """Yield the buttons and selects of a message."""
    for row in components:
        yield from row["components"]


def numbered(rows: Sequence[Json]) -> list[Json]:
    """Return a message's components with the ids that Discord gives to those that have none."""
    next_id, result = 1, []
    for row in rows:
        inside = []
        row_id = next_id
        for component in row["components"]:
            next_id += 1
            inside.append({"id": next_id, **component})
        next_id += 1
        result.append({"id": row_id, **row, "components": inside})
    return result
