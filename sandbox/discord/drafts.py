"""A message as a request asks for it: checked, with its files settled and its mentions resolved."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sandbox.discord import limits
from sandbox.discord.body import Body, Upload
from sandbox.discord.component_rules import check_message_components, numbered
from sandbox.discord.errors import FormErrors, too_large
from sandbox.discord.model import NO_FLAGS, Attachment, Json, Message, MessageFlag
from sandbox.discord.shapes import MESSAGE, check_shape
from sandbox.discord.world import SnowflakeMaker

_USER, _ROLE, _EVERYONE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>"), re.compile(r"@(?:everyone|here)")


@dataclass(frozen=True, kw_only=True)
class Mentions:
    """Who a text addresses, within what `allowed_mentions` permits."""

    user_ids: Sequence[int] = ()
    role_ids: Sequence[int] = ()
    everyone: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What to make of a message; None leaves as it is, which for a new message means empty."""

    content: str | None = None
    embeds: list[Json] | None = None
    components: list[Json] | None = None
    attachments: list[Attachment] = field(default_factory=list)
    flags: MessageFlag = NO_FLAGS
    mentions: Mentions = field(default_factory=Mentions)
    nonce: str | int | None = None


def read_draft(
    payload: Json,
    body: Body,
    *,
    size_limit: int,
    new_id: SnowflakeMaker,
    existing: Message | None = None,
) -> Draft:
    """Check a message payload with its files; `existing` is the message that it edits.

    Raises:
        ApiError: 413 (40005) when the files exceed `size_limit` bytes together, else 400 (50035) with
            every field at fault.
    """
    if body.upload_bytes > size_limit:
        raise too_large()
    errors = FormErrors()
    check_shape(payload, MESSAGE, errors)
    errors.check()
    limits.check_content(payload, errors)
    limits.check_embeds(payload, errors)
    flags = payload.get("flags") or 0
    if flags & MessageFlag.COMPONENTS_V2:
        errors.add(["flags"], "UNSUPPORTED", "This stand-in has no components v2.")
    check_message_components(payload, errors)
    attachments = _settle_files(payload, body, existing, new_id, errors)
    errors.check()
    embeds = (payload["embeds"] or []) if "embeds" in payload else None
    if embeds is not None:
        attachments = _mark_shown(embeds, attachments, errors)
        errors.check()
    content = (payload["content"] or "") if "content" in payload else None
    components = numbered(payload["components"] or []) if "components" in payload else None
    return Draft(
        content=content,
        embeds=embeds,
        components=components,
        attachments=attachments,
        flags=MessageFlag(flags),
        mentions=mentions_of(content or "", payload.get("allowed_mentions")),
        nonce=payload.get("nonce"),
    )


def _settle_files(
    payload: Json, body: Body, existing: Message | None, new_id: SnowflakeMaker, errors: FormErrors
) -> list[Attachment]:
    """Return the attachments that the message will have: those kept, then those uploaded."""
    uploads = {upload.index: upload for upload in body.uploads if upload.index is not None}
    if len(uploads) != len(body.uploads):
        errors.add(["files"], "BASE_TYPE_INVALID", "A file's field is files[n], each n once.")
    present = {each.id: each for each in existing.attachments} if existing else {}
    listed = payload.get("attachments")
    kept = list(present.values())
    if "attachments" in payload:
        # Those that embeds show are not in the list that a client knows, so it cannot name them.
        kept = [each for each in present.values() if each.in_embed and "embeds" not in payload]
    told: dict[int, Json] = {}
    for index, entry in enumerate(listed or []):
        number = int(entry.get("id", -1))
        if number in uploads:
            told[number] = entry
        elif number in present:
            if present[number] not in kept:
                kept.append(present[number])
        else:
            errors.add(["attachments", index, "id"], "ATTACHMENT_NOT_FOUND", "Attachment not found")
    new = [_attach(upload, told.get(index, {}), new_id) for index, upload in sorted(uploads.items())]
    if len(kept) + len(new) > limits.ATTACHMENTS:
        errors.bad_length(["attachments"], 0, limits.ATTACHMENTS)
    return kept + new


def _attach(upload: Upload, told: Json, new_id: SnowflakeMaker) -> Attachment:
    return Attachment(
        id=new_id(),
        filename=upload.filename,
        content_type=upload.content_type,
        data=upload.data,
        width=upload.width,
        height=upload.height,
        description=told.get("description"),
    )


def _mark_shown(embeds: list[Json], attachments: list[Attachment], errors: FormErrors) -> list[Attachment]:
    """Find the file of each attachment:// reference; those shown by an embed are not listed any more."""
    names = {each.filename for each in attachments}
    shown: set[str] = set()
    for index, embed in enumerate(embeds):
        for part in limits.pictures_of(embed):
            for url in (part.get("url"), part.get("icon_url")):
                if not isinstance(url, str) or not url.startswith(limits.ATTACHMENT_SCHEME):
                    continue
                name = url.removeprefix(limits.ATTACHMENT_SCHEME)
                shown.add(name)
                if name not in names:
                    errors.add(["embeds", index], "ATTACHMENT_NOT_FOUND", f"There is no file for {url}")
    return [replace(each, in_embed=each.in_embed or each.filename in shown) for each in attachments]


def mentions_of(content: str, allowed: Json | None = None) -> Mentions:
    """Return whom a text addresses; without `allowed_mentions` everyone it names."""
    rules = {"parse": ["users", "roles", "everyone"]} if allowed is None else allowed
    parse = rules.get("parse") or []

    def permitted(kind: str, found: list[str]) -> list[int]:
        listed = {int(each) for each in rules.get(kind) or []}
        ids = dict.fromkeys(int(each) for each in found)
        return [each for each in ids if kind in parse or each in listed]

    return Mentions(
        user_ids=permitted("users", _USER.findall(content)),
        role_ids=permitted("roles", _ROLE.findall(content)),
        everyone="everyone" in parse and _EVERYONE.search(content) is not None,
    )
