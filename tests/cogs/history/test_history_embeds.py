"""What a history says of a prompt: what its user typed."""

from collections.abc import Mapping

import pytest

from cogs.history.embeds import opened_embed, page_embeds, reminder_embed, reposted_embed
from jobs.catalog import Catalog, Provider
from jobs.history import Entry, Page, Wish
from jobs.model import Job
from jobs.status import Status
from tests.support import make_job
from words.speech import Words

ENGLISH = Words("en-US")
CATALOG = Catalog(offered=list(Provider))


def shown(job: Job) -> Mapping[str, str]:
    """Every text about a job."""
    entry = Entry(job=job)
    page = Page(entries=[entry], older=None, newer=None)
    _, result = page_embeds(page, Wish(), CATALOG, ENGLISH, pictures={}, gone=frozenset())
    texts = {
        "page": result,
        "opened": opened_embed(entry, CATALOG, ENGLISH),
        "posted again": reposted_embed(job, ENGLISH),
        "reminder": reminder_embed([job], ENGLISH),
    }
    return {name: embed.description or "" for name, embed in texts.items()}


@pytest.mark.parametrize("where", ["page", "opened", "posted again", "reminder"])
def test_it_shows_what_was_typed_without_the_trigger_words_of_loras(where: str) -> None:
    text = shown(make_job(prompt="a fox, ohwx, film grain", added=("ohwx", "film grain"), status=Status.DELIVERED))
    assert "a fox" in text[where]
    assert "ohwx" not in text[where]
    typed = shown(make_job(prompt="a fox, ohwx", status=Status.DELIVERED))
    assert "a fox, ohwx" in typed[where]
