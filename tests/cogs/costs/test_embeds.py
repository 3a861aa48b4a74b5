"""What admins read of money."""

from cogs.costs.embeds import SET, caps_embed, costs_embed
from jobs.catalog import Catalog, Provider
from jobs.sentence import say
from jobs.servers.costs import By, summary
from jobs.servers.money import Spend, day_of
from jobs.servers.rules import Caps
from jobs.servers.spending import CostRow
from words.speech import Words

NOON = 1_795_262_400_000  # 2026-11-21T12:00:00Z
ENGLISH = Words("en-US")
CATALOG = Catalog(offered=Provider)


def row(
    user: int, model: str = "flux-lora", days_ago: int = 0, *, cost: int, reported: int = 0, lost: int = 0
) -> CostRow:
    day = day_of(NOON) - days_ago
    return CostRow(user_id=user, model=model, day=day, jobs=1, images=1, cost=cost, reported=reported, lost=lost)


def shown(rows: list[CostRow], by: By, caps: Caps | None = None) -> tuple[str, dict[str, str]]:
    embed = costs_embed(
        summary(rows, days=30, by=by),
        caps or Caps(),
        Spend(day=5, month=50),
        CATALOG,
        ENGLISH,
        now=NOON,
        file=say("The file."),
    )
    assert len(embed) < 6000
    return embed.description or "", {field.name or "": field.value or "" for field in embed.fields}


def test_where_the_figures_come_from_is_said_to_the_micro_dollar() -> None:
    text, _ = shown([row(1, cost=100_000, reported=40_001, lost=35_000), row(2, cost=1)], By.DAY)
    assert text.splitlines() == [
        "**$0.100001** for 2 images.",
        "Reported by the image services: $0.040001",
        "Estimated from their prices: $0.025",
        "Lost requests, which may have been paid and count at their estimate: $0.035",
    ]


def test_lost_requests_are_named_only_where_there_are_some() -> None:
    text, _ = shown([row(1, cost=100_000)], By.DAY)
    assert "Lost" not in text


def test_the_most_expensive_come_first_and_the_rest_is_summed() -> None:
    _, fields = shown([row(user, cost=1_000 * user) for user in range(1, 21)], By.USER)
    lines = fields["By user"].splitlines()
    assert lines[0] == "**$0.02** · <@20> · 1 image"
    assert len(lines) == 13
    assert lines[-1] == "**$0.036** · 8 more"


def test_days_come_newest_first() -> None:
    _, fields = shown([row(1, days_ago=2, cost=9), row(1, cost=1), row(2, days_ago=1, cost=2)], By.DAY)
    assert [line.split(" · ")[1] for line in fields["By day (UTC)"].splitlines()] == [
        "2026-11-21",
        "2026-11-20",
        "2026-11-19",
    ]


def test_who_was_forgotten_and_what_is_offered_no_more_have_names_too() -> None:
    _, fields = shown([row(-123, cost=1), row(2, cost=2)], By.USER)
    assert fields["By user"].splitlines()[1] == "**$0.000001** · a former member · 1 image"
    _, fields = shown([row(1, cost=1), row(1, "*old*", cost=1)], By.MODEL)
    assert [line.split(" · ")[1] for line in fields["By model"].splitlines()] == ["\\*old\\*", "FLUX.1 LoRA"]


def test_only_caps_that_are_set_are_shown_beside_the_costs() -> None:
    _, fields = shown([row(1, cost=5)], By.DAY, Caps(month=100))
    assert "Today (UTC)" not in fields
    assert fields["This month (UTC)"].startswith("▰▰▰▰▰▰▱▱▱▱▱▱  **$0.00005** of **$0.0001** spent")


def test_each_cap_is_shown_with_what_is_spent_of_it() -> None:
    embed = caps_embed(Caps(day=0), Spend(month=7), ENGLISH, now=NOON, channel_id=None)
    assert [field.value for field in embed.fields[:2]] == [
        "▰▰▰▰▰▰▰▰▰▰▰▰  **$0.00** of **$0.00** spent · starts again <t:1795305600:R>",
        "**$0.000007** spent · no cap",
    ]
    assert "`/admin caps day:10 month:200`" in (embed.description or "")
    assert "owner is told in a direct message" in (embed.fields[2].value or "")


def test_after_a_change_that_is_said_and_where_warnings_go() -> None:
    embed = caps_embed(Caps(), Spend(), ENGLISH, now=NOON, channel_id=77, note=SET)
    assert embed.description == "The caps are set."
    assert (embed.fields[2].value or "").startswith("<#77> is told at 80 %")
