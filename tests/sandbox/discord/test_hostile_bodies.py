from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.discord.body import Body
from sandbox.discord.command_rules import check_commands
from sandbox.discord.drafts import read_draft
from sandbox.discord.errors import ApiError, FormErrors
from sandbox.discord.modal_rules import check_modal
from sandbox.discord.shapes import MODAL, check_shape
from sandbox.discord.world import SnowflakeMaker

SCALARS = st.none() | st.booleans() | st.integers(-2, 2**60) | st.floats() | st.text(max_size=4)
KEYS = (
    *("type", "name", "description", "options", "choices", "value", "required", "min_value", "max_value"),
    *("min_length", "autocomplete", "content", "embeds", "fields", "title", "footer", "text", "author"),
    *("image", "url", "icon_url", "components", "component", "custom_id", "style", "label", "placeholder"),
    *("min_values", "max_values", "attachments", "id", "filename", "flags", "nonce", "allowed_mentions"),
    *("parse", "users", "roles", "name_localizations", "default_values", "channel_types", "default"),
)
STEADY = settings(max_examples=60, derandomize=True, deadline=None)  # a busy machine is no failure
TYPES = st.fixed_dictionaries({"type": st.integers(-1, 24)})


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    free = st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    typed = st.builds(lambda one, other: {**one, **other}, free, TYPES)
    return st.lists(inner, max_size=3) | free | typed


JSON = st.recursive(SCALARS, _nested, max_leaves=25)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6)


def _code(check: Callable[[], object]) -> int | None:
    """Return the code of Discord's refusal, None when there is none; nothing else may be raised."""
    try:
        check()
    except ApiError as error:
        return error.code
    return None


@STEADY
@given(OBJECTS)
def test_any_message_is_taken_or_refused_as_discord_refuses(payload: dict[str, Any]) -> None:
    def check() -> None:
        read_draft(payload, Body(payload=payload), size_limit=1, new_id=SnowflakeMaker())

    assert _code(check) in {None, 50035}


@STEADY
@given(st.lists(OBJECTS, max_size=3) | JSON)
def test_any_list_of_commands_is_taken_or_refused(payload: object) -> None:
    assert _code(lambda: check_commands(payload)) in {None, 50035}


@STEADY
@given(OBJECTS)
def test_any_modal_is_taken_or_refused(payload: dict[str, Any]) -> None:
    def check() -> None:
        errors = FormErrors()
        check_shape(payload, MODAL, errors)
        errors.check()
        check_modal(payload, errors)
        errors.check()

    assert _code(check) in {None, 50035}
