"""Servers, admins and roles for the tests of who may do what, and where."""

from dataclasses import dataclass

from sandbox.client import Channel, Guild, Role, SandboxClient, User


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A server beside Pixel Garden: Zoe owns it and is a stranger there; Mara is in both, Ada is its plain member."""

    guild: Guild
    lounge: Channel
    zoe: User


async def make_elsewhere(world: SandboxClient) -> Elsewhere:
    """Make it, with the bot in it."""
    zoe = await world.add_user("Zoe")
    guild = await world.add_guild("Elsewhere", zoe)
    for name in ("Mara", "Ada"):
        await world.join(guild, await world.user(name))
    return Elsewhere(guild=guild, lounge=await world.add_channel(guild, "lounge"), zoe=zoe)


async def give(world: SandboxClient, user: User, name: str, *permissions: str, guild: Guild | None = None) -> Role:
    """Give a member (of Pixel Garden unless told) a new role; permissions are named as Discord names them.

    `give(world, mara, "Artists")`, `give(world, ben, "Keepers", "manage_guild")`.
    """
    where = guild or await world.guild()
    role = await world.add_role(where, name, permissions)
    await world.give_role(where, user, role)
    return role
