"""From the settings to the parts that `bot.py` joins: the catalogue, the adapters, their limits."""

from collections.abc import Sequence
from pathlib import Path

import httpx

from jobs.catalog import FLUX_2_LORA, Catalog, PerMegapixel, Provider
from jobs.dispatcher import Limits
from jobs.doubts import LostCreates
from jobs.ports import ImageApi
from media.fit import Fitted, fit
from providers.aimlapi import AimlApi
from providers.eachlabs import EachLabs
from settings import Settings


def make_catalog(settings: Settings) -> Catalog:
    """The models whose API has a key."""
    keys = {Provider.EACHLABS: settings.eachlabs_api_key, Provider.AIMLAPI: settings.aimlapi_api_key}
    micro_usd = int(settings.aimlapi_usd_per_megapixel * 1_000_000)
    return Catalog(
        offered=[provider for provider, several in keys.items() if several],
        prices={FLUX_2_LORA.key: PerMegapixel(micro_usd=micro_usd)},
    )


def make_apis(settings: Settings, http: httpx.AsyncClient) -> dict[Provider, ImageApi]:
    """An adapter for each API that has a key."""
    apis: dict[Provider, ImageApi] = {}
    if settings.eachlabs_api_key:
        keys = [key.get_secret_value() for key in settings.eachlabs_api_key]
        apis[Provider.EACHLABS] = EachLabs(http, base_url=settings.eachlabs_api_url, keys=keys)
    if settings.aimlapi_api_key:
        keys = [key.get_secret_value() for key in settings.aimlapi_api_key]
        apis[Provider.AIMLAPI] = AimlApi(http, base_url=settings.aimlapi_api_url, keys=keys)
    return apis


def make_limits(settings: Settings) -> dict[Provider, Limits]:
    """What one key of each API may do."""
    return {
        Provider.EACHLABS: Limits(
            concurrency=settings.eachlabs_concurrency, creates_per_minute=settings.eachlabs_creates_per_minute
        ),
        Provider.AIMLAPI: Limits(concurrency=settings.aimlapi_concurrency),
    }


def fit_pictures(paths: Sequence[Path], limit: int) -> list[list[Fitted]]:
    """Messages of pictures of at most `limit` bytes each, re-encoded beside the originals where needed. Blocking.

    Raises:
        media.fit.TooLarge: the limit leaves no room for any picture.
    """
    if not paths:
        return []
    folder = paths[0].parent / "fitted"
    folder.mkdir(exist_ok=True)
    return fit(paths, limit, folder)


def make_lost_creates(settings: Settings) -> LostCreates:
    """What is done about creates of unknown outcome."""
    return LostCreates(grace=int(1000 * settings.lost_create_grace_seconds), retries=settings.lost_create_retries)
