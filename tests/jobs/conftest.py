"""Values that the domain's tests start from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.catalog import FLUX_2_LORA, FLUX_LORA, Model
from tests.jobs.support import Rig, opened_rig


@pytest.fixture(params=[FLUX_LORA, FLUX_2_LORA], ids=lambda model: model.key)
def model(request: pytest.FixtureRequest) -> Model:
    chosen: Model = request.param
    return chosen


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with opened_rig(tmp_path) as opened:
        yield opened
