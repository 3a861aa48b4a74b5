"""Names by which a part of a job is known again, and from when on it is looked for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.delivery.marks import FAILURE, READY, file_name, image_of, images_part, just_before, numbers_of
from cogs.delivery.ways import nonce
from tests.support import make_job

EPOCH = 1_420_070_400_000
PARTS = [READY, FAILURE, *(images_part(range(first, 11)) for first in range(1, 11))]


def snowflake(at: int) -> int:
    return at - EPOCH << 22


@given(st.integers(1, 10), st.integers(0, 9))
def test_the_name_of_a_message_tells_its_images(first: int, more: int) -> None:
    numbers = range(first, first + more + 1)
    assert list(numbers_of(images_part(numbers))) == list(numbers)


@pytest.mark.parametrize("part", [READY, FAILURE, "images", "images 1", "images 1-x"])
def test_other_parts_show_no_images(part: str) -> None:
    assert not numbers_of(part)


def test_each_message_of_a_job_has_a_nonce_of_its_own_that_discord_takes() -> None:
    nonces = [nonce(make_job(), part) for part in PARTS]
    assert len(set(nonces)) == len(PARTS)
    assert max(map(len, nonces)) <= 25


@given(
    skew=st.integers(-3_600_000, 3_600_000),
    latency=st.integers(0, 3_000),
    waited=st.integers(0, 86_400_000),
    drift=st.integers(-100_000, 100_000),
)
def test_it_is_looked_for_from_before_it_was_sent_however_the_clocks_differ(
    skew: int, latency: int, waited: int, drift: int
) -> None:
    """`skew` is how far Discord's clock is ahead, `drift` what came to it since."""
    ordered = 1_795_262_400_000
    job = make_job(created_at=ordered + latency)
    job = replace(job, order=replace(job.order, interaction_id=snowflake(ordered + skew)))
    begun_at = job.created_at + waited
    after = just_before(job, begun_at, margin=120_000)
    sent = snowflake(begun_at + skew + drift)
    assert after < sent
    assert (sent - after) >> 22 <= 120_000 + 100_000 + 3_000  # and not from long before, in a busy channel


@pytest.mark.parametrize("spoiler", [False, True])
def test_the_name_of_a_file_tells_its_job_and_number_covered_or_not(*, spoiler: bool) -> None:
    job = make_job()
    job = replace(job, order=replace(job.order, spoiler=spoiler))
    name = file_name(job, 3, ".png")
    assert name.startswith("SPOILER_") == spoiler
    assert image_of(name, job) == 3
    assert image_of(name, make_job(id="1" * 20)) is None


@pytest.mark.parametrize("name", ["fluxcord-3-1.png", "reported-00000000000000000000-1.webp", "x.png", "fluxcord-.png"])
def test_other_files_are_no_image_of_a_job(name: str) -> None:
    assert image_of(name, make_job()) is None
