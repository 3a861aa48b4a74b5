import pytest

from providers.costs import micro_usd, micro_usd_of_tokens


@pytest.mark.parametrize(
    ("usd", "micro"),
    [
        (0.035, 35_000),
        ("0.035", 35_000),
        (1, 1_000_000),
        (0, 0),
        (0.0000005, 1),  # half up
        (0.00000049, 0),
        (0.1 + 0.2, 300_000),
        (-0.01, None),
        (float("nan"), None),
        (float("inf"), None),
        ("1e999999999", None),
        pytest.param(10**5000, None, id="huge"),
        (2_000_000, None),
        ("free", None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_dollars_become_whole_micro_dollars(usd: object, micro: int | None) -> None:
    """What is no price is None: the estimate stands then."""
    assert micro_usd(usd) == micro


@pytest.mark.parametrize(
    ("tokens", "micro"),
    [
        (44_100, 22_050),
        (1, 1),
        (0, 0),
        (2_000_000.0, 1_000_000),
        (-2, None),
        ("44100", None),
        (True, None),
        (None, None),
    ],
)
def test_tokens_are_two_millions_to_the_dollar(tokens: object, micro: int | None) -> None:
    """AI/ML API bills in tokens or credits."""
    assert micro_usd_of_tokens(tokens) == micro
