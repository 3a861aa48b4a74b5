"""What people read: true, plain, and within Discord's bounds whatever was typed."""

from dataclasses import replace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.delivery.progress_embed import progress_embed
from cogs.embeds import failure_embed, faults_embed, needs_prompt_file, result_embed
from cogs.help import help_embed
from cogs.history.embeds import reminder_embed
from cogs.results.buttons import progress_buttons, result_buttons
from cogs.words import quoted
from jobs.catalog import FLUX_2_LORA, FLUX_LORA, MODELS, Catalog, Provider
from jobs.errors import Reason
from jobs.model import Failure
from jobs.parameters import Option
from jobs.progress import Progress
from jobs.request import Lora
from jobs.sentence import verbatim
from jobs.servers.offer import offer
from jobs.servers.rules import MakeRules
from jobs.status import Status
from jobs.validation import Fault, Faults, validate
from tests.support import USAGE, make_job
from words.catalogue import CATALOGUES
from words.speech import Words

ENGLISH = Words("en-US")
EVERYBODY = (ENGLISH, *(Words(locale) for locale in CATALOGUES))

NASTY = st.text(
    alphabet=st.sampled_from("a *_~`|>#@\\[](){}<:/-\n\u200b\u202e😀Ω\"'&"), min_size=1, max_size=4000
)  # what escapes grow longest on


def assert_fits(embed: discord.Embed) -> None:
    """Discord's bounds for one embed."""
    assert len(embed.title or "") <= 256
    assert len(embed.description or "") <= 4096
    assert len(embed.fields) <= 25
    assert all(0 < len(field.name or "") <= 256 and 0 < len(field.value or "") <= 1024 for field in embed.fields)
    assert len(embed.footer.text or "") <= 2048
    assert len(embed) <= 6000


def fields(embed: discord.Embed) -> dict[str | None, str | None]:
    return {field.name: field.value for field in embed.fields}


@given(prompt=NASTY, lora=st.text(min_size=1, max_size=2048))
def test_every_message_fits_whatever_was_typed(prompt: str, lora: str) -> None:
    loras = (Lora(path=lora, scale=0.123456789),) * 3
    failure = Failure(reason=Reason.REJECTED, user_message=verbatim("x" * 500), detail="")
    job = make_job(prompt=prompt, loras=loras, failure=failure, steps=50, guidance=3.14159, format="png")
    for words in EVERYBODY:
        for model in (*MODELS, None):
            assert_fits(result_embed(job, model, USAGE, words, note="Re-encoded so that this channel takes it."))
        assert_fits(failure_embed(job, USAGE, words))
        assert_fits(progress_embed(Progress(job=job, expected_in=1, elapsed=2, typical=3), words))


@given(prompt=NASTY)
def test_a_prompt_shows_letter_by_letter_and_pings_nobody(prompt: str) -> None:
    text = result_embed(make_job(prompt=prompt), FLUX_LORA, USAGE, ENGLISH).description or ""
    assert "@everyone" not in text
    assert "```" not in text.replace("\\`", "")


def test_a_long_prompt_is_shortened_and_said_to_be_attached() -> None:
    job = make_job(prompt="word " * 799)
    embed = result_embed(job, FLUX_LORA, USAGE, ENGLISH)
    assert needs_prompt_file(job)
    assert "…" in (embed.description or "")
    assert "The whole prompt is attached." in (embed.description or "")
    assert not needs_prompt_file(make_job())


def test_a_result_tells_everything_that_made_it() -> None:
    job = make_job(
        steps=12, guidance=7.5, loras=(Lora(path="https://e.example/x", scale=0.5),), format="png",
        completed_at=12_345,
    )  # fmt: skip
    shown = fields(result_embed(job, FLUX_LORA, USAGE, ENGLISH))
    assert shown == {
        "Model": "FLUX.1 LoRA",
        "Size": "1024 × 768",
        "Seed": "`7`",
        "Steps": "12",
        "Guidance": "7.5",
        "Time": "12 s",
        "LoRA": "https://e.example/x × 0.5",
        "Options": "format png",
        "Quota": "1 image used · 15 of 20 left · next back <t:1000:R>",
    }


def test_what_nobody_chose_is_told_to_be_the_default() -> None:
    shown = fields(result_embed(make_job(), FLUX_LORA, USAGE, ENGLISH))
    assert (shown["Steps"], shown["Guidance"]) == ("28 (default)", "3.5 (default)")
    shown = fields(result_embed(make_job(model="flux-2-lora"), FLUX_2_LORA, USAGE, ENGLISH))
    assert (shown["Steps"], shown["Guidance"]) == ("default", "default")


@pytest.mark.parametrize(
    ("status", "values", "title", "text"),
    [
        (Status.QUEUED, {"ahead": 0, "expected_in": 20_000}, "Queued", "You are next · ready in about 20 s"),
        (Status.QUEUED, {"ahead": 3, "expected_in": 240_000}, "Queued", "3 ahead of you · ready in about 4 min"),
        (
            Status.RUNNING,
            {"elapsed": 10_000, "expected_in": 10_000},
            "Generating",
            "▰▰▰▰▰▰▱▱▱▱▱▱  10 s of about 20 s · ready in about 10 s",
        ),
        (
            Status.SUBMITTING,
            {"elapsed": 30_000, "expected_in": 0},
            "Generating",
            "▰▰▰▰▰▰▰▰▰▰▰▰  30 s · taking longer than usual",
        ),
        (
            Status.QUEUED,
            {"expected_in": 0},
            "Queued",
            "You are next · what is being made takes longer than usual",
        ),
        (
            Status.UNCONFIRMED,
            {"expected_in": 0, "search": 120_000},
            "Waiting for an answer",
            (
                "The image service's answer did not reach the bot. Looking for your image there for up to about 2 min; "
                "it costs your quota only once."
            ),
        ),
        (Status.CANCELLING, {"expected_in": 0}, "Cancelling", None),
    ],
)
def test_progress_says_what_happens_and_how_long_it_takes(
    status: Status, values: dict[str, Any], title: str, text: str | None
) -> None:
    embed = progress_embed(Progress(job=make_job(status=status), typical=20_000, **values), ENGLISH)
    assert embed.title == title
    assert text is None or embed.description == text


@pytest.mark.parametrize(
    ("status", "job", "outage", "title", "text"),
    [
        (Status.QUEUED, {"attempts": 1}, False, "Trying again soon", "The image service is busy"),
        (Status.QUEUED, {}, True, "Trying again soon", "The image service has trouble right now."),
        (Status.QUEUED, {"attempts": 1, "unknown_creates": 1}, False, "Trying again soon", "Trying once more."),
        (Status.SUBMITTING, {"attempts": 2, "unknown_creates": 1}, False, "Generating", "this is one more try"),
        (Status.UNCONFIRMED, {"attempts": 1}, False, "Waiting for an answer", "Looking for your image there"),
    ],
)
def test_progress_says_what_went_wrong_and_what_is_done_about_it(
    status: Status, job: dict[str, Any], outage: bool, title: str, text: str
) -> None:
    progress = Progress(job=make_job(status=status, **job), expected_in=5_000, typical=20_000, outage=outage)
    embed = progress_embed(progress, ENGLISH)
    assert embed.title == title
    assert text in (embed.description or "")


def test_a_failure_says_why_and_that_it_cost_nothing() -> None:
    failure = Failure(reason=Reason.OUT_OF_CREDIT, user_message=verbatim("The credit is used up."), detail="402")
    embed = failure_embed(make_job(status=Status.FAILED, failure=failure, count=3), USAGE, ENGLISH)
    assert embed.description == "The credit is used up."
    assert fields(embed)["Quota"] == "3 images given back to your quota · 15 of 20 left · next back <t:1000:R>"
    assert failure_embed(make_job(status=Status.CANCELLED), USAGE, ENGLISH).title == "Cancelled"


def test_a_failure_whose_prompt_was_removed_still_makes_a_message() -> None:
    embed = failure_embed(make_job(status=Status.CANCELLED, prompt=""), USAGE, ENGLISH)
    assert_fits(embed)
    assert "Prompt" not in fields(embed)


@given(prompt=NASTY, count=st.integers(1, 10), status=st.sampled_from(Status))
def test_a_reminder_fits_whatever_was_typed(prompt: str, count: int, status: Status) -> None:
    failure = Failure(reason=Reason.REJECTED, user_message=verbatim("x" * 500), detail="")
    jobs = [make_job(prompt=prompt, status=status, failure=failure) for _ in range(count)]
    for words in EVERYBODY:
        embed = reminder_embed(jobs, words)
        assert_fits(embed)
        assert "@everyone" not in (embed.description or "")


@given(
    st.lists(
        st.builds(Fault, option=st.sampled_from(Option), sentence=st.builds(verbatim, st.text(max_size=3000))),
        min_size=1,
    )
)
def test_any_list_of_faults_fits(faults: list[Fault]) -> None:
    assert_fits(faults_embed(faults, ENGLISH))


def test_what_somebody_typed_cannot_ping_from_a_fault() -> None:
    faults = validate({Option.PROMPT: "x", Option.FORMAT: "<@&1> @everyone"}, model=FLUX_LORA, drawn_seed=1)
    assert isinstance(faults, Faults)
    assert "@everyone" not in (faults_embed(faults.faults, ENGLISH).description or "")


def test_help_fits_on_one_screen_with_every_models_bounds() -> None:
    catalog = Catalog(offered=list(Provider))
    for words in EVERYBODY:
        assert_fits(help_embed(catalog, words, in_server=True, admin=True))
    embed = help_embed(catalog, ENGLISH, in_server=True)
    text = str(fields(embed))
    assert "`steps` 1 to 50" in text
    assert "`steps` 4 to 50" in text
    assert "512 to 2048 in steps of 32" in text
    assert len(embed) < 2000
    assert "/admin" not in text
    for_admins = fields(help_embed(catalog, ENGLISH, in_server=True, admin=True))["For admins"]
    assert "`/admin setup`" in str(for_admins)


@pytest.mark.parametrize(("largest", "said"), [(None, 4), (9, 4), (2, 2), (1, 1)])
def test_help_says_how_many_variations_may_be_made_here(largest: int | None, said: int) -> None:
    catalog = offer(Catalog(offered=list(Provider)), MakeRules(largest_count=largest))
    assert catalog is not None
    text = fields(help_embed(catalog, ENGLISH, in_server=True))["Under your images"]
    assert f"**Variations** as many of them as fit, at most {said};" in str(text)


def test_help_names_the_buttons_by_their_labels_in_every_language() -> None:
    for words in EVERYBODY:
        text = str(fields(help_embed(Catalog(offered=list(Provider)), words, in_server=True)))
        buttons = [*result_buttons("x", words).children, *progress_buttons("x", words).children]
        assert [each for each in buttons if f"**{each.to_component_dict()['label']}**" not in text] == []


def test_a_download_key_in_a_link_is_not_shown() -> None:
    job = make_job(loras=(Lora(path="https://e.example/x?token=secret"),))
    assert fields(result_embed(job, FLUX_LORA, USAGE, ENGLISH))["LoRA"] == "https://e.example/x"


def test_alternatives_that_were_not_asked_for_are_explained_to_whoever_typed_them() -> None:
    def told(prompt: str, source: str | None = None) -> bool:
        job = make_job(prompt=prompt)
        made = replace(job, order=replace(job.order, source=source))
        return "`alternatives: True`" in (result_embed(made, FLUX_LORA, USAGE, ENGLISH).description or "")

    assert told("a {red|blue} fox")
    assert not told("a {red} fox")
    assert not told("a {red|blue} fox", source="again:x")


def test_what_a_button_made_says_for_whom() -> None:
    job = make_job()
    pressed = replace(job, order=replace(job.order, source="again:x"))
    assert fields(result_embed(pressed, FLUX_LORA, USAGE, ENGLISH))["For"] == "<@4>"
    assert "For" not in fields(result_embed(job, FLUX_LORA, USAGE, ENGLISH))


@given(NASTY)
def test_as_much_of_a_prompt_is_shown_as_fits(prompt: str) -> None:
    shown = quoted(prompt, 100)
    assert len(shown) <= 100
    if shown.endswith("…") and not prompt.endswith("…"):
        assert len(shown) > 80 or prompt[:99].strip() == ""
