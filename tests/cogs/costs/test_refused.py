"""An order over a cap: one clear sentence for members, and figures for those whose cap it is."""

import pytest

from cogs.costs.refused import over_cap_embed
from jobs.outcomes import OverCap, Period, Scope
from words.speech import Words

DOLLAR = 1_000_000
AGAIN = 1_795_305_600_000


def said(
    scope: Scope = Scope.SERVER,
    period: Period = Period.DAY,
    *,
    spent: int = 10 * DOLLAR,
    cap: int = 10 * DOLLAR,
    cost: int = 140_000,
    is_admin: bool = False,
) -> str:
    refusal = OverCap(scope=scope, period=period, cap=cap, spent=spent, asked=cost, resets_at=AGAIN)
    embed = over_cap_embed(refusal, Words("en-US"), asked=4, is_admin=is_admin)
    assert embed.title == "The spending cap is reached"
    assert embed.footer.text == "Nothing was made and nothing was charged."
    return embed.description or ""


@pytest.mark.parametrize(
    ("scope", "period", "why"),
    [
        (Scope.SERVER, Period.DAY, "this server's admins allow to be spent today."),
        (Scope.SERVER, Period.MONTH, "this server's admins allow to be spent this month."),
        (Scope.BOT, Period.DAY, "this bot's operator allows to be spent today."),
        (Scope.BOT, Period.MONTH, "this bot's operator allows to be spent this month."),
    ],
)
def test_members_learn_why_and_when_and_no_figures(scope: Scope, period: Period, why: str) -> None:
    text = said(scope, period)
    assert text == f"This order would cost more than {why}\nPlease try again <t:1795305600:R>."


def test_where_fewer_images_fit_now_that_is_said() -> None:
    assert "Ask for at most 2 images now, or try again <t:" in said(spent=10 * DOLLAR - 104_999)
    assert "Please try again <t:" in said(spent=10 * DOLLAR - 34_999)


def test_what_never_fits_whole_is_not_promised() -> None:
    assert "Ask for at most 3 images <t:1795305600:R>." in said(cap=139_999, spent=139_000)
    assert "Ask for at most 3 images now" in said(cap=139_999, spent=0)
    assert "none can be made here until the cap is raised" in said(cap=34_999, spent=0)
    assert "none can be made here until the cap is raised" in said(cap=0, spent=0)


def test_admins_see_their_own_caps_figures_and_how_to_raise_it() -> None:
    text = said(is_admin=True, spent=9_990_000)
    assert "For admins: $9.99 of $10.00 is spent, and this order is taken to cost $0.14." in text
    assert "`/admin caps` raises the cap" in text


def test_the_operators_cap_is_shown_to_no_admin() -> None:
    text = said(Scope.BOT, is_admin=True)
    assert "only its operator can raise it" in text
    assert "$" not in text
