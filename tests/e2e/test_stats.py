"""`/stats`: the server's figures for those who look after it, one's own for everybody, each from its own place."""

import io

from PIL import Image

from sandbox.client import Attachment, Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import DAY_MS, PATIENCE, Bot, description, fields, is_settled, title, whole

LARGEST = 200_000  # bytes


async def asked(world: SandboxClient, user: User, channel: Channel, name: str, **options: int) -> Message:
    """What the command answers, to nobody else."""
    interaction = await world.command(user, channel, name, options)
    message = await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == interaction.id and is_settled(seen), PATIENCE
    )
    assert message.ephemeral
    return message


async def names_asked_for(world: SandboxClient) -> int:
    """How often the bot asked Discord what a member is called."""
    return sum(request.operation == "get_guild_member" for request in await world.requests())


async def picture_of(world: SandboxClient, message: Message) -> Attachment:
    """The one file of the answer, which is a picture that can be decoded and is described."""
    [file] = message.attachments
    data = await world.download(file)
    assert len(data) <= LARGEST
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert (picture.format, picture.size) == ("PNG", (file.width, file.height))
    return file


async def test_admins_see_everything_moderators_no_money_and_members_only_their_own(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User, olga: User, ada: User
) -> None:
    await bot.start(webhooks=True)
    await imagine(count=3)
    await imagine(ben)
    await bot.wait_for_job("delivered", number=1)

    admins = await asked(world, ada, art, "stats server")
    assert title(admins) == "This server, the last 30 days"
    shown = fields(admins)
    assert shown["Images"] == "**4**\nof 2 orders"
    assert shown["Cost"] == "**$0.14**"
    assert shown["Most images by"] == f"1. <@{mara.id}> · 3 images\n2. <@{ben.id}> · 1 image"
    file = await picture_of(world, admins)
    assert "4 images in all" in str(file.description)
    assert "Cost: $0.14." in str(file.description)

    assert await names_asked_for(world) == 2  # Mara's and Ben's, for the picture
    await world.add_fault("discord.get_guild_member", "status", status=403, body='{"code": 50001, "message": "no"}')
    moderators = await asked(world, olga, art, "stats server", days=7)  # Discord tells only one of the names now
    assert title(moderators) == "This server, the last 7 days"
    assert fields(moderators)["Images"] == shown["Images"]
    assert "$" not in whole(moderators) + str((await picture_of(world, moderators)).description)

    refused = await asked(world, mara, art, "stats server")
    assert "Only moderators can see a server's figures" in description(refused)
    assert refused.attachments == ()
    own = await asked(world, mara, art, "stats me")
    assert fields(own)["Images"] == "**3**\nof 1 order"
    assert str(ben.id) not in whole(own)
    assert "$" not in whole(own) + str((await picture_of(world, own)).description)


async def test_figures_are_those_of_the_place_they_are_asked_for_in(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ada: User
) -> None:
    """An admin here sees nothing of another server, nor of direct messages, and is nobody's admin there."""
    await bot.start(webhooks=True)
    elsewhere = await world.add_guild("Elsewhere", mara)
    lounge, dm = await world.add_channel(elsewhere, "lounge"), await world.dm(mara)
    await imagine(count=2)

    nothing = await asked(world, mara, lounge, "stats server", days=1)
    assert description(nothing) == "Nobody has ordered anything here today (UTC). Start with `/imagine`."
    assert nothing.attachments == ()
    assert "You have ordered nothing here in the last 30 days." in description(await asked(world, mara, dm, "stats me"))
    assert "Only moderators" in description(await asked(world, mara, dm, "stats server"))
    assert "Only moderators" in description(await asked(world, mara, art, "stats server"))

    await imagine(channel=dm)
    for number in range(2):
        await bot.wait_for_job("delivered", number=number)
    assert fields(await asked(world, mara, dm, "stats me"))["Images"] == "**1**\nof 1 order"
    assert fields(await asked(world, ada, art, "stats server"))["Images"] == "**2**\nof 1 order"


async def test_days_long_past_are_found_and_a_language_without_letters_is_told(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    await imagine()
    await bot.wait_for_job("delivered")
    await bot.age_ledger(40 * DAY_MS)
    assert "You have ordered nothing here" in description(await asked(world, mara, art, "stats me", days=40))
    assert fields(await asked(world, mara, art, "stats me", days=90))["Images"].startswith("**1**")
    await world.set_locale(mara, "ja")
    await picture_of(world, await asked(world, mara, art, "stats me", days=90))
