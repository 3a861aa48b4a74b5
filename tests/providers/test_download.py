import asyncio
import io
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web
from PIL import Image

from jobs.errors import ResultUnusable, Temporary
from jobs.model import StoredImage
from jobs.outcomes import ImageData, ImageLink
from jobs.ports import ImageSource
from providers.addresses import IPAddress
from providers.calls import Patience
from providers.download import Caps, ResultDownloader

Vendor = Any  # its type lives in conftest.py, which cannot be imported
Opened = Callable[..., Any]

AUTHORITY = trustme.CA()  # signs the certificate of images.test, anew in each run


def picture(kind: str = "PNG", width: int = 64, height: int = 48) -> bytes:
    """A real image that does not compress."""
    buffer = io.BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


class Names:
    """A resolver that knows some names, and remembers which it was asked for."""

    def __init__(self, **known: Sequence[str]) -> None:
        self.known = {name.replace("_", "."): list(addresses) for name, addresses in known.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[IPAddress]:
        """Resolve a name; `port` makes no difference."""
        assert port
        self.asked.append(host)
        if host not in self.known:
            raise OSError("no such name")
        return [ipaddress.ip_address(address) for address in self.known[host]]


@pytest.fixture
async def opened(vendor: Vendor, patience: Patience) -> AsyncIterator[Opened]:
    """Open a downloader that trusts the vendor's host and port unless told otherwise."""
    async with AsyncExitStack() as stack:

        async def make(**options: Any) -> ResultDownloader:
            tls = ssl.create_default_context()
            AUTHORITY.configure_trust(tls)
            defaults: dict[str, Any] = {
                "trusted": [vendor.url.removeprefix("http://")],
                "patience": patience,
                "tls": tls,
            }
            return await stack.enter_async_context(ResultDownloader.opened(**defaults | options))

        yield make


@pytest.fixture
async def downloads(opened: Opened) -> ResultDownloader:
    """A downloader that trusts the vendor's host and port."""
    made: ResultDownloader = await opened()
    return made


def left(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


# ── what becomes a stored image ──────────────────────────────────────────────


def test_it_is_an_image_source(downloads: ResultDownloader) -> None:
    """It holds what the domain asks of it."""
    source: ImageSource = downloads
    assert source is downloads


@pytest.mark.parametrize(
    ("kind", "form", "name"),
    [("PNG", "png", "1.png"), ("JPEG", "jpeg", "1.jpg"), ("WEBP", "webp", "1.webp")],
)
async def test_a_link_becomes_a_file_with_the_suffix_of_its_true_format(
    downloads: ResultDownloader, vendor: Vendor, tmp_path: Path, kind: str, form: str, name: str
) -> None:
    """Whatever the vendor called it."""
    data = picture(kind)
    vendor.say(200, data, Content_Type="application/octet-stream")
    stored = await downloads.fetch(ImageLink(url=f"{vendor.url}/x.gif?sig=%2F1&y=a+b"), tmp_path / "1.bin")
    assert stored == StoredImage(name=name, format=form, width=64, height=48, size=len(data))
    assert left(tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == data
    assert vendor.heard[0].path == "/x.gif?sig=%2F1&y=a+b"
    assert vendor.heard[0].headers["Accept-Encoding"] == "identity"


async def test_data_becomes_a_file_too(downloads: ResultDownloader, tmp_path: Path) -> None:
    """An answer may carry its images."""
    data = picture("WEBP")
    stored = await downloads.fetch(ImageData(data=data), tmp_path / "2")
    assert (stored.name, left(tmp_path)) == ("2.webp", ["2.webp"])


@pytest.mark.parametrize("is_data", [True, False])
async def test_the_folder_is_made_by_the_first_image(
    downloads: ResultDownloader, vendor: Vendor, tmp_path: Path, is_data: bool
) -> None:
    vendor.say(200, picture("PNG"))
    image = ImageData(data=picture("PNG")) if is_data else ImageLink(url=vendor.url)
    folder = tmp_path / "results" / "job"
    for name in ("1", "2"):
        await downloads.fetch(image, folder / name)
    assert left(folder) == ["1.png", "2.png"]


async def test_a_large_image_comes_whole(downloads: ResultDownloader, vendor: Vendor, tmp_path: Path) -> None:
    """Over many buffers."""
    data = picture("PNG", 1200, 900)
    assert len(data) > 2_000_000
    vendor.say(200, data)
    stored = await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert stored.size == len(data) == (tmp_path / "1.png").stat().st_size


# ── what does not ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>expired</html>", picture()[:-200], picture("GIF"), picture("JPEG")[:600]],
    ids=["empty", "html", "truncated", "gif", "half a jpeg"],
)
async def test_what_is_no_whole_image_is_unusable(
    downloads: ResultDownloader, vendor: Vendor, tmp_path: Path, data: bytes
) -> None:
    """By link or as data; a store may be late, so a link is tried again first."""
    vendor.say(200, data)
    with pytest.raises(ResultUnusable):
        await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert len(vendor.heard) == 3
    with pytest.raises(ResultUnusable):
        await downloads.fetch(ImageData(data=data), tmp_path / "1")
    assert left(tmp_path) == []


async def test_too_many_pixels_are_unusable(opened: Opened, vendor: Vendor, tmp_path: Path) -> None:
    """However small the file is."""
    downloads = await opened(caps=Caps(pixels=64 * 48 - 1))
    vendor.say(200, picture())
    with pytest.raises(ResultUnusable, match="pixels"):
        await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")


@pytest.mark.parametrize("stated", [True, False])
async def test_too_many_bytes_are_unusable(opened: Opened, vendor: Vendor, tmp_path: Path, stated: bool) -> None:
    """Whether the length is stated or found out."""
    downloads = await opened(caps=Caps(size=1000))
    if stated:
        vendor.say(200, picture())
    else:
        vendor.stream([b"x" * 600, b"x" * 600])
    for image in (ImageLink(url=vendor.url), ImageData(data=bytes(1001))):
        with pytest.raises(ResultUnusable, match="1000 bytes"):
            await downloads.fetch(image, tmp_path / "1")
    assert len(vendor.heard) == 1
    assert left(tmp_path) == []


async def test_a_stated_length_beyond_the_cap_is_not_waited_for(opened: Opened, vendor: Vendor, tmp_path: Path) -> None:
    """Nothing of it is read."""
    downloads = await opened(caps=Caps(size=999, seconds=5))
    vendor.hang(after=b"x")  # of 1000 bytes
    with pytest.raises(ResultUnusable, match="999 bytes"):
        await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")


@pytest.mark.parametrize("after", [None, b"\x89PNG"])
async def test_a_result_that_takes_too_long_is_given_up_for_now(
    opened: Opened, vendor: Vendor, tmp_path: Path, after: bytes | None
) -> None:
    """Whether it does not begin or does not end."""
    downloads = await opened(caps=Caps(seconds=0.1))
    vendor.hang(after=after)
    with pytest.raises(Temporary, match=r"longer than 0\.1 s"):
        await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert left(tmp_path) == []


@pytest.mark.parametrize("status", [400, 401, 403, 410, 206, 304])
async def test_a_host_that_refuses_makes_the_result_unusable(
    downloads: ResultDownloader, vendor: Vendor, tmp_path: Path, status: int
) -> None:
    """Asking again would not help."""
    vendor.say(status, b"")
    with pytest.raises(ResultUnusable, match=str(status)):
        await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert len(vendor.heard) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408, 404])
async def test_trouble_passes(downloads: ResultDownloader, vendor: Vendor, tmp_path: Path, status: int) -> None:
    """A store that is busy, or does not know the image yet."""
    vendor.say(status, b"", Retry_After="0.01")
    vendor.say(200, picture())
    await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert left(tmp_path) == ["1.png"]


@pytest.mark.parametrize(("status", "error"), [(503, Temporary), (404, ResultUnusable)])
async def test_trouble_that_stays_is_told(
    downloads: ResultDownloader, vendor: Vendor, tmp_path: Path, status: int, error: type[Exception]
) -> None:
    """A host that answers "not there" is believed in the end."""
    vendor.say(status, b"")
    with pytest.raises(error):
        await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert len(vendor.heard) == 3


async def test_a_connection_that_breaks_is_opened_again(
    downloads: ResultDownloader, vendor: Vendor, tmp_path: Path
) -> None:
    """Before the first byte, or in the middle."""
    vendor.drop()
    vendor.cut(b"\x89PNG", stated=5000)
    vendor.say(200, picture())
    await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert left(tmp_path) == ["1.png"]


async def test_a_cancelled_download_leaves_nothing_behind(
    downloads: ResultDownloader, vendor: Vendor, tmp_path: Path
) -> None:
    """A stop of the bot, or a job's cancellation."""
    vendor.hang(after=b"\x89PNG")
    task = asyncio.create_task(downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1"))
    await vendor.arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left(tmp_path) == []


# ── where it may come from ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example/a.png",  # not https
        "ftp://cdn.example/a.png",
        "file:///etc/passwd",
        "https:///a.png",
        "https://user:word@cdn.example/a.png",
        "https://cdn.example:port/a.png",
        "https://127.0.0.1/a.png",
        "https://[::1]/a.png",
        "https://[::ffff:127.0.0.1]/a.png",
        "https://169.254.169.254/latest/meta-data/",
        "https://inside.example/a.png",
        "https://mixed.example/a.png",  # one public address is not enough
    ],
)
async def test_a_place_where_we_may_not_go_is_not_asked(opened: Opened, tmp_path: Path, url: str) -> None:
    """Https to public addresses only."""
    names = Names(cdn_example=["8.8.8.8"], inside_example=["10.0.0.7"], mixed_example=["8.8.8.8", "192.168.0.1"])
    downloads = await opened(resolve=names)
    with pytest.raises(ResultUnusable):
        await downloads.fetch(ImageLink(url=url), tmp_path / "1")
    assert left(tmp_path) == []


async def test_another_port_of_a_trusted_host_is_not_trusted(opened: Opened, vendor: Vendor, tmp_path: Path) -> None:
    """Trust is as narrow as the operator wrote it."""
    downloads = await opened(trusted=["127.0.0.1:1"])
    with pytest.raises(ResultUnusable):
        await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert vendor.heard == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(downloads: ResultDownloader, vendor: Vendor, tmp_path: Path, status: int) -> None:
    """Stores hand over to their caches."""
    vendor.say(status, b"", Location="/other?a=1")
    vendor.say(200, picture())
    await downloads.fetch(ImageLink(url=f"{vendor.url}/one"), tmp_path / "1")
    assert [heard.path for heard in vendor.heard] == ["/one", "/other?a=1"]


async def test_redirects_have_an_end(downloads: ResultDownloader, vendor: Vendor, tmp_path: Path) -> None:
    """Five of them."""
    vendor.say(302, b"", Location="/again")
    with pytest.raises(ResultUnusable, match="redirects"):
        await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert len(vendor.heard) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "https://127.0.0.1:1/",
        "https://inside.example/",
        "//inside.example/",
        "file:///etc/passwd",
    ],
)
async def test_a_redirect_to_a_private_place_is_not_followed(
    opened: Opened, vendor: Vendor, tmp_path: Path, location: str
) -> None:
    """Each hop is judged by itself, also one from a trusted host."""
    names = Names(inside_example=["10.0.0.7"])
    downloads = await opened(resolve=names)
    vendor.say(302, b"", Location=location)
    with pytest.raises(ResultUnusable, match=r"not https|not public|no host"):
        await downloads.fetch(ImageLink(url=vendor.url), tmp_path / "1")
    assert len(vendor.heard) == 1


async def test_a_name_that_cannot_be_resolved_is_tried_again(opened: Opened, tmp_path: Path) -> None:
    """Resolvers fail now and then."""
    names = Names()
    downloads = await opened(resolve=names)
    with pytest.raises(Temporary, match="resolved"):
        await downloads.fetch(ImageLink(url="https://cdn.example/a.png"), tmp_path / "1")
    assert len(names.asked) == 3


# ── what is connected to ─────────────────────────────────────────────────────


@pytest.fixture
async def images_test() -> AsyncIterator[tuple[int, list[str]]]:
    """A TLS server for images.test: its port, and the Host of each request."""
    hosts: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        hosts.append(request.headers["Host"])
        return web.Response(body=picture(), headers={"Set-Cookie": "a=b; Path=/"})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("images.test").configure_cert(context)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield runner.addresses[0][1], hosts
    await runner.cleanup()


async def test_the_very_address_that_was_checked_is_connected_to(
    opened: Opened, images_test: tuple[int, list[str]], tmp_path: Path
) -> None:
    """The name is asked for once: an answer that changes later changes nothing. The certificate is the name's."""
    port, hosts = images_test
    names = Names(images_test=["127.0.0.1"])
    downloads = await opened(resolve=names, trusted=["images.test"])
    await downloads.fetch(ImageLink(url=f"https://images.test:{port}/a.png"), tmp_path / "1")
    assert (names.asked, hosts) == (["images.test"], [f"images.test:{port}"])


async def test_the_next_address_is_tried_when_one_refuses(
    opened: Opened, images_test: tuple[int, list[str]], tmp_path: Path
) -> None:
    """A host may have an address that does not work from here."""
    port, hosts = images_test
    downloads = await opened(resolve=Names(images_test=["::1", "127.0.0.1"]), trusted=["images.test"])
    await downloads.fetch(ImageLink(url=f"https://images.test:{port}/a.png"), tmp_path / "1")
    assert len(hosts) == 1


async def test_a_certificate_of_another_name_is_refused(
    opened: Opened, images_test: tuple[int, list[str]], tmp_path: Path
) -> None:
    """Going to an address must not mean believing whoever sits there."""
    port, hosts = images_test
    downloads = await opened(resolve=Names(other_test=["127.0.0.1"]), trusted=["other.test"])
    with pytest.raises(Temporary, match="ConnectError"):
        await downloads.fetch(ImageLink(url=f"https://other.test:{port}/a.png"), tmp_path / "1")
    assert hosts == []
