"""The figures as a picture. What draws is synchronous: call it in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cogs.stats.view import View, duration, period
from jobs.sentence import say
from jobs.servers.money import usd
from jobs.stats import Typical
from media.charts import scale
from media.charts.colours import Ink
from media.charts.drawing import draw
from media.charts.letters import drawable, has_all
from media.charts.picture import Bars, Mark, Panel, Picture, Ranking, Row, Series, written
from words.speech import Words

_ENGLISH: Final = "en-US"
_DIGITS: Final = 4  # of an id whose user has no name here


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A PNG; `in_english`: because the typeface lacks letters of the reader's language."""

    png: bytes
    in_english: bool


def drawn(view: View, words: Words) -> Drawn:
    """Draw it, in the reader's language where the typeface can write it."""
    picture = charts(view, words)
    in_english = not all(map(has_all, written(picture)))
    return Drawn(png=draw(charts(view, Words(_ENGLISH)) if in_english else picture), in_english=in_english)


def charts(view: View, words: Words) -> Picture:
    """What the picture shows; names lose what cannot be drawn of them."""
    figures = view.figures
    panels: list[Panel] = [_images(view, words)]
    if view.cost:
        panels.append(_cost(view, words))
    panels += [_failures(view, words), _waiting(view, words)]
    if not view.own:
        rows = [(_user(view, share.of, words), share.images) for share in figures.users]
        panels.append(_ranking(words(say("Most images by")), rows, words))
    rows = [(view.model(share.of), share.images) for share in figures.models]
    panels.append(_ranking(words(say("Most images with")), rows, words))
    name = drawable(view.name) or words(say("Your images") if view.own else say("This server"))
    return Picture(title=name, note=period(figures, words), panels=tuple(panels))


def _images(view: View, words: Words) -> Bars:
    values = [day.images for day in view.figures.days]
    return Bars(
        title=words(say("Images")),
        total=words.number(view.figures.images),
        series=(Series(values=tuple(values), ink=Ink.BLUE),),
        scale=tuple(Mark(at=at, label=words.number(at)) for at in scale.counts(max(values))),
        places=_places(view, words),
    )


def _cost(view: View, words: Words) -> Bars:
    values = [day.cost for day in view.figures.days]
    return Bars(
        title=words(say("Cost")),
        total=usd(view.figures.cost),
        series=(Series(values=tuple(values), ink=Ink.GREEN),),
        scale=tuple(Mark(at=at, label=usd(at)) for at in scale.counts(max(values))),
        places=_places(view, words),
    )


def _failures(view: View, words: Words) -> Bars:
    values = [day.failed for day in view.figures.days]
    return Bars(
        title=words(say("Failed orders")),
        total=words.number(view.figures.failed),
        series=(Series(values=tuple(values), ink=Ink.RED),),
        scale=tuple(Mark(at=at, label=words.number(at)) for at in scale.counts(max(values))),
        places=_places(view, words),
    )


def _waiting(view: View, words: Words) -> Bars:
    typical: list[Typical | None] = [day.waited for day in view.figures.days]
    slowest = max((each.slow for each in typical if each is not None), default=0)
    return Bars(
        title=words(say("Waited at most")),
        total="",
        series=(
            Series(
                values=tuple(None if each is None else each.slow for each in typical),
                ink=Ink.DARK_AMBER,
                label=words(say("9 of 10")),
            ),
            Series(
                values=tuple(None if each is None else each.median for each in typical),
                ink=Ink.AMBER,
                label=words(say("half")),
            ),
        ),
        scale=tuple(Mark(at=at, label=words(duration(at)) if at else "0") for at in scale.durations(slowest)),
        places=_places(view, words),
    )


def _places(view: View, words: Words) -> tuple[Mark, ...]:
    days = view.figures.days
    return tuple(
        Mark(at=place, label=words.date(days[place].date)) for place in sorted({0, len(days) // 2, len(days) - 1})
    )


def _ranking(title: str, rows: Sequence[tuple[str, int]], words: Words) -> Ranking:
    shown = tuple(Row(label=label, value=images, text=words.number(images)) for label, images in rows)
    return Ranking(title=title, rows=shown, ink=Ink.BLUE)


def _user(view: View, user_id: int, words: Words) -> str:
    """A picture shows no mention: a name, the end of an id, or nobody's."""
    if user_id < 0:
        return words(say("a former member"))
    name = drawable(view.names.get(user_id, ""))
    return name or words(say("member …{digits}", digits=str(user_id)[-_DIGITS:]))
