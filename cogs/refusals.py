"""Why something cannot be ordered here and now, in sentences that say what is allowed."""

from collections.abc import Collection, Sequence
from typing import Final

from cogs.words import moment, plain, shortened
from jobs.bounds import listed
from jobs.catalog import Model
from jobs.sentence import Sentence, say
from jobs.servers.people_records import Ban
from jobs.servers.rules import EVERYWHERE, Pause, PlaceRules

STORE_TROUBLE: Final = say(
    "The bot's database cannot be used right now. Nothing was made and nothing was charged. "
    "Please try again in a minute."
)
MODEL_GONE: Final = say("The model of this image is not on offer any more. Choose another one with `/imagine`.")
RESTARTING: Final = say(
    "The bot is restarting. Nothing was made and nothing was charged. Please try again in a minute."
)
NOT_DIRECTLY: Final = say("I make images in servers only: use the command in a channel of a server that I am in.")
NOTHING_ON_OFFER: Final = say(
    "None of the models that are allowed here is on offer right now. Nothing was made and nothing was charged. "
    "Ask an admin of this server to allow another one."
)
NOT_PRIVATELY: Final = say(
    "Everybody sees what is made here, private images are switched off: use `/imagine` with `private: False`. "
    "Nothing was made and nothing was charged."
)
DRAINED: Final = say(
    "The bot is paused by whoever runs it. Nothing was made and nothing was charged; what waits already is kept. "
    "Please try again later."
)
NO_REASON: Final = say("no reason was given")
_REASON: Final = 300  # characters of it
_CHANNELS: Final = 10  # of those that are named


def paused(pause: Pause) -> Sentence:
    """A server's pause, with its reason."""
    if not pause.reason:
        return say(
            "Making images is paused in this server. Nothing was made and nothing was charged; what waits already is "
            "kept. Ask an admin when it goes on."
        )
    return say(
        "Making images is paused in this server: {reason}\n"
        "Nothing was made and nothing was charged; what waits already is kept. Ask an admin when it goes on.",
        reason=plain(shortened(pause.reason, _REASON)),
    )


def banned(ban: Ban) -> Sentence:
    """Until when, why, and whom to ask."""
    reason: str | Sentence = plain(shortened(ban.reason, _REASON)) or NO_REASON
    if ban.guild_id == EVERYWHERE:
        if ban.expires_at is None:
            return say("You cannot make images with this bot any more: {reason}\nIts operator decides.", reason=reason)
        return say(
            "You cannot make images with this bot until {moment}: {reason}\nIts operator decides.",
            moment=moment(ban.expires_at),
            reason=reason,
        )
    if ban.expires_at is None:
        return say("You cannot make images in this server: {reason}\nAsk an admin about it.", reason=reason)
    return say(
        "You cannot make images in this server until {moment}: {reason}\nAsk an admin about it.",
        moment=moment(ban.expires_at),
        reason=reason,
    )


def banned_from_posting(ban: Ban) -> Sentence:
    """The same, where what they want is to show what they made before."""
    return say(
        "{ban}\nMeanwhile `/history` shows your images to you alone: they can be deleted, not posted again.",
        ban=banned(ban),
    )


def elsewhere(rules: PlaceRules) -> Sentence:
    """Where images are made, if not here."""
    places = sorted(rules.allowed - rules.denied)
    if not places:
        return say("No images are made in this channel: go to another one, or ask a moderator where they are made.")
    named = ", ".join(f"<#{place}>" for place in places[:_CHANNELS]) + (" …" if len(places) > _CHANNELS else "")
    return say("Images are made in {channels} here: go there, and try again.", channels=named)


def other_model(model: Model, allowed: Sequence[Model]) -> Sentence:
    """A model that the server does not allow."""
    return say(
        "**{model}** is not allowed here: choose {models} with `/imagine` and its option `model`. "
        "Nothing was made and nothing was charged.",
        model=model.title,
        models=listed([each.title for each in allowed]),
    )


def fewer_images(most: int, asked: int) -> Sentence:
    """More at once than the server allows."""
    return say(
        "At most {most} images at once are made here, and this asks for {asked}: choose fewer with `count`, or with "
        "{edit} below the image. Nothing was made and nothing was charged.",
        most=most,
        asked=asked,
        edit=say("Edit"),
    )


def smaller(most: int, width: int, height: int) -> Sentence:
    """Larger than the server allows."""
    return say(
        "Images have at most {most} pixels a side here, and this one would have {width} × {height}: choose another "
        "`size`, or one with {edit} below the image. Nothing was made and nothing was charged.",
        most=f"{most}",
        width=f"{width}",
        height=f"{height}",
        edit=say("Edit"),
    )


def cannot_post(missing: Collection[str], *, or_privately: bool) -> Sentence:
    """Permissions, in the reader's language, that the bot lacks in this channel; `or_privately`: it would do so."""
    names = ", ".join(f"**{name}**" for name in missing)
    if or_privately:
        return say(
            "I cannot post images here: I lack {permissions} in this channel. Ask a moderator to allow it, "
            "or use `private: True`. Nothing was made and nothing was charged.",
            permissions=names,
        )
    return say(
        "I cannot post images here: I lack {permissions} in this channel. Ask a moderator to allow it. "
        "Nothing was made and nothing was charged.",
        permissions=names,
    )


def no_use(why: Sentence, works: Model | None) -> Sentence:
    """An API that cannot be used for long; `works`: a model of another one."""
    if works is None:
        return say("{why} Nothing was made and nothing was charged.", why=why)
    return say(
        "{why} Nothing was made and nothing was charged. "
        "Meanwhile choose **{model}** with `/imagine` and its option `model`.",
        why=why,
        model=works.title,
    )
