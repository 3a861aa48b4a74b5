"""From `/imagine` to images in the channel: both models, both kinds of completion."""

from tests.e2e.conftest import Imagine
from tests.e2e.support import Bot, description, fields


async def test_flux_1_is_found_by_polling_and_posted(bot: Bot, imagine: Imagine) -> None:
    await bot.start()
    message = await imagine(model="flux-lora", seed=5)
    assert fields(message)["Model"] == "FLUX.1 LoRA"
    assert description(message) == "a fox"
