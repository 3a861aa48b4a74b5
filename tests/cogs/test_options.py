"""The command as Discord registers it."""

from typing import Any

import pytest
from discord import app_commands

from cogs.options import DESCRIPTIONS, imagine_command, size_title
from jobs.catalog import MODELS, Catalog, Provider
from jobs.parameters import Option
from jobs.validation import Chosen


async def run(_interaction: Any, _chosen: Chosen) -> None:
    raise AssertionError("not called")


def options(*providers: Provider) -> dict[str, app_commands.Parameter]:
    command = imagine_command(Catalog(offered=providers), run, {})
    return {parameter.name: parameter for parameter in command.parameters}


def test_every_option_of_the_contract_is_there_in_its_order_and_only_the_prompt_is_required() -> None:
    found = options(*Provider)
    assert list(found) == [option.value for option in Option]
    assert [name for name, parameter in found.items() if parameter.required] == ["prompt"]


def test_bounds_are_the_widest_that_any_model_allows() -> None:
    found = options(*Provider)
    assert (found["steps"].min_value, found["steps"].max_value) == (1, 50)
    assert (found["guidance"].min_value, found["guidance"].max_value) == (0, 35)
    assert (found["seed"].min_value, found["seed"].max_value) == (None, None)
    assert (found["width"].min_value, found["width"].max_value) == (512, 2048)
    assert (found["lora_scale"].min_value, found["lora_scale"].max_value) == (None, None)
    assert (found["lora2_scale"].min_value, found["lora2_scale"].max_value) == (0, 4)
    assert [choice.value for choice in found["format"].choices] == ["jpeg", "png", "webp"]
    assert (found["prompt"].min_value, found["prompt"].max_value) == (1, 4000)


def test_with_one_api_only_its_model_and_its_options_are_there() -> None:
    eachlabs = options(Provider.EACHLABS)
    assert [choice.value for choice in eachlabs["model"].choices] == ["flux-lora"]
    assert not {"width", "height", "lora2", "lora3", "speed", "expand_prompt"} & set(eachlabs)
    assert [choice.value for choice in eachlabs["format"].choices] == ["jpeg", "png"]
    aimlapi = options(Provider.AIMLAPI)
    assert (aimlapi["steps"].min_value, aimlapi["seed"].min_value) == (4, 1)


@pytest.mark.parametrize("option", Option)
def test_every_option_is_described_within_discords_bound_and_can_be_translated(option: Option) -> None:
    assert 1 <= len(DESCRIPTIONS[option].message) <= 100
    parameter = options(*Provider)[option.value]
    assert parameter.locale_description is not None
    assert parameter.locale_description == DESCRIPTIONS[option]


def test_names_of_models_and_sizes_fit_a_choice() -> None:
    found = options(*Provider)
    assert len(found["model"].choices) == len(MODELS)
    assert all(len(choice.name) <= 100 for name in ("model", "size") for choice in found[name].choices)
    assert str(size_title("landscape_16_9")) == "Landscape 16:9 (1024 × 576)"
