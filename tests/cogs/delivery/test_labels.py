"""What is told of a job within its images, and what never is."""

import dataclasses
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from cogs.delivery.labels import Labels, recipe_of
from jobs.catalog import FLUX_2_LORA, FLUX_LORA, Catalog, Provider
from jobs.model import DIRECT, Job, StoredImage
from jobs.presets import Defaults, Owner, Preset, PresetRecords
from jobs.request import ImageRequest, Lora
from jobs.shelf import Shelf
from media.metadata.inscribe import Inscription
from media.metadata.reading import read
from tests.support import make_job

CATALOG = Catalog(offered=Provider)
PNG = StoredImage(name="1.png", format="png", width=512, height=512, size=100)
LIMIT = 10 * 1024 * 1024


class Records:
    """Nobody has presets; what was decided is given."""

    def __init__(self, decided: Mapping[Owner, Defaults]) -> None:
        self._decided = decided

    async def presets(self) -> Sequence[Preset]:
        return []

    async def defaults(self) -> Mapping[Owner, Defaults]:
        return self._decided


async def labels(decided: Mapping[Owner, Defaults] | None = None) -> Labels:
    """Labels for people who have decided so."""
    shelf = Shelf(cast("PresetRecords", Records(decided or {})))  # nothing is written here
    await shelf.load()
    return Labels(CATALOG, shelf)


def job_of(request: ImageRequest, *, guild_id: int = 1) -> Job:
    """A job with an image."""
    job = make_job()
    order = dataclasses.replace(job.order, request=request, user_id=7, guild_id=guild_id)
    return dataclasses.replace(job, order=order, images=(PNG, PNG), completed_at=1_700_000_000_123)


def listed(folder: Path) -> list[Path]:
    """What lies there."""
    return sorted(folder.iterdir())


FOX = ImageRequest(model="flux-lora", prompt="a fox", seed=7)


@pytest.mark.parametrize(
    ("decided", "guild_id", "wanted"),
    [
        ({}, 1, True),
        ({Owner.user(7): Defaults(metadata=True)}, 1, True),
        ({Owner.user(7): Defaults(metadata=False)}, 1, False),
        ({Owner.user(7): Defaults(metadata=False)}, DIRECT, False),
        ({Owner.server(1): Defaults(metadata=False)}, 1, False),
        ({Owner.server(1): Defaults(metadata=False), Owner.user(7): Defaults(metadata=True)}, 1, False),
        ({Owner.server(1): Defaults(metadata=False)}, 2, True),
        ({Owner.server(1): Defaults(metadata=False)}, DIRECT, True),
        ({Owner.user(8): Defaults(metadata=False)}, 1, True),
    ],
)
async def test_the_user_and_the_server_can_each_switch_it_off(
    decided: Mapping[Owner, Defaults], guild_id: int, *, wanted: bool
) -> None:
    room = (await labels(decided)).room(job_of(FOX, guild_id=guild_id), [1], LIMIT)
    assert (room is not None) is wanted


async def test_the_room_is_that_of_all_images_and_a_small_part_of_a_message_at_most() -> None:
    made = await labels()
    job = job_of(FOX)
    one, two = made.room(job, [1], LIMIT), made.room(job, [1, 2], LIMIT)
    assert one is not None
    assert two is not None
    assert one < two <= 2 * one + 2
    assert made.room(job, [1], 8 * one) == one
    assert made.room(job, [1], 8 * one - 1) is None


def test_what_was_not_chosen_is_told_where_the_image_service_states_it() -> None:
    made = recipe_of(job_of(FOX), 1, FLUX_LORA)
    assert (made.steps, made.guidance, dict(made.settings)) == (28, 3.5, {})
    made = recipe_of(job_of(dataclasses.replace(FOX, model="flux-2-lora")), 1, FLUX_2_LORA)
    assert (made.steps, made.guidance, made.title) == (None, None, "FLUX.2 LoRA")


def test_what_was_chosen_is_told() -> None:
    request = dataclasses.replace(FOX, steps=5, guidance=0.0, count=2, expand_prompt=False, speed="high", safety=True)
    made = recipe_of(job_of(request), 2, FLUX_LORA)
    assert (made.steps, made.guidance, made.image, made.seed) == (5, 0.0, 2, 7)
    assert made.settings == {"count": 2, "expand_prompt": False, "speed": "high", "safety": True}


def test_of_a_model_that_is_gone_its_key_is_told() -> None:
    made = recipe_of(job_of(FOX), 1, None)
    assert (made.model, made.title, made.steps) == ("flux-lora", "", None)


def test_neither_people_nor_secrets_are_told() -> None:
    source = "https://example.com/inky.safetensors?token=secret#key"
    job = job_of(dataclasses.replace(FOX, loras=(Lora(path=source, scale=0.5),)))
    texts = Inscription.of(recipe_of(job, 1, FLUX_LORA))
    written = texts.parameters + texts.settings
    assert "https://example.com/inky.safetensors" in written
    order = job.order
    secrets = [order.user_id, order.channel_id, order.interaction_id, order.reply.token, "secret", "#key"]
    numbers = written.replace(job.id, "")
    assert [each for each in secrets if len(str(each)) > 3 and str(each) in numbers] == []
    assert job.webhook_token == "" or job.webhook_token not in written


async def test_an_image_that_cannot_be_written_into_is_posted_as_it_is(tmp_path: Path) -> None:
    odd = tmp_path / "1.png"
    odd.write_bytes(b"\x89PNG\r\n\x1a\n and nothing else")
    made = await labels()
    assert made.write(job_of(FOX), 1, odd, tmp_path) == odd
    made.clear(tmp_path)
    assert listed(tmp_path) == [odd]


async def test_a_copy_is_written_into_and_removed_afterwards(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(out, "PNG")
    stored = tmp_path / "1.png"
    stored.write_bytes(out.getvalue())
    made = await labels()
    copy = made.write(job_of(FOX), 1, stored, tmp_path)
    recipe = read(copy.read_bytes()).recipe
    assert recipe is not None
    assert recipe.made_at == 1_700_000_000_000
    assert stored.read_bytes() == out.getvalue()
    made.clear(tmp_path)
    made.clear(tmp_path)
    assert listed(tmp_path) == [stored]
