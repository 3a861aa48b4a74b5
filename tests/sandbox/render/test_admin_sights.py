"""What admins' messages show beside text and buttons: spoilers, chosen roles and channels, modals."""

from io import BytesIO

import pytest
from PIL import Image, ImageStat

from sandbox.render.message import render_message
from sandbox.render.modal import render_modal

BOT = {"id": "1", "username": "fluxcord", "bot": True}
KNOWN = {
    "_known_users": [{"id": "4", "username": "Mara"}],
    "_known_roles": [{"id": "7", "name": "Artists"}, {"id": "9", "name": "@everyone"}],
    "_known_channels": [{"id": "8", "name": "art"}],
}


def _png(size: tuple[int, int]) -> bytes:
    """A picture of black and white stripes."""
    picture = Image.new("RGB", size, (255, 255, 255))
    for left in range(0, size[0], 8):
        picture.paste((0, 0, 0), (left, 0, left + 4, size[1]))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _drawn(**more: object) -> Image.Image:
    files = {str(number): _png((400, 300)) for number in range(3)}
    message = {"author": BOT, "timestamp": "2026-11-21T14:05:00+00:00", "content": "", **KNOWN, **more}
    return Image.open(BytesIO(render_message(message, files)))


def _contrast(image: Image.Image) -> float:
    """How far apart the lights of what lies below the header are."""
    return ImageStat.Stat(image.convert("L").crop((150, 100, 900, image.height - 20))).stddev[0]


@pytest.mark.parametrize("count", [1, 3])
def test_a_spoiler_is_covered_until_it_is_clicked(count: int) -> None:
    def attachments(prefix: str) -> list[dict[str, object]]:
        return [
            {"id": str(number), "filename": f"{prefix}{number}.png", "content_type": "image/png"}
            for number in range(count)
        ]

    plain, covered = _drawn(attachments=attachments("")), _drawn(attachments=attachments("SPOILER_"))
    assert covered.size == plain.size
    assert _contrast(plain) > 3 * _contrast(covered)


def test_a_covered_file_and_a_covered_text_do_not_show_what_they_are() -> None:
    file = [{"id": "x", "filename": "SPOILER_secret.txt", "size": 9}]
    assert _drawn(attachments=file).tobytes() != _drawn(attachments=[{**file[0], "filename": "secret.txt"}]).tobytes()
    assert _drawn(content="||iiiii lllll||").tobytes() != _drawn(content="iiiii lllll").tobytes()


def test_roles_and_channels_are_called_by_their_names() -> None:
    by_name = _drawn(content="<@&7> in <#8>")
    assert by_name.tobytes() != _drawn(content="<@&70> in <#80>").tobytes()


def test_a_link_to_a_message_is_called_by_its_channel() -> None:
    link = "https://discord.com/channels/1/8/2"
    assert _drawn(content=link).tobytes() == _drawn(content="https://discord.com/channels/5/8/6").tobytes()
    assert _drawn(content=link).tobytes() != _drawn(content="https://discord.com/channels/1/80/2").tobytes()


@pytest.mark.parametrize(
    ("kind", "default"),
    [(5, {"type": "user", "id": "4"}), (6, {"type": "role", "id": "7"}), (8, {"type": "channel", "id": "8"})],
)
def test_a_select_shows_whom_or_what_it_has_chosen(kind: int, default: dict[str, str]) -> None:
    def select(**more: object) -> bytes:
        row = {"type": 1, "components": [{"type": kind, "custom_id": "x", **more}]}
        return _drawn(components=[row]).tobytes()

    assert select(default_values=[default]) != select()
    assert select(default_values=[default]) != select(default_values=[{**default, "id": "404"}])


def test_a_modal_is_drawn_with_its_fields() -> None:
    def label(**component: object) -> dict[str, object]:
        return {"type": 18, "label": "Images a day", "description": "0 for none", "component": component}

    options = [{"label": "Red", "value": "r", "default": True}, {"label": "Blue", "value": "b"}]
    fields = [
        label(type=4, custom_id="a", style=1, value="20"),
        label(type=4, custom_id="b", style=2, placeholder="why"),
        label(type=6, custom_id="c", default_values=[{"type": "role", "id": "7"}]),
        label(type=19, custom_id="d"),
        label(type=21, custom_id="e", options=options),
        label(type=22, custom_id="f", options=options),
        label(type=23, custom_id="g", default=True),
        {"type": 1, "components": [{"type": 4, "custom_id": "h", "style": 1, "label": "Old"}]},
        {"type": 10, "content": "**Read this**"},
    ]
    heights = []
    for field in fields:
        image = Image.open(BytesIO(render_modal({"title": "Quota", "components": [field], **KNOWN})))
        assert (image.format, image.width) == ("PNG", 1000)
        heights.append(image.height)
    nothing = Image.open(BytesIO(render_modal({"title": "Quota", "components": []})))
    assert min(heights) > nothing.height
    together = Image.open(BytesIO(render_modal({"title": "Quota", "components": fields[:5], **KNOWN})))
    assert together.height > max(heights)
