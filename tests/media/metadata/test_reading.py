import json
import struct
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from media.metadata import exif, parameters
from media.metadata.reading import NotReadable, Reading, read
from media.metadata.recipe import Adapter, Recipe, Tool
from tests.media.metadata.support import FORMATS, picture, png_chunk, with_chunk

FORGE = (
    "a fox in snow <lora:inky:0.8>, <lora:soft light:1>\nsecond line\n"
    "Negative prompt: blurry,\nugly\n"
    "Steps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 12345678901, "
    'Size: 896x1152, Model hash: 0af1, Model: flux1-dev, Lora hashes: "inky: 0a, soft light: 0b", Version: f2.0, '
    'Module 1: ae, Note: "a, \\"b\\""'
)


def png(**texts: str) -> bytes:
    """A PNG with texts as tEXt or iTXt."""
    info = PngInfo()
    for keyword, text in texts.items():
        info.add_text(keyword, text)
    return picture("PNG", pnginfo=info)


def recipe_of(data: bytes) -> Recipe:
    """What it says."""
    found = read(data).recipe
    assert found is not None
    return found


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_that_says_nothing_is_told_by_its_form_and_size(kind: str) -> None:
    assert read(picture(kind)) == Reading(format=kind.lower(), width=33, height=21, recipe=None)


def test_forges_text_is_read() -> None:
    assert recipe_of(png(parameters=FORGE)) == Recipe(
        tool=Tool.AUTOMATIC1111,
        prompt="a fox in snow , \nsecond line",
        negative="blurry,\nugly",
        model="flux1-dev",
        seed=12345678901,
        steps=20,
        guidance=3.5,
        sampler="Euler",
        width=896,
        height=1152,
        adapters=(Adapter(source="inky", scale=0.8), Adapter(source="soft light", scale=1.0)),
        settings={
            "Schedule type": "Simple",
            "Model hash": "0af1",
            "Version": "f2.0",
            "Module 1": "ae",
            "Note": 'a, "b"',
        },
    )


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-16"])
@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_automatic1111s_user_comment_is_read_in_either_byte_order(kind: str, encoding: str) -> None:
    block = Image.Exif()
    block[0x8769] = {0x9286: b"UNICODE\0" + FORGE.encode(encoding)}
    assert recipe_of(picture(kind, exif=block.tobytes())).seed == 12345678901


def test_a_text_without_settings_is_no_recipe() -> None:
    assert read(png(parameters="just some words, and more: of them")).recipe is None


@given(st.text(max_size=300))
def test_any_text_at_all_is_survived(text: str) -> None:
    parameters.parse(text)
    parameters.parse(f"{text}\nSteps: {text}, Seed: {text}, Size: {text}x{text}")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://example.com/files/my style:v2.safetensors?token=secret", "my_style_v2"),
        ("owner/repo.v1", "repo.v1"),
        ("https://example.com/api/download/models/123", "123"),
        ("https://example.com/", "lora"),
    ],
)
def test_loras_are_named_as_their_files_are(source: str, name: str) -> None:
    text = parameters.write(Recipe(tool=Tool.FLUXCORD, prompt="a fox", seed=1, adapters=(Adapter(source=source),)))
    assert text.splitlines()[0] == f"a fox <lora:{name}:1>"


CHECKPOINT_GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 42,
            "steps": 25,
            "cfg": 7.5,
            "sampler_name": "dpmpp_2m",
            "model": ["10", 0],
            "positive": ["6", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sdxl.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 832, "height": 1216, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["20", 0], "clip": ["10", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["10", 1]}},
    "10": {
        "class_type": "LoraLoader",
        "inputs": {"lora_name": "inky.safetensors", "strength_model": 0.7, "model": ["4", 0], "clip": ["4", 1]},
    },
    "20": {"class_type": "PrimitiveString", "inputs": {"value": "a fox"}},
}
FLUX_GRAPH: dict[str, Any] = {
    "13": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {
            "noise": ["25", 0],
            "guider": ["22", 0],
            "sampler": ["16", 0],
            "sigmas": ["17", 0],
            "latent_image": ["27", 0],
        },
    },
    "12": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-dev.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox", "clip": ["11", 0]}},
    "16": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "17": {"class_type": "BasicScheduler", "inputs": {"scheduler": "simple", "steps": 20, "model": ["12", 0]}},
    "22": {"class_type": "BasicGuider", "inputs": {"model": ["12", 0], "conditioning": ["26", 0]}},
    "25": {"class_type": "RandomNoise", "inputs": {"noise_seed": 99}},
    "26": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5, "conditioning": ["6", 0]}},
    "27": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 1024}},
}
CHECKPOINT_RECIPE = Recipe(
    tool=Tool.COMFYUI,
    prompt="a fox",
    negative="blurry",
    model="sdxl.safetensors",
    seed=42,
    steps=25,
    guidance=7.5,
    sampler="dpmpp_2m",
    width=832,
    height=1216,
    adapters=(Adapter(source="inky.safetensors", scale=0.7),),
)
FLUX_RECIPE = Recipe(
    tool=Tool.COMFYUI,
    prompt="a fox",
    model="flux1-dev.safetensors",
    seed=99,
    steps=20,
    guidance=3.5,
    sampler="euler",
    width=1024,
    height=1024,
)


@pytest.mark.parametrize(("graph", "expected"), [(CHECKPOINT_GRAPH, CHECKPOINT_RECIPE), (FLUX_GRAPH, FLUX_RECIPE)])
def test_comfyuis_graphs_are_followed_from_the_sampler(graph: dict[str, Any], expected: Recipe) -> None:
    assert recipe_of(png(prompt=json.dumps(graph))) == expected


def test_comfyuis_graph_is_found_in_a_webps_exif() -> None:
    block = Image.Exif()
    block[0x0110] = f"prompt:{json.dumps(FLUX_GRAPH)}"
    assert recipe_of(picture("WEBP", exif=block.tobytes())) == FLUX_RECIPE


def test_comfyuis_workflow_is_read_where_there_is_no_graph_that_was_run() -> None:
    def node(number: int, kind: str, *values: object, **sockets: int) -> dict[str, Any]:
        inputs = [{"name": name, "link": link} for name, link in sockets.items()]
        return {"id": number, "type": kind, "widgets_values": values, "inputs": inputs}

    sampler = (42, "randomize", 25, 7.5, "dpmpp_2m", "normal", 1)
    nodes = [
        node(3, "KSampler", *sampler, model=1, positive=2, negative=3, latent_image=4),
        node(4, "CheckpointLoaderSimple", "sdxl.safetensors"),
        node(5, "EmptyLatentImage", 832, 1216, 1),
        node(6, "CLIPTextEncode", "a fox", clip=6),
        node(7, "CLIPTextEncode", "blurry", clip=6),
        node(10, "LoraLoader", "inky.safetensors", 0.7, 1, model=5, clip=7),
    ]
    links = [[1, 10, 0, 3, 0, "MODEL"], [2, 6, 0, 3, 1, ""], [3, 7, 0, 3, 2, ""], [4, 5, 0, 3, 3, ""], [5, 4, 0, 10, 0]]
    workflow = {"nodes": nodes, "links": links}
    assert recipe_of(png(workflow=json.dumps(workflow))) == CHECKPOINT_RECIPE


def test_a_graph_that_runs_in_circles_is_survived() -> None:
    graph = json.loads(json.dumps(FLUX_GRAPH))
    graph["6"]["inputs"]["text"] = ["6", 0]
    assert recipe_of(png(prompt=json.dumps(graph))).prompt == ""


def test_invokeais_json_is_read() -> None:
    written = {
        "positive_prompt": "a fox",
        "negative_prompt": "blurry",
        "seed": 5,
        "steps": 30,
        "cfg_scale": 7.5,
        "scheduler": "euler",
        "width": 512,
        "height": 768,
        "model": {"name": "FLUX Dev"},
        "loras": [{"model": {"name": "inky"}, "weight": 0.75}],
    }
    assert recipe_of(png(invokeai_metadata=json.dumps(written))) == Recipe(
        tool=Tool.INVOKEAI,
        prompt="a fox",
        negative="blurry",
        model="FLUX Dev",
        seed=5,
        steps=30,
        guidance=7.5,
        sampler="euler",
        width=512,
        height=768,
        adapters=(Adapter(source="inky", scale=0.75),),
    )


def test_novelais_comment_is_read() -> None:
    numbers = {"steps": 28, "scale": 5.5, "seed": 9, "width": 832, "height": 1216}
    comment = {"prompt": "a fox", "uc": "blurry", "sampler": "k_euler", **numbers}
    found = recipe_of(png(Comment=json.dumps(comment), Source="NovelAI Diffusion V4", Software="NovelAI"))
    assert found == Recipe(
        tool=Tool.NOVELAI,
        prompt="a fox",
        negative="blurry",
        model="NovelAI Diffusion V4",
        seed=9,
        steps=28,
        guidance=5.5,
        sampler="k_euler",
        width=832,
        height=1216,
    )


@pytest.mark.parametrize("keyword", ["fluxcord", "prompt", "workflow", "invokeai_metadata", "Comment", "parameters"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"version": 2, "prompt": "a fox"}',
        '{"version": 1, "seed": 1e999, "steps": "x", "loras": [1, {"source": 3}], "options": [], "made": 5}',
        '{"nodes": [1, {"id": 1, "inputs": 5}], "links": [1, [], null]}',
        '{"1": {"class_type": 5, "inputs": {"positive": ["2", 0], "latent_image": 1, "seed": {}}}, "2": 5}',
        f'{{"positive_prompt": 5, "seed": {"9" * 5000}}}',
        '{"prompt": "a", "uc": [], "seed": NaN}',
    ],
)
def test_texts_that_are_not_what_they_should_be_are_survived(keyword: str, text: str) -> None:
    read(png(**{keyword: text}))


@pytest.mark.parametrize("name", [b"zTXt", b"iTXt"])
def test_a_text_that_unpacks_to_gigabytes_is_not_unpacked(name: bytes) -> None:
    packer = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    packed = b"".join(packer.compress(zeros) for _ in range(256)) + packer.flush()
    head = b"parameters\0\0" if name == b"zTXt" else b"parameters\0\x01\0\0\0"
    bomb = picture("PNG")
    for _ in range(20):
        bomb = with_chunk(bomb, name, head + packed)
    tracemalloc.start()
    assert read(bomb).recipe is None
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 30 * 1024 * 1024


def test_packed_texts_are_read() -> None:
    data = with_chunk(picture("PNG"), b"zTXt", b"parameters\0\0" + zlib.compress(FORGE.encode()))
    assert recipe_of(data).steps == 20
    data = with_chunk(picture("PNG"), b"iTXt", b"parameters\0\x01\0\0\0" + zlib.compress(FORGE.encode()))
    assert recipe_of(data).steps == 20


def test_huge_dimensions_cost_nothing_since_no_pixel_is_decoded() -> None:
    header = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", b"x") + png_chunk(b"IEND", b"")
    assert read(data).width == 2**31 - 1


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"GIF89a" + bytes(20), b"\x89PNG\r\n\x1a\n", b"RIFF\xff\xff\xff\xffWEBPVP8 "]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotReadable):
        read(data)


@pytest.mark.parametrize("part", [b"\0\0\0\0aaaa\0\0\0\0", b"\xff\xe5\0\2"])
def test_a_file_of_a_million_parts_is_given_up(part: bytes) -> None:
    start = picture("PNG")[:33] if part[:1] == b"\0" else b"\xff\xd8"
    with pytest.raises(NotReadable, match="too many"):
        read(start + part * 200_000)


@pytest.mark.parametrize("kind", FORMATS)
@given(data=st.data())
def test_damage_anywhere_is_refused_or_survived(kind: str, data: st.DataObject) -> None:
    block = Image.Exif()
    block[0x8769] = {0x9286: b"UNICODE\0" + FORGE.encode("utf-16-be")}
    whole = bytearray(picture(kind, exif=block.tobytes()))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        read(cut)
    except NotReadable:
        return


@given(st.binary(max_size=200))
def test_any_exif_block_at_all_is_survived(block: bytes) -> None:
    for order in (b"II*\0", b"MM\0*"):
        exif.comment_of(order + block)
        exif.texts_of(order + block)
        assert exif.comment_of(exif.with_comment(order + block, "a fox")) == "a fox"
