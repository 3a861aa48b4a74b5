"""The figures in words: everything that the picture shows, for those who cannot see it."""

from dataclasses import replace

import pytest

from cogs.stats.embeds import ALT_LONGEST, alternative_text, nothing_to_show, stats_embed
from cogs.stats.view import View, duration, period
from jobs.stats import Share
from tests.cogs.stats.conftest import MakeView
from words.speech import Words

ENGLISH = Words("en-US")


def fields(view: View) -> dict[str, str]:
    return {str(field.name): str(field.value) for field in stats_embed(view, ENGLISH, in_english=False).fields}


def test_all_figures_are_told(make_view: MakeView) -> None:
    embed = stats_embed(make_view(), ENGLISH, in_english=False)
    assert embed.title == "This server, the last 30 days"
    assert fields(make_view()) == {
        "Images": "**15**\nof 18 orders",
        "Successful": "**83.3 %**\n3 failed · 1 cancelled",
        "Cost": "**$0.525**",
        "Waiting time": "half at most **2.4 s**\n9 of 10 at most **2 min 5 s**",
        "Making time": "half at most **9 s**\n9 of 10 at most **1 h**",
        "Most images by": "1. <@4821> · 9 images\n2. a former member · 4 images\n3. <@990077> · 2 images",
        "Most images with": "1. FLUX.1 LoRA · 12 images\n2. an/old-one · 3 images",
        "The last 7 days": "**Nov 21** 4 images · $0.14 · 1 failed · half waited at most 2.4 s\n"
        "**Nov 20** 9 images · $0.315 · half waited at most 2.4 s\n"
        "**Nov 19** 2 images · $0.07 · 2 failed · half waited at most 2.4 s",
    }


def test_moderators_read_nothing_of_money_and_where_to_ask(make_view: MakeView) -> None:
    embed = stats_embed(make_view(cost=False), ENGLISH, in_english=False)
    assert "$" not in str(embed.to_dict())
    assert "$" not in alternative_text(make_view(cost=False), ENGLISH)
    assert "shown to members with Manage Server" in str(embed.footer.text)


def test_ones_own_figures_name_nobody_else(make_view: MakeView) -> None:
    view = make_view(own=True, cost=False)
    embed = stats_embed(view, ENGLISH, in_english=False)
    assert embed.title == "Your images here, the last 30 days"
    assert "Most images by" not in fields(view)
    assert "Manage Server" not in str(embed.footer.text)


def test_one_day_is_today(make_view: MakeView) -> None:
    view = make_view(days=1)
    assert stats_embed(view, ENGLISH, in_english=False).title == "This server today"
    assert "Today" in fields(view)
    assert period(view.figures, ENGLISH) == "Nov 21, 2026, UTC"


def test_a_period_over_new_year_says_both_years(make_view: MakeView) -> None:
    figures = make_view(days=2).figures
    first, last = figures.days
    figures = replace(figures, days=(replace(first, date=first.date.replace(year=2025)), last))
    assert period(figures, ENGLISH) == "Nov 20, 2025 to Nov 21, 2026, UTC"
    assert period(make_view(days=2).figures, ENGLISH) == "Nov 20 to Nov 21, 2026, UTC"


@pytest.mark.parametrize(
    ("made", "failed", "shown"),
    [(999, 1, "**99.9 %**"), (9_999, 1, "**99.9 %**"), (5, 0, "**100 %**"), (0, 2, "**0 %**")],
)
def test_only_all_of_them_are_a_hundred_per_cent(made: int, failed: int, shown: str, make_view: MakeView) -> None:
    view = make_view(days=1)
    [day] = view.figures.days
    figures = replace(view.figures, made=made, days=(replace(day, failed=failed),))
    assert fields(replace(view, figures=figures))["Successful"].startswith(shown)


def test_what_has_not_ended_is_not_told_as_a_failure(make_view: MakeView) -> None:
    view = make_view(days=1)
    [day] = view.figures.days
    figures = replace(view.figures, made=0, waited=None, making=None, days=(replace(day, failed=0, images=0),))
    told = fields(replace(view, figures=figures))
    assert told["Successful"].startswith("nothing has ended yet")
    assert told["Waiting time"] == told["Making time"] == "nothing made yet"


def test_the_alternative_text_tells_what_the_picture_shows(make_view: MakeView) -> None:
    assert alternative_text(make_view(), ENGLISH) == (
        "Bar charts, one bar a day: Oct 23 to Nov 21, 2026, UTC. 15 images in all, most on Nov 20 with 9. "
        "3 failed orders. Cost: $0.525. Half waited at most 2.4 s, 9 of 10 at most 2 min 5 s. "
        "The text below has the numbers."
    )


@pytest.mark.parametrize("locale", ["en-US", "de", "ja"])
def test_the_longest_names_fit_discords_bounds(locale: str, make_view: MakeView) -> None:
    view = make_view(days=90)
    long = tuple(Share(of=f"*_{letter}_*" * 200, images=10**12) for letter in "abcde")
    users = tuple(Share(of=10**19 + number, images=10**12) for number in range(5))
    embed = stats_embed(
        replace(view, figures=replace(view.figures, models=long, users=users)), Words(locale), in_english=True
    )
    assert len(embed) <= 6000
    assert all(len(str(field.value)) <= 1024 and len(str(field.name)) <= 256 for field in embed.fields)
    assert len(alternative_text(view, Words(locale))) <= ALT_LONGEST


def test_the_reader_learns_why_the_picture_is_in_english(make_view: MakeView) -> None:
    assert "labelled in English" in str(stats_embed(make_view(), ENGLISH, in_english=True).footer.text)


@pytest.mark.parametrize(("days", "when"), [(1, "today (UTC)"), (30, "in the last 30 days")])
def test_where_nothing_was_ordered_one_sentence_says_so(days: int, when: str) -> None:
    assert str(nothing_to_show(days, own=False)) == f"Nobody has ordered anything here {when}. Start with `/imagine`."
    assert str(nothing_to_show(days, own=True)) == f"You have ordered nothing here {when}. Start with `/imagine`."


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 s"),
        (400, "0.4 s"),
        (12_000, "12 s"),
        (59_600, "1 min"),
        (60_000, "1 min"),
        (125_000, "2 min 5 s"),
        (3_599_900, "1 h"),
        (3_600_000, "1 h"),
        (3_900_000, "1 h 5 min"),
        (90_000_000, "25 h"),
    ],
)
def test_durations_read_naturally(milliseconds: int, text: str) -> None:
    assert str(duration(milliseconds)) == text
