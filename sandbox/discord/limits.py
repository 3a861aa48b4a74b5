"""Discord's limits on a message's text and embeds.

Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
"""

from collections.abc import Sequence
from typing import Any

from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Json

CONTENT, EMBEDS, FIELDS, EMBED_TOTAL, ATTACHMENTS, NONCE = 2000, 10, 25, 6000, 10, 25
TITLE, DESCRIPTION, FIELD_NAME, FIELD_VALUE, FOOTER, AUTHOR = 256, 4096, 256, 1024, 2048, 256
_LINKS = (("url",), ("author", "url"))
_PICTURES = (("image", "url"), ("thumbnail", "url"), ("author", "icon_url"), ("footer", "icon_url"))
EMBED_URL, FILE_TEXT, MENTIONS = 2048, 1024, 100
ATTACHMENT_SCHEME = "attachment://"
Path = Sequence[str | int]


def check_content(payload: Json, errors: FormErrors) -> None:
    """Check the text, the nonce and whom a message may mention."""
    _text(payload, "content", CONTENT, (), errors)
    if len(str(payload.get("nonce") or "")) > NONCE:
        errors.too_long(["nonce"], NONCE)
    allowed = payload.get("allowed_mentions") or {}
    for index, file in enumerate(payload.get("attachments") or []):
        _text(file, "description", FILE_TEXT, ["attachments", index], errors)
    for name in ("users", "roles"):
        if len(allowed.get(name) or ()) > MENTIONS:
            errors.too_long(["allowed_mentions", name], MENTIONS)
        if allowed.get(name) and name in (allowed.get("parse") or ()):
            errors.add(
                ["allowed_mentions"],
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f"parse:[{name!r}] and {name}: [ids...] are mutually exclusive.",
            )


def check_embeds(payload: Json, errors: FormErrors) -> None:
    """Check every embed, and the 6000 characters that all of them may hold together."""
    embeds = payload.get("embeds") or []
    if len(embeds) > EMBEDS:
        errors.too_long(["embeds"], EMBEDS)
    total = sum(_check_embed(embed, ("embeds", index), errors) for index, embed in enumerate(embeds))
    if total > EMBED_TOTAL:
        errors.add(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_embed(embed: Json, at: Path, errors: FormErrors) -> int:
    total = _text(embed, "title", TITLE, at, errors) + _text(embed, "description", DESCRIPTION, at, errors)
    total += _text(embed.get("footer") or {}, "text", FOOTER, [*at, "footer"], errors)
    author = embed.get("author")
    if author is not None and not author.get("name"):
        errors.required([*at, "author", "name"])
    total += _text(author or {}, "name", AUTHOR, [*at, "author"], errors)
    total += _check_fields(embed.get("fields") or [], [*at, "fields"], errors)
    for steps in (*_LINKS, *_PICTURES):
        _check_url(_dig(embed, steps), [*at, *steps], pictures=steps in _PICTURES, errors=errors)
    return total


def _check_fields(fields: Sequence[Json], at: Path, errors: FormErrors) -> int:
    if len(fields) > FIELDS:
        errors.too_long(at, FIELDS)
    total = 0
    for index, field in enumerate(fields):
        for key, limit in (("name", FIELD_NAME), ("value", FIELD_VALUE)):
            if not field.get(key):
                errors.required([*at, index, key])
            total += _text(field, key, limit, [*at, index], errors)
    return total


def _check_url(url: str | None, at: Path, *, pictures: bool, errors: FormErrors) -> None:
    if url is None:
        return
    schemes = ("http://", "https://", *((ATTACHMENT_SCHEME,) if pictures else ()))
    if not url.startswith(schemes):
        errors.add(at, "URL_TYPE_INVALID_SCHEME", f"Scheme must be one of {schemes}.")
    if len(url) > EMBED_URL:
        errors.too_long(at, EMBED_URL)


def _text(holder: Json, key: str, limit: int, at: Path, errors: FormErrors) -> int:
    """Check one text and return its length."""
    length = len(holder.get(key) or "")
    if length > limit:
        errors.too_long([*at, key], limit)
    return length


def _dig(holder: Json, steps: Sequence[str]) -> str | None:
    value: Any = holder
    for step in steps:
        value = None if value is None else value.get(step)
    return value if isinstance(value, str) else None


def pictures_of(embed: Json) -> list[Json]:
    """Return the embed's parts that show a picture, each with its URL under `url` or `icon_url`."""
    parts = [embed.get(steps[0]) for steps in _PICTURES]
    return [part for part in parts if isinstance(part, dict)]
