"""A paused server: nothing new is ordered, what waits is kept, and goes on afterwards."""

from collections.abc import Callable

import pytest

from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.servers import Elsewhere
from tests.e2e.support import PATIENCE, Bot, description, shows_images, title


@pytest.fixture
async def admins_word(world: SandboxClient, art: Channel, ada: User) -> "Word":
    """What an administrator types."""
    return Word(world, art, ada)


class Word:
    """Types `/admin …`."""

    def __init__(self, world: SandboxClient, channel: Channel, user: User) -> None:
        self._world, self._channel, self._user = world, channel, user

    async def __call__(self, name: str, **options: str) -> str:
        """What is answered."""
        sent = await self._world.command(self._user, self._channel, f"admin {name}", options)
        return description(await _answered(self._world, self._channel, self._user, sent))


async def _answered(world: SandboxClient, channel: Channel, user: User, sent: Interaction) -> Message:
    return await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == sent.id and not seen.loading, PATIENCE
    )


async def test_what_waits_is_kept_over_a_restart_and_made_after_the_pause(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, imagine: Imagine, admins_word: Word, elsewhere: Elsewhere
) -> None:
    """What is at the API already is finished; another server does not notice."""
    await world.set_eachlabs(hold=True)
    await bot.start(eachlabs_concurrency=1)
    making = await imagine(until=lambda seen: title(seen) == "Generating")
    waiting = await imagine(until=lambda seen: title(seen) == "Queued", seed=2)

    assert "What waits is kept" in await admins_word("pause", reason="we clean up")
    held = await world.wait_for_message(
        art, mara, lambda seen: seen.id == waiting.id and title(seen) == "Paused", PATIENCE
    )
    assert "we clean up" in description(held)
    refused = await imagine(until=lambda seen: "paused" in description(seen))
    assert "we clean up" in description(refused)
    sent = await world.command(mara, art, "queue")
    assert "**Paused** in this server" in description(await _answered(world, art, mara, sent))

    await world.set_eachlabs(hold=False)
    await world.wait_for_message(art, mara, lambda seen: seen.id == making.id and shows_images(seen), PATIENCE)
    await imagine(elsewhere.zoe, elsewhere.lounge)  # the only slot is free, and nobody of here takes it
    await bot.stop()
    await bot.start(eachlabs_concurrency=1)
    await imagine(elsewhere.zoe, elsewhere.lounge)
    await bot.wait_for_job("delivered", number=3)
    assert [job["status"] for job in await bot.jobs()] == ["delivered", "queued", "delivered", "delivered"]

    assert "what waited goes on" in await admins_word("resume")
    await world.wait_for_message(art, mara, lambda seen: seen.id == waiting.id and shows_images(seen), PATIENCE)


async def test_what_is_tried_again_while_paused_is_held_as_well(
    bot: Bot,
    world: SandboxClient,
    art: Channel,
    mara: User,
    imagine: Imagine,
    admins_word: Word,
    ahead: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A create that the API refuses for the moment comes back to the queue, and stays there."""
    monkeypatch.setattr("jobs.timing.RETRY_FIRST", 120_000)
    await bot.start()
    await world.add_fault("eachlabs.create", "status", status=429)
    waiting = await imagine(until=lambda seen: title(seen) == "Trying again soon")
    await admins_word("pause")
    await world.wait_for_message(art, mara, lambda seen: seen.id == waiting.id and title(seen) == "Paused", PATIENCE)
    assert "paused already" in await admins_word("pause")
    ahead(120)
    await admins_word("resume")
    await world.wait_for_message(art, mara, lambda seen: seen.id == waiting.id and shows_images(seen), PATIENCE)
    assert "not paused" in await admins_word("resume")
    assert len(await world.predictions()) == 1


async def test_a_held_job_can_be_cancelled(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, imagine: Imagine, admins_word: Word
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(eachlabs_concurrency=1)
    await imagine(until=lambda seen: title(seen) == "Generating")
    waiting = await imagine(until=lambda seen: title(seen) == "Queued", seed=2)
    await admins_word("pause")
    held = await world.wait_for_message(
        art, mara, lambda seen: seen.id == waiting.id and title(seen) == "Paused", PATIENCE
    )
    await world.press(mara, held, label="Cancel")
    await world.wait_for_message(art, mara, lambda seen: seen.id == waiting.id and title(seen) == "Cancelled", PATIENCE)
