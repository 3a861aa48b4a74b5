"""Values that the domain's tests start from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, Catalog, Model, Provider
from jobs.model import Job, Order, Reply
from jobs.request import ImageRequest
from jobs.status import Status
from tests.jobs.support import Rig, opened_rig


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(offered=list(Provider))


@pytest.fixture(params=[FLUX_LORA, FLUX_2_LORA], ids=lambda model: model.key)
def model(request: pytest.FixtureRequest) -> Model:
    chosen: Model = request.param
    return chosen


@pytest.fixture
def job() -> Job:
    return Job(
        id="0" * 20,
        order=Order(
            interaction_id=1,
            guild_id=2,
            channel_id=3,
            user_id=4,
            locale="en-US",
            private=False,
            request=ImageRequest(model=FLUX_LORA.key, prompt="a fox", seed=7),
            reply=Reply(application_id=5, token="reply-token", expires_at=900_000, message_id=6),
            upload_limit=10 * 1024 * 1024,
        ),
        provider=Provider.EACHLABS,
        status=Status.QUEUED,
        created_at=0,
        estimated_cost=35_000,
    )


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with opened_rig(tmp_path) as opened:
        yield opened
