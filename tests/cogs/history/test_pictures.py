import pytest

from cogs.history.pictures import ends_at

NOW = 1_795_262_400_000
LINK = "https://cdn.discordapp.com/attachments/1/2/fluxcord-3-1.png"


def test_a_signed_link_says_when_it_ends() -> None:
    assert ends_at(f"{LINK}?ex=6b01a2c0&is=6b005140&hm=0123&", now=NOW) == 0x6B01A2C0 * 1000


@pytest.mark.parametrize("query", ["", "?ex=", "?ex=tomorrow", "?ex=-1", "?ex=" + "f" * 40])
def test_one_that_does_not_is_used_for_some_minutes(query: str) -> None:
    """Ten minutes before its end none is handed out any more."""
    assert ends_at(LINK + query, now=NOW) == NOW + 20 * 60_000
