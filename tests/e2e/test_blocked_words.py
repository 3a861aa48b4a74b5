"""What a server's admins, or the operator, do not want in a prompt is refused whichever way it comes."""

from collections.abc import Mapping
from typing import Any

import pytest

from jobs.servers.rules import EVERYWHERE, ContentRules, ServerRules
from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.presses import Hands
from tests.e2e.servers import make_elsewhere
from tests.e2e.support import BOTH_ENGINES, Bot, description, is_settled, shows_images, title, whole

BLOCKED = ServerRules(content=ContentRules(words=("zebra", "white noise"), patterns=(r"\bnarwhals?\b",)))


@pytest.fixture
def hands(world: SandboxClient, art: Channel) -> Hands:
    return Hands(world, art)


async def words(hands: Hands, user: User, name: str, /, **options: Any) -> Message:
    """Use a subcommand of `/admin words`; its answer is seen by nobody else."""
    sent = await hands.world.command(user, hands.channel, f"admin words {name}", options)
    message = await hands.answer(sent, user)
    assert message.ephemeral
    return message


async def offered(hands: Hands, user: User, typed: str) -> list[str]:
    choices = await hands.world.autocomplete(user, hands.channel, "admin words remove", {"words": typed}, "words")
    return [choice.name for choice in choices]


@BOTH_ENGINES
async def test_an_admin_blocks_words_and_they_are_refused_however_they_are_written_also_after_a_restart(
    bot: Bot, imagine: Imagine, hands: Hands, ada: User
) -> None:
    await bot.start(webhooks=True)
    said = await words(hands, ada, "add", words="zebra, White Noise", pattern=r"\bnarwhals?\b")
    assert description(said) == "Saved. 2 words and 1 pattern are blocked here now."
    for prompt, named in (
        ("a z3bra", "z3bra"),
        ("a fox, z.e.b.r.a", "z.e.b.r.a"),
        ("white-noise", "white-noise"),
        ("Narwhals", "Narwhals"),
    ):
        refused = await imagine(prompt=prompt, until=is_settled)
        assert refused.ephemeral
        assert f"does not allow `{named}` in a prompt" in description(refused)
    assert shows_images(await imagine(prompt="zebras and white, loud noise"))
    await bot.stop()
    await bot.start(webhooks=True)
    assert "does not allow" in description(await imagine(prompt="a ZÉBRA", until=is_settled))
    assert (await bot.images_charged(), len(await bot.jobs())) == (1, 1)


async def test_the_list_is_read_tried_and_shortened_by_admins(
    bot: Bot, imagine: Imagine, hands: Hands, ada: User
) -> None:
    await bot.start(webhooks=True)
    assert "Nothing is blocked here." in description(await words(hands, ada, "list"))
    await words(hands, ada, "add", words="zebra; *mule*, white noise", pattern="narwhal$")
    listed = await words(hands, ada, "list")
    assert title(listed) == "Blocked here"
    assert description(listed) == "\\*mule\\*, white noise, zebra\n\n• narwhal$"
    assert "3 words and 1 pattern" in whole(listed)
    assert "“zébrà” is blocked here as “zebra”" in description(await words(hands, ada, "test", text="my zébrà"))
    assert "Nothing in this text is blocked" in description(await words(hands, ada, "test", text="my zebras"))
    assert await offered(hands, ada, "noi") == ["white noise"]
    assert "There is nothing to change." in description(await words(hands, ada, "add", words="Zebra"))
    assert "`fox` is not on the list" in description(await words(hands, ada, "remove", words="zebra, fox"))
    removed = await words(hands, ada, "remove", words="ZEBRA,white noise", pattern="narwhal$")
    assert description(removed) == "Saved. 1 word and 0 patterns are blocked here now."
    assert shows_images(await imagine(prompt="a zebra and a narwhal"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Nothing was typed: give `words`, or a `pattern`, or both."),
        ({"words": " , "}, "Nothing was typed: give `words`, or a `pattern`, or both."),
        ({"words": "zebra, x"}, "`x` is too short"),
        ({"words": "zebra", "pattern": "(narwhal"}, "is no pattern for RE2: missing )"),
    ],
)
async def test_what_cannot_be_blocked_is_said_and_nothing_is_changed(
    typed: Mapping[str, str], said: str, bot: Bot, hands: Hands, ada: User
) -> None:
    await bot.start()
    assert said in description(await words(hands, ada, "add", **typed))
    assert "Nothing is blocked here." in description(await words(hands, ada, "list"))
    assert await bot.sql("SELECT * FROM audit") == []


async def test_a_long_list_is_a_file(bot: Bot, hands: Hands, ada: User, art: Channel) -> None:
    assert art.guild_id is not None
    many = tuple(f"word{number}ly" for number in range(500))
    await bot.decide(art.guild_id, ServerRules(content=ContentRules(words=many)))
    await bot.start()
    listed = await words(hands, ada, "list")
    assert [each.filename for each in listed.attachments] == ["blocked.txt"]
    assert "500 words" in whole(listed)
    assert "At most 500 words" in description(await words(hands, ada, "add", words="one more"))


async def test_no_word_reaches_the_audit_log_or_the_log(bot: Bot, imagine: Imagine, hands: Hands, ada: User) -> None:
    await bot.start(webhooks=True)
    await words(hands, ada, "add", words="zebra", pattern="narwhal")
    await imagine(prompt="a zebra", until=is_settled)
    await words(hands, ada, "test", text="a zebra")
    [entry] = await bot.sql("SELECT actor_id, action, target, old_value, new_value FROM audit")
    assert entry == {
        "actor_id": ada.id,
        "action": "content.words",
        "target": "",
        "old_value": "0 words and 0 patterns are blocked",
        "new_value": "1 word and 1 pattern are blocked",
    }
    assert "zebra" not in str(bot.log)
    assert "narwhal" not in str(bot.log)


async def test_rules_hold_for_whatever_is_made_again_from_a_result(
    bot: Bot, imagine: Imagine, hands: Hands, ada: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    zebra, fox = await imagine(prompt="a zebra"), await imagine()
    await bot.wait_for_job("delivered", number=1)
    await words(hands, ada, "add", words="zebra")
    for label in ("Again", "Variations"):
        refused = await hands.press(ben, zebra, label)
        assert refused.ephemeral
        assert "does not allow `zebra`" in description(refused)
    form = await hands.open_form(ben, fox, "Edit")
    assert "does not allow `ze-bra`" in whole(await hands.send_form(ben, form, {"prompt": "a ze-bra"}))
    menu = await hands.answer(await hands.world.use_message_command(ben, zebra, "Make again"), ben)
    assert "does not allow `zebra`" in description(menu)
    assert len(await bot.jobs()) == 2


async def test_rules_hold_for_each_of_several_prompts_and_for_what_a_preset_adds(
    bot: Bot, imagine: Imagine, hands: Hands, art: Channel, mara: User
) -> None:
    assert art.guild_id is not None
    await bot.decide(art.guild_id, BLOCKED)
    await bot.start(webhooks=True)
    refused = await imagine(prompt="a ze{br|p}a", alternatives=True, until=is_settled)
    assert "does not allow `zebra`" in description(refused)
    sent = await hands.world.command(mara, art, "preset save", {"name": "Wild", "style": "with a zebra", "steps": 9})
    await hands.answer(sent, mara)
    refused = await imagine(preset="Wild", until=is_settled)
    assert "does not allow `zebra` in a prompt, nor in a preset" in description(refused)
    assert await bot.jobs() == []


async def test_a_loras_trigger_words_are_refused_as_such(
    bot: Bot, imagine: Imagine, hands: Hands, art: Channel, olga: User
) -> None:
    assert art.guild_id is not None
    await bot.decide(art.guild_id, BLOCKED)
    await bot.start(webhooks=True)
    entry = {"name": "Stripes", "source": "https://example.com/s.safetensors", "triggers": "zebra style"}
    await hands.answer(await hands.world.command(olga, art, "lora add", entry), olga)
    refused = await imagine(lora="Stripes", until=is_settled)
    assert "`zebra`, a trigger word of the LoRA, is not allowed here." in description(refused)
    assert await bot.jobs() == []


async def test_each_server_has_words_of_its_own_and_the_operators_hold_everywhere(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User, ada: User, art: Channel, hands: Hands
) -> None:
    assert art.guild_id is not None
    elsewhere = await make_elsewhere(world)
    await bot.decide(art.guild_id, BLOCKED)
    await bot.decide(EVERYWHERE, ServerRules(content=ContentRules(words=("gnu",))))
    await bot.start(webhooks=True)
    assert shows_images(await imagine(prompt="a zebra", channel=elsewhere.lounge))
    for place in (art, elsewhere.lounge, await world.dm(mara)):
        assert "This bot does not allow `GNU`" in description(
            await imagine(prompt="a GNU", channel=place, until=is_settled)
        )
    there = Hands(world, elsewhere.lounge)
    assert "Nothing is blocked here." in description(await words(there, elsewhere.zoe, "list"))
    await words(there, elsewhere.zoe, "add", words="fox")
    assert shows_images(await imagine(prompt="a fox"))
    assert "“gnu” is blocked by whoever runs this bot" in description(await words(hands, ada, "test", text="gnu"))
