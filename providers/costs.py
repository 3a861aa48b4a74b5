"""What a vendor says that a job has cost, as whole micro-dollars."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

_MICRO: Final = 1_000_000
_TOKENS_PER_USD: Final = 2_000_000  # AI/ML API, for tokens and for credits
_USD_MOST: Final = 1_000_000  # more is no price of an image but a mistake


def micro_usd(usd: object) -> int | None:
    """Dollars (a JSON number, or digits in a string), rounded half up; None where it is no price."""
    if isinstance(usd, bool) or not isinstance(usd, (int, float, str)):
        return None
    try:
        amount = Decimal(str(usd))
    except (InvalidOperation, ValueError):  # ValueError: an integer of more digits than Python writes
        return None
    if not amount.is_finite() or not 0 <= amount <= _USD_MOST:
        return None
    return int((amount * _MICRO).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def micro_usd_of_tokens(tokens: object) -> int | None:
    """AI/ML API's tokens or credits, 2,000,000 to the dollar; None where it is no number of them."""
    if isinstance(tokens, bool) or not isinstance(tokens, (int, float)):
        return None
    try:
        return micro_usd(str(Decimal(str(tokens)) / _TOKENS_PER_USD))
    except (InvalidOperation, ValueError):
        return None
