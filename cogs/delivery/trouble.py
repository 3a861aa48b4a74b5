"""What can go wrong with a message: discord.py's and aiohttp's exceptions as the three that a sender has to know.

WayClosed         certainly not sent, and this way to the user is closed for good; another one may be open
TooLarge          certainly not sent: Discord takes no message of this size here
DeliveryDelayed   Discord has trouble (`jobs.ports`); the message may be there or not
"""

import contextlib
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

import aiohttp
import discord

from jobs.ports import DeliveryDelayed

_TOO_LARGE: Final = 40005  # Discord's code: request entity too large


class WayClosed(Exception):
    """This way to the user is closed for good; another one may be open."""


class TooLarge(Exception):
    """Discord takes no message of this size here."""


@contextlib.contextmanager
def translated(*, with_reply_token: bool = False) -> Iterator[None]:
    """Raise one of the three instead of what discord.py raised.

    A 401 ends the way of an interaction's token; on the bot's own routes it means that the bot's token was reset,
    which its operator mends, so that the way opens again.
    """
    try:
        yield
    except discord.HTTPException as error:
        if error.code == _TOO_LARGE or error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise TooLarge(_told(error)) from error
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise DeliveryDelayed(_told(error)) from error
        if error.status == HTTPStatus.UNAUTHORIZED and not with_reply_token:
            raise DeliveryDelayed(_told(error)) from error
        # 401, 403, 404: token ended, permission lost, message or channel deleted, thread locked. Another 400 (an
        # archived thread, a user who is gone) is final here too.
        raise WayClosed(_told(error)) from error
    except (
        discord.RateLimited,
        aiohttp.ClientError,
        TimeoutError,
        ConnectionError,
        json.JSONDecodeError,  # an answer that is called JSON and is none, whatever was done
        UnicodeDecodeError,
    ) as error:
        raise DeliveryDelayed(type(error).__name__) from error


def _told(error: discord.HTTPException) -> str:
    # Only numbers: Discord's text may repeat what was sent.
    return f"HTTP {error.status}, code {error.code}"
