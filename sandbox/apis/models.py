"""The models that the two APIs offer: their inputs, their bounds and what they cost."""

from collections.abc import Mapping
from typing import Final

from sandbox.apis.schema import Schema

PRESETS: Final[Mapping[str, tuple[int, int]]] = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}
DEFAULT_PRESET: Final = "landscape_4_3"

# A file must be reachable for the vendor: https, and no name or address of one's own machine or network.
_PUBLIC_URL: Final = (
    r"^https://(?!localhost\b|127\.|10\.|0\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|\[)[^\s/]+/\S+$"
)
_REPOSITORY: Final = r"^[A-Za-z0-9][\w.-]*/[\w.-]+$"

_PRESET_SCHEMA: Final[Schema] = {"type": "string", "enum": list(PRESETS)}
_SIDE: Final[Schema] = {"type": "integer", "minimum": 512, "maximum": 2048, "multipleOf": 32}

EACHLABS_SLUG: Final = "bfl-flux-lora"
EACHLABS_PRICE_MICRO_USD: Final = 35_000  # per image
EACHLABS_INPUT: Final[Schema] = {
    "type": "object",
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string", "minLength": 1},
        "image_size": {**_PRESET_SCHEMA, "default": DEFAULT_PRESET},
        "num_inference_steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 28},
        "seed": {"type": "integer"},
        "loras": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["path", "scale"],
                "properties": {
                    "path": {
                        "type": "string",
                        "pattern": _PUBLIC_URL,
                        "x-pattern-message": "must be a public https URL",
                    },
                    "scale": {"type": "number"},
                },
            },
        },
        "guidance_scale": {"type": "number", "minimum": 0, "maximum": 35, "default": 3.5},
        "num_images": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
        "enable_safety_checker": {"type": "boolean", "default": True},
        "output_format": {"type": "string", "enum": ["jpeg", "png"], "default": "jpeg"},
    },
}
EACHLABS_CREATE: Final[Schema] = {
    "type": "object",
    "required": ["model", "input"],
    "properties": {
        "model": {"type": "string"},
        "version": {"type": "string"},  # ignored, kept by the vendor for older clients
        "input": {"type": "object", "properties": {}, "additionalProperties": True},
        "webhook_url": {
            "type": "string",
            "pattern": r"^https?://\S+$",
            "x-pattern-message": "must be a URL",
        },
        "webhook_secret": {"type": "string"},
    },
}

AIMLAPI_MODEL: Final = "blackforestlabs/flux-2-lora"
AIMLAPI_TOKENS_PER_MEGAPIXEL: Final = 44_100  # billed in the vendor's example for one image of 1472 x 512
AIMLAPI_TOKENS_PER_USD: Final = 2_000_000
AIMLAPI_BODY: Final[Schema] = {
    "type": "object",
    "required": ["model", "prompt"],
    "properties": {
        "model": {"type": "string"},
        "prompt": {"type": "string", "minLength": 1, "maxLength": 4000},
        "image_size": {
            "anyOf": [
                {"type": "object", "properties": {"width": _SIDE, "height": _SIDE}},
                _PRESET_SCHEMA,
            ],
        },
        "output_format": {"type": "string", "enum": ["jpeg", "png", "webp"]},
        "enable_prompt_expansion": {"type": "boolean"},
        "num_images": {"type": "number", "minimum": 1, "maximum": 4, "multipleOf": 1},
        "seed": {"type": "integer", "minimum": 1},
        "guidance_scale": {"type": "number", "minimum": 0, "maximum": 20},
        "num_inference_steps": {"type": "integer", "minimum": 4, "maximum": 50},
        "acceleration": {"type": "string", "enum": ["none", "regular", "high"]},
        "enable_safety_checker": {"type": "boolean"},
        "loras": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "required": ["path"],
                "properties": {
                    "path": {
                        "type": "string",
                        "pattern": f"{_PUBLIC_URL}|{_REPOSITORY}",
                        "x-pattern-message": "must be a public https URL or owner/repo",
                    },
                    "scale": {"type": "number", "minimum": 0, "maximum": 4},
                },
            },
        },
    },
}
