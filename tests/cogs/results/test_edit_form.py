"""The form under Edit as Discord gets it, and what is kept of what was typed."""

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.results.buttons import EDIT_AGAIN
from cogs.results.edit_form import EDITED, EditReference, edit_form, typed_embed, typed_in
from jobs.catalog import FLUX_2_LORA, MODELS
from jobs.editing import LONGEST, Field
from words.speech import Words

OF = EditReference(job_id="0123456789abcdefghjk", private=True, model="flux-2-lora")
ENGLISH = Words("en-US")


class Message:
    """As much of one as is looked at."""

    def __init__(self, *embeds: discord.Embed) -> None:
        self.embeds = [discord.Embed.from_dict(embed.to_dict()) for embed in embeds]


def kept(*embeds: discord.Embed) -> Any:
    return typed_in(Message(*embeds))  # type: ignore[arg-type]


async def test_the_form_keeps_within_discords_bounds_whatever_it_shows() -> None:
    texts = {field: "x" * LONGEST[field] for field in Field}
    for model in MODELS:
        shown: Any = edit_form(ENGLISH, OF, texts, model, nonce=2**63 - 1).to_dict()
        assert len(shown["custom_id"]) <= 100
        assert len(shown["title"]) <= 45
        assert [part["component"]["custom_id"] for part in shown["components"]] == list(Field)
        for part in shown["components"]:
            assert len(part["label"]) <= 45
            assert len(part.get("description") or "") <= 100
            assert len(part["component"]["value"]) <= part["component"]["max_length"] <= 4_000


def test_ids_of_every_model_are_short_enough() -> None:
    longest = max(len(model.key) for model in MODELS)
    assert len(f"{EDITED}{OF}:{2**63 - 1}") - len(OF.model) + longest <= 100
    assert len(f"{EDIT_AGAIN}{OF}") - len(OF.model) + longest <= 100


@pytest.mark.parametrize("private", [True, False])
def test_a_reference_is_read_as_it_was_written(private: bool) -> None:
    of = EditReference(job_id=OF.job_id, private=private, model=FLUX_2_LORA.key)
    assert EditReference.read(str(of)) == of


@pytest.mark.parametrize("text", ["", "x:o:flux-lora", f"{OF.job_id}:x:flux-lora", f"{OF}:1"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not the reference"):
        EditReference.read(text)


# Discord trims what surrounds an embed's texts, never what is within.
TEXT = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip).filter(lambda text: text != "-")
)


@given(st.fixed_dictionaries(dict.fromkeys(Field, TEXT)))
def test_what_was_typed_is_read_back_from_the_message_that_keeps_it(texts: dict[Field, str]) -> None:
    assert kept(discord.Embed(description="faults"), typed_embed(ENGLISH, texts)) == texts


def test_the_longest_that_can_be_typed_fits_into_one_message() -> None:
    embed = typed_embed(ENGLISH, {field: "x" * LONGEST[field] for field in Field})
    assert len(embed.description or "") <= 4_096
    assert len(embed) <= 4_300


def test_a_message_that_keeps_nothing_gives_nothing() -> None:
    assert kept(discord.Embed(description="```\nx\n```")) == {}
