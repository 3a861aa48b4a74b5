"""What may be typed for an entry, and which models it is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.catalog import FLUX_2_LORA, FLUX_LORA
from jobs.library.entry import Facts, Typed, read_facts

LINK = "https://example.com/x.safetensors"


def read(
    name: str = "Grain", source: str = LINK, models: str = "", triggers: str = "", scale: str = ""
) -> Facts | list[str]:
    facts = read_facts(Typed(name=name, source=source, models=models, triggers=triggers, scale=scale))
    return facts if isinstance(facts, Facts) else [str(sentence) for sentence in facts]


def test_everything_is_read_in_its_plain_form() -> None:
    assert read(
        name="  Film   Grain ", source=f" {LINK} ", models="FLUX.1 LoRA, flux-2-lora,flux-lora",
        triggers="a,  b c,\nA, ", scale=" 0,8 ",
    ) == Facts(
        name="Film Grain", source=LINK, models=("flux-lora", "flux-2-lora"), triggers=("a", "b c"), scale=0.8
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ({"name": "  "}, "name is empty"),
        ({"name": "x" * 51}, "51 characters, and 50"),
        ({"name": "a/b"}, "no `/`"),
        ({"name": "a\u202eb"}, "cannot be seen"),
        ({"source": "http://example.com/x"}, "nothing to load"),
        ({"source": "https://127.0.0.1/x"}, "nothing to load"),
        ({"source": f"{LINK}\ud800"}, "nothing to load"),
        ({"source": "o/r/x"}, "nothing to load"),
        ({"models": "sdxl"}, "“sdxl” is no model that takes LoRAs: choose among flux-lora, flux-2-lora"),
        ({"source": "o/r", "models": "flux-lora"}, "FLUX.1 LoRA takes no owner/repo"),
        ({"triggers": ",".join(map(str, range(11)))}, "11 trigger words, and 10"),
        ({"triggers": "x" * 101}, "too long"),
        ({"triggers": ",".join(chr(97 + each) * 90 for each in range(4))}, "too long"),
        ({"triggers": "a\x00b"}, "cannot be seen"),
        ({"triggers": "{a|b}"}, "hold braces"),
        ({"scale": "strong"}, "no number"),
        ({"scale": "nan"}, "no number"),
        ({"scale": "1e999"}, "no number"),
        ({"scale": "4.5"}, "out of bounds for FLUX.2 LoRA: choose 0 to 4"),
    ],
)
def test_each_thing_that_is_wrong_is_said(typed: dict[str, str], part: str) -> None:
    faults = read(**typed)
    assert isinstance(faults, list)
    assert len(faults) == 1
    assert part in faults[0]


def test_a_scale_has_the_bounds_of_the_models_that_it_is_for() -> None:
    facts = read(scale="9", models="flux-lora")
    assert isinstance(facts, Facts)
    assert facts.scale == 9


def test_a_repository_is_for_the_models_that_take_one_and_a_link_for_all_that_are_named() -> None:
    repository, link = Facts(name="a", source="o/r"), Facts(name="b", source=LINK)
    assert [repository.suits(model) for model in (FLUX_LORA, FLUX_2_LORA)] == [False, True]
    assert [link.suits(model) for model in (FLUX_LORA, FLUX_2_LORA)] == [True, True]
    only = Facts(name="c", source=LINK, models=("flux-lora",))
    assert [only.suits(model) for model in (FLUX_LORA, FLUX_2_LORA)] == [True, False]


@given(name=st.text(max_size=60), triggers=st.text(max_size=60), scale=st.text(max_size=6), source=st.text(max_size=20))
def test_whatever_is_typed_is_read_or_refused_and_what_is_read_can_be_stored(
    name: str, triggers: str, scale: str, source: str
) -> None:
    facts = read_facts(Typed(name=name, source=source or "o/r", triggers=triggers, scale=scale))
    if isinstance(facts, Facts):
        for text in (facts.name, facts.source, *facts.triggers):
            assert text
            assert "\x00" not in text
            text.encode()
        assert "/" not in facts.name
