"""What may stand in the options `lora`, `lora2` and `lora3`."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

URL_LONGEST: Final = 2048  # characters
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_HOST: Final = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
_LOCAL_NAMES: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".corp", ".test", ".invalid")


def is_repository(source: str) -> bool:
    """Whether it has the form `owner/repo`."""
    return _REPOSITORY.fullmatch(source) is not None and ".." not in source


def is_public_https_url(source: str) -> bool:
    """Whether it is an https URL with a public host name: no address, no local name, no user or password.

    An address in digits is refused whole, public or not: no weights are published that way, and the forms in which
    a private one can be written are many. The name is not resolved: the image API fetches it, not this bot.
    """
    if len(source) > URL_LONGEST or re.search(r"[\s\x00-\x1f\x7f\\]", source):
        return False
    try:
        parts = urlsplit(source)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or "@" in parts.netloc or not host:
        return False
    host = host.rstrip(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        try:
            ascii_host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return False
        return _HOST.fullmatch(ascii_host) is not None and not f".{ascii_host.lower()}".endswith(_LOCAL_NAMES)
    return False
