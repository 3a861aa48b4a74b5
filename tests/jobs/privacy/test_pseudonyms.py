"""A pseudonym is the same for ever, leads back to nobody, and costs nothing for those who never asked for one."""

import hypothesis.strategies as st
import pytest
from hypothesis import given
from structlog.testing import capture_logs

from jobs.privacy.pseudonyms import Pseudonyms

KEY, OTHER_KEY = b"a" * 32, b"b" * 32
users = st.integers(1, 2**63 - 1)


@given(user_id=users)
def test_it_is_a_negative_number_of_63_bits_and_the_same_after_a_restart(user_id: int) -> None:
    pseudonym = Pseudonyms(KEY).of(user_id)
    assert -(2**63) <= pseudonym <= -1
    assert Pseudonyms(KEY).of(user_id) == pseudonym
    assert Pseudonyms(OTHER_KEY).of(user_id) != pseudonym


@given(user_id=users)
def test_only_those_in_use_count(user_id: int) -> None:
    pseudonyms = Pseudonyms(KEY)
    assert pseudonyms.ids_of(user_id) == (user_id,)
    pseudonyms.add(pseudonyms.of(user_id))
    assert pseudonyms.ids_of(user_id) == (user_id, pseudonyms.of(user_id))
    assert pseudonyms.former(user_id + 1) is None


def test_what_was_made_with_another_key_is_told_without_the_keys() -> None:
    before, now = Pseudonyms(OTHER_KEY), Pseudonyms(KEY)
    with capture_logs() as log:
        now.load([(before.of(7), before.key_id), (now.of(8), now.key_id)])
    [entry] = log
    assert entry["former_members"] == 1
    assert "aaaa" not in str(entry) + now.key_id
    assert now.former(8) == now.of(8)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        Pseudonyms(b"a" * 31)
