"""Paging: everything once, in both directions, within a bounded search, whatever happens in between."""

import dataclasses

import pytest

import jobs.history
from jobs.catalog import Provider
from jobs.history import Page, Pages, Place, Way, Wish
from jobs.model import Job, Posted
from jobs.outcomes import Admitted
from jobs.records import Series, Whose
from tests.jobs.support import Rig
from tests.support import within

MINE = Whose(guild_id=2, user_id=4)


async def made(rig: Rig, prompt: str = "a fox", *, kept: bool = False, model: str = "flux-lora") -> Job:
    """A result, delivered or kept."""
    order = rig.order()
    order = dataclasses.replace(order, request=dataclasses.replace(order.request, prompt=prompt, model=model))
    admitted = await rig.store.admit(order, provider=Provider.EACHLABS, estimated_cost=1, bounds=within(10_000))
    assert isinstance(admitted, Admitted)
    claimed = await rig.store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=9999, per_minute=9999)
    assert claimed is not None
    await rig.store.mark_delivering(claimed.id, images=[], cost=None, prediction_id=None)
    if kept:
        job = await rig.store.mark_undelivered(claimed.id, detail="nowhere")
    else:
        job = await rig.store.mark_delivered(claimed.id, posted=Posted(channel_id=3, message_id=6))
    assert job is not None
    rig.clock.advance(1)
    return job


def ids(page: Page) -> list[str]:
    return [entry.job.id for entry in page.entries]


async def walk(pages: Pages, wish: Wish) -> list[Page]:
    """Every page to the end."""
    found = [await pages.page(MINE, wish)]
    while (older := found[-1].older) is not None:
        found.append(await pages.page(MINE, wish, older))
    return found


async def test_every_result_comes_once_what_is_kept_first(rig: Rig) -> None:
    jobs = [(await made(rig, kept=number in {2, 9})).id for number in range(12)]
    pages = await walk(Pages(rig.store), Wish())
    shown = [job_id for page in pages for job_id in ids(page)]
    assert shown == [jobs[9], jobs[2], *(jobs[n] for n in (11, 10, 8, 7, 6, 5, 4, 3, 1, 0))]
    assert [len(page.entries) for page in pages] == [5, 5, 2]
    assert pages[0].newer is None
    assert all(page.newer is not None for page in pages[1:])


async def test_kept_ones_may_fill_more_than_a_page(rig: Rig) -> None:
    kept = [(await made(rig, kept=True)).id for _ in range(7)]
    delivered = (await made(rig)).id
    pages = await walk(Pages(rig.store), Wish())
    assert [ids(page) for page in pages] == [kept[:1:-1], [*kept[1::-1], delivered]]


async def test_turning_back_leads_to_where_one_came_from(rig: Rig) -> None:
    for number in range(13):
        await made(rig, kept=number < 2)
    pages = Pages(rig.store)
    there = await walk(pages, Wish())
    newer = there[-1].newer
    for before in there[-2::-1]:
        back = await pages.page(MINE, Wish(), newer, Way.NEWER)
        assert ids(back) == ids(before)
        newer = back.newer
    assert newer is None


async def test_turning_back_at_the_front_shows_a_full_first_page_with_what_is_new(rig: Rig) -> None:
    for _ in range(7):
        await made(rig)
    pages = Pages(rig.store)
    first = await pages.page(MINE, Wish())
    second = await pages.page(MINE, Wish(), first.older)
    new = await made(rig, kept=True)
    back = await pages.page(MINE, Wish(), second.newer, Way.NEWER)
    assert ids(back) == ids(first)
    front = await pages.page(MINE, Wish(), back.newer, Way.NEWER)
    assert ids(front) == [new.id, *ids(first)[:4]]
    assert front.newer is None


async def test_a_page_that_became_empty_meanwhile_leads_back(rig: Rig) -> None:
    jobs = [await made(rig) for _ in range(6)]
    pages = Pages(rig.store)
    first = await pages.page(MINE, Wish())
    await rig.store.hide(jobs[0].id)
    empty = await pages.page(MINE, Wish(), first.older)
    assert ids(empty) == []
    assert empty.newer is not None
    assert ids(await pages.page(MINE, Wish(), empty.newer, Way.NEWER)) == ids(first)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(text="FOX"), [3, 0]),
        (Wish(text="snow fox"), [3]),
        (Wish(text="straße"), [4]),
        (Wish(model="flux-2-lora"), [5, 1]),
        (Wish(text="owl", model="flux-2-lora"), [1]),
        (Wish(text="nothing of the kind"), []),
        (Wish(text="  "), [5, 4, 3, 2, 1]),
    ],
)
async def test_a_search_finds_words_in_any_order_and_case(wish: Wish, expected: list[int], rig: Rig) -> None:
    prompts = ["a red Fox", "an owl", "an owl at noon", "a fox in the snow", "eine STRASSE", "a hare"]
    jobs = [
        (await made(rig, prompt, model="flux-2-lora" if number in {1, 5} else "flux-lora")).id
        for number, prompt in enumerate(prompts)
    ]
    page = await Pages(rig.store).page(MINE, wish)
    assert ids(page) == [jobs[number] for number in expected]


async def test_a_search_looks_at_so_many_and_goes_on_from_there(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """However rare what is looked for is, one page costs no more."""
    monkeypatch.setattr(jobs.history, "MOST_LOOKED_AT", 10)
    monkeypatch.setattr(jobs.history, "_BATCH", 4)
    wanted = [(await made(rig, "an owl" if number in {1, 14, 23} else "a fox")).id for number in range(24)]
    pages = await walk(Pages(rig.store), Wish(text="owl"))
    assert [(ids(page), page.is_cut) for page in pages] == [
        ([wanted[23], wanted[14]], True),
        ([], True),
        ([wanted[1]], False),
    ]
    back = await Pages(rig.store).page(MINE, Wish(text="owl"), pages[2].newer, Way.NEWER)
    assert (ids(back), back.is_cut) == ([], True)
    again = await Pages(rig.store).page(MINE, Wish(text="owl"), back.older)
    assert ids(again) == [wanted[1]]
    while back.newer is not None:
        back = await Pages(rig.store).page(MINE, Wish(text="owl"), back.newer, Way.NEWER)
    assert ids(back) == ids(pages[0])


async def test_favourites_are_paged_and_searched_alone(rig: Rig) -> None:
    jobs = [await made(rig, f"a fox {number % 2}") for number in range(12)]
    for job in jobs[::2]:
        await rig.store.mark_favourite(job, is_one=True)
    await made(rig, kept=True)
    pages = await walk(Pages(rig.store), Wish(favourites=True))
    assert [len(page.entries) for page in pages] == [5, 1]
    assert [entry.job for page in pages for entry in page.entries] == jobs[10::-2]
    assert all(entry.is_favourite for page in pages for entry in page.entries)
    assert ids(await Pages(rig.store).page(MINE, Wish(favourites=True, text="1"))) == []


async def test_others_have_histories_of_their_own(rig: Rig) -> None:
    await made(rig)
    pages = Pages(rig.store)
    assert ids(await pages.page(Whose(guild_id=2, user_id=5), Wish())) == []
    assert ids(await pages.page(Whose(guild_id=3, user_id=4), Wish())) == []


async def test_a_place_that_no_page_gave_is_no_error(rig: Rig) -> None:
    """Ids of buttons are what anybody could send."""
    job = await made(rig)
    pages = Pages(rig.store)
    for way in Way:
        for job_id in ("", "0", "z" * 21):
            page = await pages.page(MINE, Wish(), Place(series=Series.FAVOURITES, job_id=job_id), way)
            assert set(ids(page)) <= {job.id}
