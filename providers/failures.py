"""Which error of `jobs.errors` an HTTP answer or a stated failure is: pure, no I/O.

answer                                        to a create         to a read
429                                           RateLimited         RateLimited
5xx with the vendor's own JSON error,
    503 with Retry-After                      Temporary           Temporary
408, any other 5xx, 303 …                     UnknownOutcome      Temporary
301, 302, 307, 308 that are not followed      Rejected            Temporary
401                                           Unauthorised        Unauthorised
402, or the vendor's kind for "no credit"     OutOfCredit         OutOfCredit
4xx in the words of a content policy          ContentRefused      ContentRefused
403                                           Unauthorised        Unauthorised
404                                           Rejected            GenerationFailed
any other 4xx                                 Rejected            Rejected
"""

import dataclasses
import enum
import re
from http import HTTPStatus
from typing import Final

import jobs.errors
from jobs.errors import (
    ContentRefused,
    GenerationFailed,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Rejected,
    Temporary,
    Unauthorised,
    UnknownOutcome,
)
from jobs.sentence import say
from providers.answers import Answer, VendorError, vendor_error
from providers.scrub import Scrubber

_SENTENCE_LONGEST: Final = 200  # characters of the vendor's text that a member gets to read
_MOVED: Final = frozenset({301, 302, 307, 308})  # says that this server has done nothing; 303 says that it has
_NO_CREDIT: Final = re.compile(r"insuffici?ent[ _-]*(credit|balance|fund)", re.IGNORECASE)
_CONTENT: Final = re.compile(
    r"nsfw|moderation|inappropriate|prohibited content|safety[ _-]?(system|filter|check)"
    r"|content[ _-]?(policy|policies|moderat|filter|rule|guideline|safety|violation)"
    r"|(sensitive|explicit|sexual|unsafe|disallowed) (content|image|material)"
    r"|violat\w+ \w+ (usage|use|content) polic",
    re.IGNORECASE,
)
_CHECKER: Final = re.compile(r"nsfw|safety[ _-]?check", re.IGNORECASE)  # it looks at images, not at prompts
_OPTION_NAMES: Final = re.compile(r"\b(enable|disable)_safety_checker\b|\bsafety_tolerance\b", re.IGNORECASE)
# "prediction 4f0c…: ", "(request id 4f0c…)": says nothing to a member.
_NAMED: Final = re.compile(
    r"[(\[]?\b(?:(?:prediction|request|job|task)[ _-]*(?:id)?[:= ]*)?"
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b[)\]]?[:,]?\s*",
    re.IGNORECASE,
)
_REQUEST_ID: Final = re.compile(r"[^\w.:-]+", re.ASCII)
_MOVED_MESSAGE: Final = say(
    "The image service is not where this bot looks for it. The bot's operator has to mend that."
)


class Call(enum.Enum):
    """What a failed call means for money."""

    CREATE = enum.auto()  # may have been carried out although no answer came
    READ = enum.auto()  # repeating it costs nothing


def failure(answer: Answer, *, call: Call, scrub: Scrubber) -> ProviderError:
    """The error that an answer with a status other than 2xx is."""
    error = vendor_error(answer.body)
    text = scrub.clean(error.text) if error else ""
    detail = describe(answer, text=text, error=error, scrub=scrub)
    if answer.status >= HTTPStatus.BAD_REQUEST and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _refusal(answer, call=call, error=error, text=text, detail=detail)
    if call is Call.READ:
        return Temporary(detail, retry_after=answer.retry_after)
    if answer.status in _MOVED:
        return Rejected(f"{detail} (a redirect that is not followed)", user_message=_MOVED_MESSAGE)
    asks_to_wait = answer.status == HTTPStatus.SERVICE_UNAVAILABLE and answer.retry_after is not None
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and (asks_to_wait or (error and error.own)):
        return Temporary(detail, retry_after=answer.retry_after)
    return UnknownOutcome(detail)


def stated_refusal(answer: Answer, *, scrub: Scrubber) -> ProviderError:
    """The error of a create that was refused in its body although its status is 2xx: as if it were a 400."""
    error = vendor_error(answer.body)
    text = scrub.clean(error.text) if error else ""
    detail = describe(answer, text=text, error=error, scrub=scrub)
    refused = dataclasses.replace(answer, status=HTTPStatus.BAD_REQUEST)
    return _refusal(refused, call=Call.CREATE, error=error, text=text, detail=detail)


def stated_failure(text: str, *, logs: str = "", scrub: Scrubber, what: str) -> ProviderError:
    """The error that a vendor states about a job that it had accepted.

    `what` begins the detail; `logs` stand in where there is no text, but are not for members.
    """
    clean = scrub.clean(text)
    told = clean or scrub.clean(logs)
    detail = f"{what}: {told}" if told else what
    if speaks_of_content(told):
        return ContentRefused(detail, user_message=ContentRefused.held_back if _CHECKER.search(told) else None)
    said = _told(clean)
    if not said:
        return GenerationFailed(detail)
    message = say(
        "The image service could not make this image: {reason} Try again, or change the prompt or the LoRA.",
        reason=said,
    )
    return GenerationFailed(detail, user_message=message)


def speaks_of_content(text: str) -> bool:
    """Whether a scrubbed text speaks of a content policy (and not of the option that switches a checker)."""
    return _CONTENT.search(_OPTION_NAMES.sub("", text)) is not None


def describe(answer: Answer, *, text: str = "", error: VendorError | None = None, scrub: Scrubber) -> str:
    """The detail for the log: status, vendor's text, request id."""
    request_id = answer.request_id or (error.request_id if error else None)
    parts = [f"HTTP {answer.status}", text]
    if request_id:
        parts.append(f"request {_REQUEST_ID.sub('', scrub.clean(request_id, longest=80))}")
    return ", ".join(part for part in parts if part)


def _refusal(answer: Answer, *, call: Call, error: VendorError | None, text: str, detail: str) -> ProviderError:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS and not _no_credit(answer, error, text):
        return RateLimited(detail, retry_after=answer.retry_after)
    if answer.status == HTTPStatus.REQUEST_TIMEOUT:
        # each::labs answers it when something behind its API has timed out: the job may exist.
        return UnknownOutcome(detail) if call is Call.CREATE else Temporary(detail, retry_after=answer.retry_after)
    kind = _final_kind(answer, call=call, error=error, text=text)
    if kind is Rejected:
        said = _told(text)
        if not said:
            return Rejected(detail)
        message = say("The image service refused these options: {reason} Change them and try again.", reason=said)
        return Rejected(detail, user_message=message)
    return kind(detail)


def _final_kind(answer: Answer, *, call: Call, error: VendorError | None, text: str) -> type[jobs.errors.Final]:
    kind: type[jobs.errors.Final] = Rejected
    if _no_credit(answer, error, text):
        kind = OutOfCredit
    elif answer.status == HTTPStatus.UNAUTHORIZED:
        kind = Unauthorised
    elif speaks_of_content(f"{text} {error.kinds if error else ''}"):
        kind = ContentRefused
    elif answer.status == HTTPStatus.FORBIDDEN:
        kind = Unauthorised
    elif answer.status == HTTPStatus.NOT_FOUND and call is Call.READ:
        kind = GenerationFailed
    return kind


def _no_credit(answer: Answer, error: VendorError | None, text: str) -> bool:
    if answer.status == HTTPStatus.PAYMENT_REQUIRED or (error and _NO_CREDIT.search(error.kinds)):
        return True
    return answer.status == HTTPStatus.FORBIDDEN and _NO_CREDIT.search(text) is not None


def _told(text: str) -> str:
    """What a member reads of a vendor's text, with a full stop; empty where there is nothing for a member in it."""
    text = _NAMED.sub("", text).strip()
    if not text:
        return ""
    if len(text) > _SENTENCE_LONGEST:
        text = f"{text[: _SENTENCE_LONGEST - 1]}…"
    return text if text[-1] in ".!?…" else f"{text}."
