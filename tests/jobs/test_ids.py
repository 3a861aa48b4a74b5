import hypothesis.strategies as st
import pytest
from hypothesis import given

from jobs.ids import first_id, is_job_id, is_secret, new_job_id, new_secret

MOMENTS = st.integers(0, 2**45 - 1)


@given(st.lists(MOMENTS, unique=True))
def test_ids_have_their_form_and_sort_by_creation(moments: list[int]) -> None:
    """Any two different moments."""
    ids = [new_job_id(moment) for moment in sorted(moments)]
    assert all(is_job_id(each) for each in ids)
    assert ids == sorted(ids)


def test_the_first_id_of_a_moment_is_after_all_earlier_ones_and_before_its_own() -> None:
    assert new_job_id(999) < first_id(1_000) <= new_job_id(1_000)
    assert is_job_id(first_id(1_000))
    assert first_id(-1) == first_id(0) <= new_job_id(0)


def test_ids_of_one_moment_differ() -> None:
    """55 random bits."""
    assert len({new_job_id(1) for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("moment", [-1, 2**45])
def test_a_moment_that_does_not_fit_is_refused(moment: int) -> None:
    """Rather than cut."""
    with pytest.raises(ValueError, match="no time"):
        new_job_id(moment)


@pytest.mark.parametrize("text", ["", "0" * 19, "0" * 21, "A" * 20, "u" * 20, "0" * 20 + "\n"])
def test_other_texts_are_no_ids(text: str) -> None:
    """Length, case and alphabet."""
    assert not is_job_id(text)


def test_secrets_differ_and_are_safe_in_a_url() -> None:
    """They go into the webhook's URL as they are."""
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(is_secret(each) and each.replace("-", "").replace("_", "").isalnum() for each in made)


@pytest.mark.parametrize("text", ["", "a" * 42, "a" * 44, "a" * 42 + "\n", "a" * 42 + "+", "ä" * 43])
def test_other_texts_are_no_secrets(text: str) -> None:
    """So that a guess is refused before the database is asked."""
    assert not is_secret(text)
