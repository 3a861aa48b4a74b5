import asyncio
import sys
from asyncio.subprocess import PIPE

from jobs.ports import Clock
from storage.address import DatabaseAddress
from storage.store import open_store
from tests.storage.support import url_of

ORDERS = """
import asyncio, sys, time
from jobs.catalog import Provider
from jobs.model import Order, Reply
from jobs.outcomes import Admitted
from jobs.quota import Bounds
from jobs.request import ImageRequest
from jobs.servers.allowance import Allowance
from jobs.servers.rules import Window
from storage.address import parse_address
from storage.store import open_store

class Now:
    def now(self):
        return time.time_ns() // 1_000_000

async def main(path, first):
    async with open_store(path, Now()) as store:
        async def ask(interaction):
            order = Order(
                interaction_id=interaction, guild_id=1, channel_id=2, user_id=7, locale="en-US", private=False,
                request=ImageRequest(model="flux-lora", prompt="a cat", seed=1),
                reply=Reply(application_id=3, token="token", expires_at=1), upload_limit=10_000_000,
            )
            bounds = Bounds(allowance=Allowance(limits={Window.DAY: 20}))
            return await store.admit(order, provider=Provider.EACHLABS, estimated_cost=1, bounds=bounds)
        answers = await asyncio.gather(*(ask(first + n) for n in range(25)))
        print(sum(isinstance(answer, Admitted) for answer in answers))

asyncio.run(main(parse_address(sys.argv[1]), int(sys.argv[2])))
"""


async def test_two_processes_on_one_database_get_exactly_the_allowance_together(
    address: DatabaseAddress, clock: Clock
) -> None:
    """Even if the lock between processes failed."""
    async with open_store(address, clock):
        pass

    async def admitted(first: int) -> int:
        command = [sys.executable, "-c", ORDERS, url_of(address), str(first)]
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        output, _ = await process.communicate()
        return int(output.splitlines()[-1])  # what was logged before it is of no interest here

    counts = await asyncio.gather(admitted(1), admitted(1_000))
    assert sum(counts) == 20
