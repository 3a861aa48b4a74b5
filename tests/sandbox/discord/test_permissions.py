import pytest

from sandbox.discord.model import Channel, ChannelKind, Guild, Member, Overwrite, Role
from sandbox.discord.permissions import ALL, Permission, from_names, in_channel, in_guild

VIEW, SEND, FILES = Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES, Permission.ATTACH_FILES
GUILD, ROLE, ADMINS, MEMBER, ADMIN, OWNER, STRANGER = range(1, 8)


@pytest.fixture
def guild() -> Guild:
    """A server where everybody sees, a role writes, and one member has that role."""
    roles = {
        GUILD: Role(id=GUILD, name="@everyone", permissions=int(VIEW)),
        ROLE: Role(id=ROLE, name="writers", permissions=int(SEND | FILES)),
        ADMINS: Role(id=ADMINS, name="admins", permissions=int(Permission.ADMINISTRATOR)),
    }
    members = {
        MEMBER: Member(user_id=MEMBER, role_ids=[ROLE], joined_at_ms=0),
        ADMIN: Member(user_id=ADMIN, role_ids=[ADMINS], joined_at_ms=0),
        OWNER: Member(user_id=OWNER, role_ids=[], joined_at_ms=0),
    }
    return Guild(id=GUILD, name="g", owner_id=OWNER, roles=roles, members=members)


def channel(*overwrites: Overwrite) -> Channel:
    """Make a channel with these overwrites."""
    by_id = {each.id: each for each in overwrites}
    return Channel(id=99, kind=ChannelKind.TEXT, name="c", guild_id=GUILD, overwrites=by_id)


def over(holder: int, *, allow: int = 0, deny: int = 0) -> Overwrite:
    """Make one overwrite."""
    return Overwrite(id=holder, for_member=holder == MEMBER, allow=int(allow), deny=int(deny))


def test_a_members_permissions_are_those_of_all_its_roles(guild: Guild) -> None:
    assert in_guild(guild, MEMBER) == VIEW | SEND | FILES
    assert in_guild(guild, STRANGER) == 0


@pytest.mark.parametrize("user_id", [ADMIN, OWNER])
def test_administrators_and_the_owner_may_everything_everywhere(guild: Guild, user_id: int) -> None:
    assert in_channel(guild, channel(over(GUILD, deny=VIEW), over(user_id, deny=SEND)), user_id) == ALL


def test_overwrites_count_from_everyone_over_roles_to_the_member(guild: Guild) -> None:
    assert in_channel(guild, channel(over(GUILD, deny=SEND)), MEMBER) == VIEW
    assert in_channel(guild, channel(over(GUILD, deny=SEND), over(ROLE, allow=SEND)), MEMBER) & SEND
    assert not in_channel(guild, channel(over(ROLE, deny=SEND)), MEMBER) & SEND
    assert in_channel(guild, channel(over(ROLE, deny=SEND), over(MEMBER, allow=SEND)), MEMBER) & SEND
    assert not in_channel(guild, channel(over(MEMBER, deny=FILES)), MEMBER) & FILES


def test_who_does_not_see_a_channel_may_nothing_there(guild: Guild) -> None:
    assert in_channel(guild, channel(over(GUILD, deny=VIEW)), MEMBER) == 0


def test_who_may_not_write_may_not_attach_either(guild: Guild) -> None:
    assert in_channel(guild, channel(over(MEMBER, deny=SEND)), MEMBER) == VIEW


def test_permissions_are_named_in_any_case() -> None:
    assert from_names(["send_messages", "VIEW_CHANNEL"]) == VIEW | SEND
