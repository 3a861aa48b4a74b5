from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.answers import error_text, json_object, retry_after, vendor_error

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("-3", 0),
        ("Sat, 21 Nov 2026 12:01:30 GMT", 90),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("Sat, 21 Nov 2026 14:01:30 +0200", 90),
        ("Sat, 21 Nov 2026 12:01:30 -0000", 90),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("Sat, 99 Nov 2026 12:01:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    """What cannot be understood asks for nothing."""
    assert retry_after(value, now=NOW) == seconds


@given(st.text())
def test_no_retry_after_raises(value: str) -> None:
    """It is the vendor's to write."""
    seconds = retry_after(value, now=NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"\xff\xfe", b"{", b"[" * 100_000, b"1" * 10_000])
def test_what_is_no_json_object_is_none(body: bytes) -> None:
    """However it is broken."""
    assert json_object(body) is None
    assert vendor_error(body) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"message": "a", "details": "b"}, "a: b"),
        ({"message": "a", "details": "a"}, "a"),
        ({"message": "out of memory", "details": "job 7: out of memory"}, "job 7: out of memory"),
        ({"message": "", "details": "b"}, "b"),
        ({"error": "a", "details": None}, "a"),
        ({"error": "a", "details": {"seed": ["too small", "odd"]}}, "a: too small: odd"),
        ({"message": "a", "error": {"name": "Bad", "message": "a", "data": {"kind": "err_x"}}}, "a"),
        ({"error": [{"path": ["loras", 0], "message": "bad"}]}, "loras.0: bad"),
        ({"error": [{"field": "seed", "message": "bad"}]}, "seed: bad"),
        ({"message": 5, "details": True}, ""),
        ({}, ""),
    ],
)
def test_an_errors_text_is_gathered_from_wherever_it_stands(value: dict[str, object], text: str) -> None:
    """Each thing once; words for machines are left out."""
    assert error_text(value) == text
