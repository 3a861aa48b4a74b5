"""What the bounded part of the suite shares."""

from collections.abc import Iterator

import pytest

from tests.faults.zygote import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """The process that a worker's bots are forked from."""
    with Zygote() as started:
        yield started
