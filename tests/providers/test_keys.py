import pytest

from providers.keys import key_fingerprint, keys_by_fingerprint


def test_a_fingerprint_is_stable_and_does_not_tell_the_key() -> None:
    """The database holds it across restarts."""
    assert key_fingerprint("secret") == "2bb80d537b1d"


def test_keys_keep_their_order_and_come_once() -> None:
    """A key that is configured twice has one limit."""
    assert list(keys_by_fingerprint(["b", "a", "b"]).values()) == ["b", "a"]


@pytest.mark.parametrize("keys", [[], ["good", ""], ["with space"], ["line\nbreak"], ["schlüssel"]])
def test_keys_that_cannot_be_sent_are_refused_without_telling_them(keys: list[str]) -> None:
    """At the start, not at the first job."""
    with pytest.raises(ValueError, match="API") as caught:
        keys_by_fingerprint(keys)
    assert not any(key in str(caught.value) for key in keys if len(key) > 4)
