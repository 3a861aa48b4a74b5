"""An export fits, the newest jobs first, and is valid JSON whatever was cut."""

import io
import json
import random
import zipfile
from dataclasses import replace

from jobs.model import Job
from jobs.privacy.export import MARGIN, Export
from jobs.servers.records import Change
from tests.jobs.support import Rig


async def jobs_of(rig: Rig, count: int) -> list[Job]:
    rig.allowance = count
    made = []
    for _ in range(count):
        made.append(await rig.admitted())
        rig.clock.advance(1)
    return made


def read(data: bytes) -> list[dict[str, object]]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        found: list[dict[str, object]] = json.loads(file.read("jobs.json"))
    return found


async def test_all_jobs_are_in_it_newest_first(rig: Rig) -> None:
    made = await jobs_of(rig, 120)
    exported = await Export(rig.store).of(4, limit=10 * 1024 * 1024)
    assert [job["id"] for job in read(exported.data)] == [job.id for job in reversed(made)]
    assert (exported.jobs, exported.left_out) == (120, 0)


async def test_what_does_not_fit_are_the_oldest_and_how_many_is_told(rig: Rig) -> None:
    """Prompts that cannot be compressed, and a limit that the first hundreds fill."""
    noise = random.Random(7)  # noqa: S311 - no secret
    made = await jobs_of(rig, 300)
    for job in made:
        prompt = "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(1500))
        request = json.dumps({"model": "flux-lora", "seed": 1, "prompt": prompt})
        async with rig.store._engine.transaction() as connection:
            await connection.execute_fetchall("UPDATE jobs SET request = ? WHERE id = ?", (request, job.id))
    exported = await Export(rig.store).of(4, limit=MARGIN + 400_000)
    found = read(exported.data)
    assert [job["id"] for job in found] == [job.id for job in reversed(made)][: len(found)]
    assert 100 <= exported.jobs == len(found) == 300 - exported.left_out < 300
    assert len(exported.data) < MARGIN + 400_000


async def test_somebody_unknown_gets_an_empty_one(rig: Rig) -> None:
    exported = await Export(rig.store).of(99, limit=10 * 1024 * 1024)
    assert read(exported.data) == []


async def test_what_somebody_changed_as_an_admin_is_in_it_and_not_whom_it_concerned(rig: Rig) -> None:
    entry = Change(guild_id=2, actor_id=4, action="ban", target="555", after="for spam")
    about = Change(guild_id=2, actor_id=555, action="quota.grant", target="4", after="5 images")
    await rig.store.note_changes([entry, about, replace(entry, actor_id=6)])
    exported = await Export(rig.store).of(4, limit=10 * 1024 * 1024)
    with zipfile.ZipFile(io.BytesIO(exported.data)) as file:
        text = file.read("data.json").decode()
    changes = json.loads(text)["changes"]
    told = {(change["action"], change.get("after")) for change in changes}
    assert told == {("ban", None), ("quota.grant", "5 images")}
    assert "555" not in text
