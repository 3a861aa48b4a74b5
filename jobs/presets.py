"""Presets and defaults as values: options under a name, and what is taken where nothing was typed."""

import enum
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, Self

from jobs.parameters import LORA_OPTIONS, Option
from jobs.request import ImageRequest
from jobs.sentence import Sentence, say
from jobs.typed import options_of
from jobs.validation import Chosen

NAME_LONGEST: Final = 32  # characters, so that a name fits wherever it is shown
STYLE_LONGEST: Final = 500  # characters
PRESETS_MOST: Final = 100  # of one owner; all of them are held in memory

DEFAULT_OPTIONS: Final = (
    Option.MODEL,
    Option.SIZE,
    Option.COUNT,
    Option.STEPS,
    Option.GUIDANCE,
    Option.FORMAT,
    Option.EXPAND_PROMPT,
    Option.SPEED,
    Option.PRIVATE,
)
"""What may have a default. A seed or a LoRA for everything would surprise; safety is the server's matter."""

PRESET_OPTIONS: Final = (
    Option.MODEL,
    Option.SIZE,
    Option.WIDTH,
    Option.HEIGHT,
    Option.COUNT,
    Option.SEED,
    Option.STEPS,
    Option.GUIDANCE,
    *(option for pair in LORA_OPTIONS for option in pair),
    Option.FORMAT,
    Option.EXPAND_PROMPT,
    Option.SPEED,
    Option.SAFETY,
)
"""What a preset may hold: how an image looks. Who sees it is decided each time, or by a default."""


class OwnerKind(enum.StrEnum):
    """Whose it is; the value is what the database holds."""

    USER = "user"  # follows the user into every server
    SERVER = "server"  # for everybody there


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A user or a server, by Discord's id."""

    kind: OwnerKind
    id: int

    @classmethod
    def user(cls, user_id: int) -> Self:
        """That user."""
        return cls(kind=OwnerKind.USER, id=user_id)

    @classmethod
    def server(cls, guild_id: int) -> Self:
        """That server."""
        return cls(kind=OwnerKind.SERVER, id=guild_id)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Options under a name that its owner has once, whatever the case of its letters."""

    owner: Owner
    name: str  # 1 to 32 characters
    options: Chosen  # of `PRESET_OPTIONS`
    style: str = ""  # appended to the prompt; at most 500 characters
    saved_by: int  # a user's id

    @property
    def key(self) -> str:
        """By which names are the same."""
        return name_key(self.name)


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What an owner has decided once for every image."""

    options: Chosen = field(default_factory=dict)  # of `DEFAULT_OPTIONS`
    metadata: bool | None = None  # whether images carry their parameters; None: undecided, and they do


class PresetRecords(Protocol):
    """Where presets and defaults outlive a restart; raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def presets(self) -> Sequence[Preset]:
        """All of them."""
        ...

    async def defaults(self) -> Mapping[Owner, Defaults]:
        """Those of every owner who has any."""
        ...

    async def save_preset(self, preset: Preset) -> None:
        """Keep it in the place of one of the same owner and name."""
        ...

    async def rename_preset(self, preset: Preset, name: str) -> None:
        """Give it another name, which is free."""
        ...

    async def remove_preset(self, preset: Preset) -> None:
        """Forget it."""
        ...

    async def forget_presets(self, user_id: int, pseudonym: int) -> None:
        """Forget a user's presets and defaults; those that they saved for a server stay, under the pseudonym."""
        ...

    async def remove_server_presets(self, guild_id: int) -> None:
        """Forget a server's presets and defaults."""
        ...

    async def save_defaults(self, owner: Owner, defaults: Defaults) -> None:
        """Keep these in the place of the owner's former ones."""
        ...


def name_key(name: str) -> str:
    """The form in which names are compared: without case and without differences that nobody sees."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def read_name(typed: str) -> str | Sentence:
    """A preset's name, or what is wrong with what was typed as one."""
    name = " ".join(typed.split())
    if not name:
        return say("The name is empty: give the preset a name.")
    if len(name) > NAME_LONGEST:
        return say(
            "The name has {length} characters, and {most} is the most: choose a shorter one.",
            length=len(name),
            most=NAME_LONGEST,
        )
    if not name.isprintable():
        return say("The name holds characters that cannot be seen: leave them out.")
    return name


def preset_options(request: ImageRequest, *, whole_links: bool) -> tuple[Chosen, bool]:
    """What a preset keeps of a job, and whether a LoRA was left out; the seed and the prompt are the job's own.

    `whole_links`: also LoRA links with a query, which often holds its user's download key; otherwise these stay out,
    unless they came from a server's library, by whose name they are kept.
    """
    kept = tuple(lora for lora in request.loras if whole_links or lora.name or "?" not in lora.path)
    chosen = options_of(replace(request, loras=kept))
    kept_options = (option for option in PRESET_OPTIONS if option in chosen and option is not Option.SEED)
    return {option: chosen[option] for option in kept_options}, len(kept) < len(request.loras)


def options_to_json(options: Chosen) -> str:
    """As a JSON object, for the database."""
    return json.dumps({option.value: value for option, value in options.items()})


def options_from_json(text: str) -> Chosen:
    """The inverse of `options_to_json`; options that this version does not know are left out."""
    known = {option.value: option for option in Option}
    return {known[name]: value for name, value in json.loads(text).items() if name in known}
