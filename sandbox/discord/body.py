"""A request's body: JSON, or multipart with `payload_json` and files."""

import asyncio
import io
import json
import mimetypes
import re
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web
from PIL import Image, UnidentifiedImageError

from sandbox.discord.errors import ApiError
from sandbox.discord.model import Json

_FILE_FIELD = re.compile(r"files\[(\d+)\]")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One uploaded file; width and height in pixels when it is a picture."""

    field: str
    filename: str
    content_type: str
    data: bytes
    width: int | None = None
    height: int | None = None

    @property
    def index(self) -> int | None:
        """The n of `files[n]`, None for a field of another name."""
        match = _FILE_FIELD.fullmatch(self.field)
        return int(match[1]) if match else None


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a request carried; `payload` is None when it carried no JSON."""

    payload: object = None
    uploads: list[Upload] = field(default_factory=list)

    def object(self) -> Json:
        """Return the payload as a JSON object ({} when there was none); another type is Discord's 50035."""
        if self.payload is None:
            return {}
        if not isinstance(self.payload, dict):
            raise ApiError(
                400,
                50035,
                "Invalid Form Body",
                {"_errors": [{"code": "DICT_TYPE_CONVERT", "message": "Only dictionaries may be used"}]},
            )
        return self.payload

    @property
    def upload_bytes(self) -> int:
        """The size of all files together."""
        return sum(len(upload.data) for upload in self.uploads)


async def read_body(request: web.Request) -> Body:
    """Read the whole body.

    Raises:
        ApiError: 400, the body is not the JSON or multipart that its content type promises.
    """
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request)
    raw = await request.read()
    if not raw:
        return Body()
    if request.content_type != "application/json":
        raise ApiError(
            400,
            50035,
            f"Expected 'Content-Type' header to be one of {{'application/json'}}. Got {request.content_type!r}",
        )
    return Body(payload=_decode(raw))


def _decode(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None


async def _read_multipart(request: web.Request) -> Body:
    payload: object = None
    uploads: list[Upload] = []
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                continue  # a nested or nameless part carries nothing that any route knows
            data = bytes(await part.read(decode=True))
            if part.name == "payload_json":
                payload = _decode(data)
            elif part.filename is not None:
                uploads.append(await make_upload(part.name, part.filename, part.headers.get("Content-Type"), data))
    except ValueError:
        raise ApiError(400, 50035, "Invalid Form Body") from None
    return Body(payload=payload, uploads=uploads)


async def make_upload(name: str, filename: str, declared: str | None, data: bytes) -> Upload:
    """Make an upload: its name as Discord cleans it, its type, and its size when it is a picture."""
    size = await asyncio.to_thread(_picture_size, data)
    guessed, _ = mimetypes.guess_type(filename)
    return Upload(
        field=name,
        filename=_UNSAFE.sub("_", filename) or "unknown",
        content_type=guessed or declared or "application/octet-stream",
        data=data,
        width=size[0] if size else None,
        height=size[1] if size else None,
    )


def _picture_size(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # Discord takes whatever a member uploads, a hostile picture too
