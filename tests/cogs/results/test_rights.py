"""Who may do what with a result."""

import dataclasses
from typing import Any, cast

import discord
import pytest

from cogs.results.rights import may_remove, may_use
from jobs.model import DIRECT, Job
from tests.support import make_job

HERE, OWNER = 2, 4  # the server and the user of `make_job`


class Interaction:
    """As much of one as the rules look at."""

    def __init__(
        self, user_id: int, *, guild_id: int | None = HERE, moderates: bool = False, channel_id: int = 3
    ) -> None:
        self.user = discord.Object(user_id)
        self.guild_id = guild_id
        self.channel_id = channel_id
        self.permissions = discord.Permissions(manage_messages=moderates)

    def is_guild_integration(self) -> bool:
        return self.guild_id is not None


def by(*args: Any, **values: Any) -> discord.Interaction[Any]:
    return cast("discord.Interaction[Any]", Interaction(*args, **values))


def private() -> Job:
    return make_job(private=True)


def direct() -> Job:
    job = make_job()
    return dataclasses.replace(job, order=dataclasses.replace(job.order, guild_id=DIRECT))


@pytest.mark.parametrize(
    ("job", "who", "uses", "removes"),
    [
        (make_job(), by(OWNER), True, True),
        (make_job(), by(9), True, False),
        (make_job(), by(9, moderates=True), True, True),
        (make_job(), by(9, guild_id=77, moderates=True), False, False),
        (make_job(), by(OWNER, guild_id=77), False, False),
        (make_job(), by(OWNER, guild_id=None), True, True),
        (make_job(), by(9, guild_id=None), False, False),
        (private(), by(OWNER), True, True),
        (private(), by(9), False, False),
        (private(), by(OWNER, guild_id=None), True, True),
        (private(), by(9, guild_id=None), False, False),
        (direct(), by(OWNER, guild_id=None), True, True),
        (direct(), by(9, guild_id=None), True, False),
        (direct(), by(9, guild_id=None, channel_id=99, moderates=True), False, False),
    ],
)
def test_who_may(job: Job, who: discord.Interaction[Any], uses: bool, removes: bool) -> None:
    assert (may_use(who, job), may_remove(who, job)) == (uses, removes)
