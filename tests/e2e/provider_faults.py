"""The table: what an image API may do wrong, and what must become of the job."""

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from jobs.errors import (
    ContentRefused,
    GenerationFailed,
    OutOfCredit,
    RateLimited,
    Rejected,
    ResultUnusable,
    Unauthorised,
    UnknownOutcome,
)

FLUX_1, FLUX_2 = "flux-lora", "flux-2-lora"
CREATE = {FLUX_1: "eachlabs.create", FLUX_2: "aimlapi.generate"}
MOVED = "The image service is not where this bot looks for it. The bot's operator has to mend that."
TOO_LATE = "The image service did not finish in time. Please try again."
OWN_500 = json.dumps({"status": "error", "message": "Internal error", "details": "pg: relation jobs"})
OWN_429 = json.dumps({"status": "error", "message": "Rate limit exceeded", "details": ""})
NO_CREDIT = json.dumps({"message": "Top up", "error": {"data": {"kind": "err_insufficent_credits"}}})
FORBIDDEN = json.dumps({"message": "Forbidden", "error": {"data": {"kind": "err_forbidden"}}})
POLL_IS_LATE = 11_000_000  # ms; later than any deadline


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row: what goes wrong, and the outcome. What is left out is as when all is well."""

    name: str
    model: str = FLUX_1
    webhooks: bool = False
    faults: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    api: Mapping[str, object] = field(default_factory=dict)  # settings of the stand-in
    bot: Mapping[str, object] = field(default_factory=dict)  # settings of the bot
    overdue: bool = False  # the job has been at the API for longer than its model may take
    # the outcome
    told: str | None = None  # how the sentence begins that the member reads; None: the images
    creates: int = 1  # that the API has accepted, and may bill
    sent: int | None = None  # creates that were sent; None: those that were accepted
    unknown: int = 0  # creates whose outcome stayed unknown
    cancelled: bool = False  # the API was asked to stop

    @property
    def id(self) -> str:
        """For pytest."""
        mode = "answer" if self.model == FLUX_2 else "webhook" if self.webhooks else "poll"
        return f"{self.name} [{mode}]"


def fault(target: str, kind: str, **more: Any) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    return ((target, {"kind": kind, **more}),)


def status(code: int, body: str = "", **headers: str) -> dict[str, Any]:
    return {"kind": "status", "status": code, "body": body, "headers": headers}


def picture(kind: str, size: tuple[int, int] = (64, 64), *, part: float = 1.0) -> dict[str, Any]:
    """An answer that is a picture, or the first part of one, served as PNG whatever it is."""
    data = io.BytesIO()
    Image.new("1", size).save(data, kind)
    content = data.getvalue()[: int(part * data.tell())]
    encoded = base64.b64encode(content).decode()
    return {"kind": "status", "status": 200, "headers": {"Content-Type": "image/png"}, "body_base64": encoded}


def _creates() -> list[Case]:
    """What may happen to a create, at both APIs."""
    again = {  # certainly nothing was created: sent again, and paid once
        "5xx in the vendor's words": status(500, OWN_500),
        "503 that asks to wait": status(503, "busy", **{"Retry-After": "1"}),
        "429 that asks to wait": status(429, OWN_429, **{"Retry-After": "1"}),
        "429 that asks for nothing": status(429, OWN_429),
    }
    final = {  # trying again would not help
        "400": (status(400, OWN_500), str(Rejected.default_message).partition(".")[0]),
        "400 for the content": (
            status(400, '{"message": "content policy violation"}'),
            str(ContentRefused.default_message),
        ),
        "401": (status(401, '{"message": "no"}'), str(Unauthorised.default_message)),
        "402": (status(402, '{"message": "no"}'), str(OutOfCredit.default_message)),
        "403 out of credit": (status(403, NO_CREDIT), str(OutOfCredit.default_message)),
        "403": (status(403, FORBIDDEN), str(Unauthorised.default_message)),
        "404": (status(404, '{"message": "no such model"}'), str(Rejected.default_message).partition(".")[0]),
        "a redirect elsewhere": ({"kind": "redirect", "headers": {"Location": "http://127.0.0.2:9/x"}}, MOVED),
        "429 that asks for an hour": (
            status(429, OWN_429, **{"Retry-After": "3600"}),
            str(RateLimited.default_message),
        ),
    }
    lost: dict[str, Mapping[str, Any]] = {  # nobody knows; here nothing was created
        "502 of a gateway": {"kind": "html", "status": 502},
        "a page with 200": {"kind": "html", "status": 200},
        "no JSON with 200": {"kind": "garbage"},
        "a broken connection": {"kind": "disconnect"},
        "a create that hangs": {"kind": "hang"},
    }
    rows = []
    for model, target in CREATE.items():
        rows += [Case(name=name, model=model, faults=((target, what),), sent=2) for name, what in again.items()]
        rows += [
            Case(name=name, model=model, faults=((target, what),), told=told, creates=0, sent=1)
            for name, (what, told) in final.items()
        ]
        rows += [
            Case(name=name, model=model, faults=((target, what),), sent=2, unknown=1) for name, what in lost.items()
        ]
        twice = ((target, {"kind": "disconnect", "times": 2}),)
        told = str(UnknownOutcome.default_message)
        rows.append(Case(name="lost twice", model=model, faults=twice, told=told, creates=0, sent=2, unknown=2))
    made: tuple[dict[str, Any], ...] = (
        {"kind": "lost_answer"},
        {"kind": "lost_answer", "status": 502},
        {"kind": "truncated"},
    )
    for what in made:
        name = f"created, but the answer is lost ({what.get('status', what['kind'])})"
        rows.append(Case(name=name, faults=((CREATE[FLUX_1], what),)))
        rows.append(Case(name=name, model=FLUX_2, faults=((CREATE[FLUX_2], what),), creates=2, unknown=1))
    empty = (
        ("{}", str(GenerationFailed.default_message)),
        ('{"has_nsfw_concepts": [true]}', str(ContentRefused.held_back)),
    )
    for body, told in empty:
        faults = ((CREATE[FLUX_2], status(200, body)),)
        rows.append(Case(name=f"{body} with 200", model=FLUX_2, faults=faults, told=told, creates=0, sent=1))
    return rows


def _polls() -> list[Case]:
    """What may happen to a look."""
    passes: dict[str, Mapping[str, Any]] = {
        "5xx": status(500, OWN_500),
        "502 of a gateway": {"kind": "html", "status": 502},
        "429": status(429, OWN_429, **{"Retry-After": "0"}),
        "401": status(401, '{"message": "no"}'),
        "402": status(402, '{"message": "no"}'),
        "a page with 200": {"kind": "html", "status": 200},
        "a broken connection": {"kind": "disconnect"},
        "a poll that hangs": {"kind": "hang"},
        "half an answer": {"kind": "truncated"},
        "an answer without an end": {"kind": "endless"},
    }
    rows = [Case(name=f"poll: {name}", faults=(("eachlabs.poll", what),)) for name, what in passes.items()]
    gone = status(404, '{"status": "error", "message": "gone"}')
    rows.append(Case(name="poll: 404", faults=(("eachlabs.poll", gone),), told=str(GenerationFailed.default_message)))
    return rows


def _ends() -> list[Case]:
    """How a prediction may end, told by a poll or by a webhook."""
    opening = str(GenerationFailed.default_message).partition(".")[0]
    rows = []
    for webhooks in (False, True):
        for kind in ("failed", "error"):
            ends = fault("eachlabs.result", kind, body="CUDA out of memory")
            rows.append(Case(name=kind, webhooks=webhooks, faults=ends, told=f"{opening}: CUDA out of memory. Try"))
        ends = fault("eachlabs.result", "nsfw")
        rows.append(Case(name="nsfw", webhooks=webhooks, faults=ends, told=str(ContentRefused.held_back)))
        ends = fault("eachlabs.result", "no_output")
        rows.append(Case(name="success without output", webhooks=webhooks, faults=ends, told=opening))
    ends = fault("eachlabs.result", "cancelled")
    rows.append(Case(name="cancelled by the vendor", faults=ends, told=opening))
    for name, kind in (("a status that no page names", "unknown_status"), ("a job that never ends", "never_ends")):
        late = fault("eachlabs.result", kind)
        rows.append(Case(name=name, faults=late, told=TOO_LATE, overdue=True, cancelled=True))
    # What is made and paid is not thrown away for it; how long at most, shows tests/jobs/test_watcher.py.
    rows.append(Case(name="a poll that fails past the deadline", faults=fault("eachlabs.poll", "html", times=20),
                     overdue=True))  # fmt: skip
    return rows


def _downloads() -> list[Case]:
    """What may come in place of an image."""
    passes = {"5xx": status(500), "a broken connection": {"kind": "disconnect"}, "cut short": {"kind": "truncated"},
              "a download that hangs": {"kind": "hang"}, "404 at first": status(404)}  # fmt: skip
    never: dict[str, Mapping[str, Any]] = {
        "noise": {"kind": "garbage"},
        "a page": {"kind": "html", "status": 200},
        "half an image": picture("PNG", (512, 512), part=0.5),
        "another type of image": picture("GIF"),
        "an image of 400 megapixels": picture("PNG", (20_000, 20_000)),
        "an image without an end": {"kind": "endless"},
        "403": status(403),
        "a redirect to a private address": {"kind": "redirect", "headers": {"Location": "http://10.0.0.1/x.png"}},
        "a redirect to this machine": {"kind": "redirect", "headers": {"Location": "http://127.0.0.1:9/x.png"}},
    }
    rows = []
    for model, webhooks in ((FLUX_1, False), (FLUX_1, True), (FLUX_2, False)):
        told, target = str(ResultUnusable.default_message), "results.image"
        rows += [
            Case(name=f"image: {name}", model=model, webhooks=webhooks, faults=((target, what),))
            for name, what in (passes.items() if not webhooks else ())
        ]
        chosen = never if model == FLUX_1 and not webhooks else {name: never[name] for name in ("noise", "403")}
        rows += [
            Case(
                name=f"image: {name}",
                model=model,
                webhooks=webhooks,
                told=told,
                faults=((target, {**what, "times": 99}),),
            )
            for name, what in chosen.items()
        ]
        rows.append(Case(name="image: a link to a private address", model=model, webhooks=webhooks, told=told,
                         bot={"trusted_result_hosts": ""}))  # fmt: skip
    return rows


CASES = [*_creates(), *_polls(), *_ends(), *_downloads()]
