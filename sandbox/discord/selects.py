"""What a member chooses in a select, checked as Discord's client does."""

from collections.abc import Sequence

from sandbox.discord.component_rules import STRING_SELECT
from sandbox.discord.errors import Refusal
from sandbox.discord.model import Json
from sandbox.discord.resolving import Resolver


def selected(select: Json, given: Sequence[object], found: Resolver, *, least: int | None = None) -> list[str]:
    """Return the values that are sent: of a select of texts those of its options, else ids; `found` resolves them.

    Raises:
        Refusal: too few or too many, or nothing that the select offers.
    """
    name = select["custom_id"]
    low, high = (1 if select.get(key) is None else select[key] for key in ("min_values", "max_values"))
    if not (low if least is None else least) <= len(given) <= high:
        raise Refusal(f"{name} does not take {len(given)} values")
    if select["type"] == STRING_SELECT:
        return offered(select, given)
    chosen = [(each, found.selected(select, each)) for each in given]
    if missing := [str(each) for each, value in chosen if value is None]:
        raise Refusal(f"{name} does not offer {', '.join(missing)}")
    return [value for _, value in chosen if value is not None]


def offered(field: Json, given: Sequence[object]) -> list[str]:
    """Return the values of the options named by value or label.

    Raises:
        Refusal: one that is not among them.
    """
    values = {option[key]: str(option["value"]) for option in field["options"] for key in ("label", "value")}
    if missing := [str(each) for each in given if each not in values]:
        raise Refusal(f"{field['custom_id']} does not offer {', '.join(missing)}")
    return [values[each] for each in given]


def shown(field: Json) -> list[str]:
    """Return what a field shows as chosen before anybody touches it."""
    options = [str(option["value"]) for option in field.get("options") or [] if option.get("default")]
    return options or [str(each["id"]) for each in field.get("default_values") or []]
