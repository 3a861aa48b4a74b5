"""Discord's limits on a message's text and embeds.

Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
"""

from collections.abc import Sequence

from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Json

CONTENT, EMBEDS, FIELDS, EMBED_TOTAL, ATTACHMENTS, NONCE = 2000, 10, 25, 6000, 10, 25
TITLE, DESCRIPTION, FIELD_NAME, FIELD_VALUE, FOOTER, AUTHOR = 256, 4096, 256, 1024, 2048, 256
DESCRIPTION_OF_FILE = 1024
_URLS = (("url",), ("image", "url"), ("thumbnail", "url"), ("author", "url"), ("author", "icon_url"))
_PICTURES = (("image", "url"), ("thumbnail", "url"), ("author", "icon_url"), ("footer", "icon_url"))
ATTACHMENT_SCHEME = "attachment://"
Path = Sequence[str | int]


def check_content(payload: Json, errors: FormErrors) -> None:
    """Check the text, the nonce and the flags of a message."""
    _text(payload, "content", CONTENT, (), errors)
    nonce = payload.get("nonce")
    if nonce is not None and (isinstance(nonce, bool) or not isinstance(nonce, str | int)):
        errors.wrong_type(["nonce"], "string")
    elif nonce is not None and len(str(nonce)) > NONCE:
        errors.too_long(["nonce"], NONCE)
    flags = payload.get("flags")
    if flags is not None and (isinstance(flags, bool) or not isinstance(flags, int)):
        errors.wrong_type(["flags"], "integer")
    _check_allowed_mentions(payload.get("allowed_mentions"), errors)


def _check_allowed_mentions(allowed: object, errors: FormErrors) -> None:
    if allowed is None:
        return
    if not isinstance(allowed, dict):
        errors.wrong_type(["allowed_mentions"], "object")
        return
    for name in ("users", "roles"):
        if allowed.get(name) and name in (allowed.get("parse") or ()):
            errors.add(
                ["allowed_mentions"],
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f"parse:[{name!r}] and {name}: [ids...] are mutually exclusive.",
            )


def check_embeds(payload: Json, errors: FormErrors) -> None:
    """Check every embed, and the 6000 characters that all of them may hold together."""
    embeds = payload.get("embeds")
    if embeds is None:
        return
    if not isinstance(embeds, list):
        errors.wrong_type(["embeds"], "array")
        return
    if len(embeds) > EMBEDS:
        errors.too_long(["embeds"], EMBEDS)
    total = 0
    for index, embed in enumerate(embeds):
        if isinstance(embed, dict):
            total += _check_embed(embed, ("embeds", index), errors)
        else:
            errors.wrong_type(["embeds", index], "object")
    if total > EMBED_TOTAL:
        errors.add(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_embed(embed: Json, at: Path, errors: FormErrors) -> int:
    total = _text(embed, "title", TITLE, at, errors) + _text(embed, "description", DESCRIPTION, at, errors)
    for name, key, limit in (("footer", "text", FOOTER), ("author", "name", AUTHOR)):
        part = embed.get(name)
        if isinstance(part, dict):
            if not part.get(key) and name == "author":
                errors.required([*at, name, key])
            total += _text(part, key, limit, [*at, name], errors)
        elif part is not None:
            errors.wrong_type([*at, name], "object")
    total += _check_fields(embed.get("fields"), [*at, "fields"], errors)
    for steps in _URLS:
        _check_url(_dig(embed, steps), [*at, *steps], pictures=steps in _PICTURES, errors=errors)
    _check_url(_dig(embed, ("footer", "icon_url")), [*at, "footer", "icon_url"], pictures=True, errors=errors)
    return total


def _check_fields(fields: object, at: Path, errors: FormErrors) -> int:
    if fields is None:
        return 0
    if not isinstance(fields, list):
        errors.wrong_type(at, "array")
        return 0
    if len(fields) > FIELDS:
        errors.too_long(at, FIELDS)
    total = 0
    for index, field in enumerate(fields):
        if not isinstance(field, dict):
            errors.wrong_type([*at, index], "object")
            continue
        for key, limit in (("name", FIELD_NAME), ("value", FIELD_VALUE)):
            if not field.get(key):
                errors.required([*at, index, key])
            total += _text(field, key, limit, [*at, index], errors)
    return total


def _check_url(url: object, at: Path, *, pictures: bool, errors: FormErrors) -> None:
    if url is None:
        return
    schemes = ("http://", "https://", *((ATTACHMENT_SCHEME,) if pictures else ()))
    if not isinstance(url, str):
        errors.wrong_type(at, "URL")
    elif not url.startswith(schemes):
        errors.add(at, "URL_TYPE_INVALID_SCHEME", f"Scheme must be one of {schemes}.")


def _text(holder: Json, key: str, limit: int, at: Path, errors: FormErrors) -> int:
    """Check one text and return its length."""
    value = holder.get(key)
    if value is None:
        return 0
    if not isinstance(value, str):
        errors.wrong_type([*at, key], "string")
        return 0
    if len(value) > limit:
        errors.too_long([*at, key], limit)
    return len(value)


def _dig(holder: Json, steps: Sequence[str]) -> object:
    value: object = holder
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def pictures_of(embed: Json) -> list[Json]:
    """Return the embed's parts that show a picture, each with its URL under `url` or `icon_url`."""
    parts = [embed.get(steps[0]) for steps in _PICTURES]
    return [part for part in parts if isinstance(part, dict)]
