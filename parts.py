"""From the settings to the parts that `bot.py` joins: the catalogue, the adapters, their limits."""

import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import httpx

from jobs.catalog import FLUX_2_LORA, Catalog, PerMegapixel, Provider
from jobs.dispatcher import Limits
from jobs.doubts import LostCreates
from jobs.housekeeping import Keeping
from jobs.ports import ImageApi
from jobs.privacy.pseudonyms import Pseudonyms
from media.fit import Fitted, fit
from providers.aimlapi import AimlApi
from providers.eachlabs import EachLabs
from settings import Settings
from storage.address import passwords
from storage.key_file import kept_key


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """UTC milliseconds since 1970."""
        return time.time_ns() // 1_000_000


def make_catalog(settings: Settings) -> Catalog:
    """The models whose API has a key."""
    keys = {Provider.EACHLABS: settings.eachlabs_api_key, Provider.AIMLAPI: settings.aimlapi_api_key}
    micro_usd = int(settings.aimlapi_usd_per_megapixel * 1_000_000)
    return Catalog(
        offered=[provider for provider, several in keys.items() if several],
        prices={FLUX_2_LORA.key: PerMegapixel(micro_usd=micro_usd)},
    )


def make_http() -> httpx.AsyncClient:
    """What the image APIs are spoken to with; how many requests may be on their way is decided by the claims."""
    return httpx.AsyncClient(
        headers={"User-Agent": f"fluxcord/{version('fluxcord')}"},
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
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


def make_keeping(settings: Settings) -> Keeping:
    """How long what is kept."""
    return Keeping(days=settings.retention_days, results=settings.results_max_mb * 1024 * 1024)


def make_pseudonyms(settings: Settings) -> Pseudonyms:
    """What stands for people who have their data deleted; the key is made where there is none. Blocking.

    Raises:
        OSError: the key's file can neither be read nor made.
        ValueError: what it holds is no key.
    """
    if settings.privacy_key is not None:
        return Pseudonyms(settings.privacy_key.get_secret_value().encode())
    return Pseudonyms(kept_key(settings.data_dir / "privacy.key"))


def secrets_of(settings: Settings) -> list[str]:
    """What must stand in no log."""
    keys = [settings.discord_token, *settings.eachlabs_api_key, *settings.aimlapi_api_key]
    if settings.privacy_key is not None:
        keys.append(settings.privacy_key)
    return [key.get_secret_value() for key in keys] + passwords(settings.database)


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
