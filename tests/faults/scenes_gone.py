"""Scenes in which a person wants to be forgotten, and in which a server has removed the bot."""

from tests.faults.hands import ask_to_be_forgotten, open_desk, shows, shows_no, type_until
from tests.faults.scene import POLL, scene, sent
from tests.faults.stage import Stage

GRAIN = "https://example.com/grain.safetensors"
DELETIONS = "SELECT user_id FROM deletions"
DEPARTURES = "SELECT guild_id FROM departures"


@scene(POLL)
async def forgotten(stage: Stage) -> None:
    """What can be stopped is cancelled, and nothing that was made or kept leads to the person any more."""
    mara = stage.mara.id
    await type_until(stage, "SELECT * FROM grants", stage.ada, "admin quota grant", member=mara, images=3)
    await type_until(stage, "SELECT * FROM server_rules", stage.ada, "admin quota exempt", who=mara)
    await type_until(stage, "SELECT * FROM presets", stage.mara, "preset save", name="Noir", style="film noir")
    await type_until(stage, "SELECT * FROM loras", stage.mara, "lora add", name="Grain", source=GRAIN)
    await stage.until(await stage.order(private=True))
    await stage.hold(True)
    await sent(stage, await stage.order())
    await ask_to_be_forgotten(stage, stage.mara)
    await shows_no(stage, DELETIONS)
    await stage.hold(False)


@scene(POLL)
async def comes_back(stage: Stage) -> None:
    """Whoever was forgotten comes back, and has what was granted."""
    mara = stage.mara.id
    await type_until(stage, "SELECT * FROM server_rules", stage.ada, "admin quota set", day="0")
    await type_until(stage, "SELECT * FROM grants", stage.ada, "admin quota grant", member=mara, images=2)
    await stage.until(await stage.order())
    await ask_to_be_forgotten(stage, stage.mara)
    await shows_no(stage, DELETIONS)
    stage.forgotten.clear()
    await stage.order()


@scene(POLL)
async def left(stage: Stage) -> None:
    """A server removes the bot; when the grace is over its data go, and numbers stay."""
    guild = await stage.world.guild()
    await open_desk(stage)
    await type_until(stage, "SELECT * FROM grants", stage.ada, "admin quota grant", member=stage.mara.id, images=3)
    await type_until(
        stage, "SELECT * FROM presets", stage.ada, "preset save", name="Noir", style="film noir", server=True
    )
    await type_until(stage, "SELECT * FROM loras", stage.mara, "lora add", name="Grain", source=GRAIN)
    await stage.until(await stage.order(private=True))
    await stage.world.kick(guild, await stage.world.bot())
    await shows(stage, DEPARTURES)
    stage.left.add(guild.id)
    await stage.database.rows("UPDATE departures SET left_at = 1 RETURNING guild_id")
    await stage.world.add_guild("Elsewhere", stage.ada)  # whatever is told lets it look at what is due
    await shows_no(stage, DEPARTURES)
