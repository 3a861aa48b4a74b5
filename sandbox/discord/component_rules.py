"""Discord's rules for buttons and selects.

Source: https://discord.com/developers/docs/components/reference
"""

from collections.abc import Iterator, Sequence

from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Json

ROW, BUTTON, STRING_SELECT, LABEL = 1, 2, 3, 18
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SELECTS = frozenset({STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT})
DEFAULTS = {  # what a select may show as chosen, by its type
    USER_SELECT: {"user"}, ROLE_SELECT: {"role"}, MENTIONABLE_SELECT: {"user", "role"}, CHANNEL_SELECT: {"channel"},
}  # fmt: skip
LINK_STYLE, STYLES = 5, frozenset({1, 2, 3, 4, 5})
ROWS, BUTTONS_A_ROW, OPTIONS = 5, 5, 25
CUSTOM_ID, BUTTON_LABEL, BUTTON_URL, PLACEHOLDER, OPTION_TEXT = 100, 80, 512, 150, 100
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
        check_select(component, at, seen, errors)
    else:
        errors.choice([*at, "type"], (BUTTON, *sorted(SELECTS)))


def check_custom_id(component: Json, at: Path, seen: set[str], errors: FormErrors) -> None:
    """Check that a custom id is there, fits, and comes once."""
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
        check_custom_id(button, at, seen, errors)
    label = button.get("label") or ""
    if len(label) > BUTTON_LABEL:
        errors.too_long([*at, "label"], BUTTON_LABEL)
    if not label and not button.get("emoji"):
        errors.add([*at], "BUTTON_COMPONENT_INVALID", "A button must have a label or an emoji")


def check_select(select: Json, at: Path, seen: set[str], errors: FormErrors) -> None:
    """Check one select of a message or a modal."""
    check_custom_id(select, at, seen, errors)
    if len(select.get("placeholder") or "") > PLACEHOLDER:
        errors.too_long([*at, "placeholder"], PLACEHOLDER)
    check_count(select, at, OPTIONS, errors)
    if select["type"] == STRING_SELECT:
        check_choices(select, at, (1, OPTIONS), errors)
    else:
        _check_defaults(select, at, errors)


def check_count(field: Json, at: Path, most: int, errors: FormErrors) -> None:
    """Check how many values may be chosen; both bounds are 1 unless given."""
    low, high = (1 if field.get(name) is None else field[name] for name in ("min_values", "max_values"))
    if not 0 <= low <= high <= most or high == 0:
        errors.add([*at, "min_values"], "NUMBER_TYPE_MIN", "min_values and max_values do not fit.")


def check_choices(field: Json, at: Path, bounds: tuple[int, int], errors: FormErrors) -> None:
    """Check the options that a field offers: their number, their texts, and that no value comes twice."""
    options = field.get("options") or []
    if not bounds[0] <= len(options) <= bounds[1]:
        errors.bad_length([*at, "options"], *bounds)
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


def _check_defaults(select: Json, at: Path, errors: FormErrors) -> None:
    """Check what a select of users, roles or channels shows as chosen."""
    defaults, known = select.get("default_values") or [], DEFAULTS[select["type"]]
    most = 1 if select.get("max_values") is None else select["max_values"]
    if len(defaults) > most:
        errors.bad_length([*at, "default_values"], 0, most)
    for index, each in enumerate(defaults):
        if each.get("type") not in known:
            errors.choice([*at, "default_values", index, "type"], tuple(sorted(known)))


def fields_of(part: Json) -> list[Json]:
    """Return the inputs of one part of a modal: an action row's, or a label's one."""
    if part.get("type") == LABEL:
        return [part["component"]] if part.get("component") else []
    return list(part.get("components") or []) if part.get("type") == ROW else []


def interactive(components: Sequence[Json]) -> Iterator[Json]:
    """Yield the buttons and selects of a message."""
    for row in components:
        yield from row["components"]


def _defaults(component: Json) -> Json:
    """Return what a select shows as chosen, its ids as text, however they were sent."""
    found = component.get("default_values")
    return {} if found is None else {"default_values": [{**each, "id": str(each["id"])} for each in found]}


def numbered(rows: Sequence[Json]) -> list[Json]:
    """Return a message's components with the ids that Discord gives to those that have none."""
    next_id, result = 1, []
    for row in rows:
        inside = []
        row_id = next_id
        for component in row["components"]:
            next_id += 1
            inside.append({"id": next_id, **component, **_defaults(component)})
        next_id += 1
        result.append({"id": row_id, **row, "components": inside})
    return result
