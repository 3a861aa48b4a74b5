"""The list of what an account was asked to make, and what it tells about whose an execution is."""

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.catalog import FLUX_2_LORA, FLUX_LORA
from jobs.doubts import Kinship, Window
from jobs.errors import Temporary, Unauthorised
from jobs.model import Job
from jobs.outcomes import Execution, KeepsNoList, Listed
from providers import eachlabs_wire as wire
from providers.aimlapi import AimlApi
from providers.eachlabs import EachLabs
from tests.support import make_job as plain_job

Vendor = Any  # its type lives in conftest.py, which cannot be imported
MakeJob = Callable[..., Job]

AT = 1_795_262_400_000  # 2026-11-21T12:00:00Z
WINDOW = Window(since=AT, until=AT + 60_000)
HOUR = 3_600_000


def row(name: str, created_at: str = "2026-11-21T12:00:30.250Z", model: str | None = "bfl-flux-lora") -> dict[str, Any]:
    return {"id": name, "model": model, "status": "success", "created_at": created_at, "output": None}


def page(*rows: object) -> dict[str, Any]:
    return {"executions": list(rows), "total_count": 1, "total_capped": True, "offset": 0, "limit": 100}


def asked(vendor: Vendor) -> list[dict[str, str]]:
    """The queries that arrived."""
    return [{k: v[0] for k, v in parse_qs(urlsplit(heard.path).query).items()} for heard in vendor.heard]


def date(*, ahead: int = 0) -> str:
    """A `Date` header of a vendor whose clock is so many ms ahead."""
    return formatdate(time.time() + ahead / 1000, usegmt=True)


async def test_the_window_and_the_model_are_asked_for_and_told_in_our_time(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    vendor.say(200, page(row("a")), Date=date())
    listed = await eachlabs.executions(make_job(), FLUX_LORA, WINDOW)
    assert isinstance(listed, Listed)
    [execution] = listed.executions
    assert execution.id == "a"
    assert abs(execution.created_at - (AT + 30_250)) <= 1_500  # the header tells seconds
    clocks, query = asked(vendor)
    assert clocks == {"model": "bfl-flux-lora", "limit": "1"}  # for its `Date`: no answer has told it yet
    assert query["model"] == "bfl-flux-lora"
    assert (query["limit"], query["offset"]) == ("100", "0")
    assert query["from"].startswith(("2026-11-21T11:59:5", "2026-11-21T12:00:0"))
    assert query["to"].startswith(("2026-11-21T12:00:5", "2026-11-21T12:01:0"))
    assert query["from"].endswith("Z")


@pytest.mark.parametrize("ahead", [-1_800_000, 1_800_000])
async def test_a_clock_that_differs_is_taken_into_account(
    ahead: int, eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    vendor.say(200, page(row("a", wire.rfc3339(AT + ahead))), Date=date(ahead=ahead))
    listed = await eachlabs.executions(make_job(), FLUX_LORA, WINDOW)
    assert abs(listed.executions[0].created_at - AT) <= 1_500
    _, query = asked(vendor)
    assert abs((wire._moment(query["from"]) or 0) - (AT + ahead)) <= 1_500


@pytest.mark.parametrize("header", [date(ahead=3 * HOUR), "yesterday"], ids=["hours off", "unreadable"])
async def test_a_date_that_cannot_be_believed_is_ignored(
    header: str, eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    vendor.say(200, page(row("a", wire.rfc3339(AT))), Date=header)
    listed = await eachlabs.executions(make_job(), FLUX_LORA, WINDOW)
    assert listed.executions == (Execution(id="a", created_at=AT),)


async def test_pages_are_read_until_one_is_not_full_and_an_entry_counts_once(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    vendor.say(200, page(), Date="unknown")
    vendor.say(200, page(*(row(f"a{number}") for number in range(100))), Date="unknown")
    vendor.say(200, page(*(row(f"a{number}") for number in range(50, 150))), Date="unknown")  # new ones pushed in
    vendor.say(200, page(row("last")), Date="unknown")
    listed = await eachlabs.executions(make_job(), FLUX_LORA, WINDOW)
    assert len(listed.executions) == 151
    assert [query["offset"] for query in asked(vendor)[1:]] == ["0", "100", "200"]


async def test_a_list_that_does_not_end_decides_nothing(eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob) -> None:
    vendor.say(200, page(*(row(f"a{number}") for number in range(100))))
    with pytest.raises(Temporary, match="does not end"):
        await eachlabs.executions(make_job(), FLUX_LORA, WINDOW)


async def test_a_refused_list_is_the_accounts_trouble(eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob) -> None:
    vendor.say(401, {"status": "error", "message": "bad key"})
    with pytest.raises(Unauthorised):
        await eachlabs.executions(make_job(), FLUX_LORA, WINDOW)


async def test_a_list_is_read_again_while_the_api_has_trouble(
    eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    vendor.say(500, {"status": "error", "message": "?"})
    vendor.say(200, page(row("a")))
    assert (await eachlabs.executions(make_job(), FLUX_LORA, WINDOW)).executions


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "text",
        {},
        row("a", "noon"),
        row("a", "9" * 30),
        row("", "2026-11-21T12:00:30Z"),
        row("../x"),
        row("a", model="another"),
        {"id": 5, "created_at": 7},
    ],
)
def test_an_entry_that_cannot_be_read_or_is_another_models_is_left_out(entry: object) -> None:
    assert wire.read_executions(page(entry, row("b")), slug="bfl-flux-lora", ahead=0)[1] == [
        Execution(id="b", created_at=AT + 30_250)
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(st.sampled_from(["executions", "input", "id", "created_at"]), json_values)


@given(bodies)
def test_whatever_comes_is_read_without_an_error(body: dict[str, Any]) -> None:
    wire.read_executions(body, slug="bfl-flux-lora", ahead=0)
    wire.read_executions({"executions": [body]}, slug="bfl-flux-lora", ahead=0)
    wire.read_kinship(body, plain_job(), FLUX_LORA)


# ── whose it is ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("told", "kinship"),
    [
        ({"prompt": "a fox", "seed": 7}, Kinship.OURS),
        ({"prompt": "a fox", "seed": 7.0, "num_images": 1, "guidance_scale": 3.5}, Kinship.OURS),
        ({"prompt": "a fox", "seed": 8}, Kinship.FOREIGN),
        ({"prompt": "an owl", "seed": 7}, Kinship.FOREIGN),
        ({"prompt": "an owl"}, Kinship.FOREIGN),
        ({"prompt": "a fox"}, Kinship.UNTOLD),
        ({"prompt": "a fox", "seed": None}, Kinship.UNTOLD),
        ({}, Kinship.UNTOLD),
        (None, Kinship.UNTOLD),
        ("a fox", Kinship.UNTOLD),
    ],
)
async def test_prompt_and_seed_tell_whose_it_is(
    told: object, kinship: Kinship, eachlabs: EachLabs, vendor: Vendor, make_job: MakeJob
) -> None:
    vendor.say(200, {"id": "e/1", "status": "processing", "input": told})
    assert await eachlabs.kinship(make_job(prompt="a fox", seed=7), FLUX_LORA, "e/1") is kinship
    assert vendor.heard[0].path.endswith("/prediction/e%2F1")


async def test_an_api_without_a_list_says_so(http: Any, make_job: MakeJob) -> None:
    api = AimlApi(http, base_url="http://127.0.0.1:9", keys=["k"])
    assert await api.executions(make_job(), FLUX_2_LORA, WINDOW) == KeepsNoList()
    assert await api.kinship(make_job(), FLUX_2_LORA, "e") is Kinship.UNTOLD
