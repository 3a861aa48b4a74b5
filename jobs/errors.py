"""What can go wrong at an image API, as one tree.

ProviderError                 knows a sentence for the user and a detail for the log, secrets in neither
├── Retryable                 certainly nothing was created: the job waits and is sent again
│   ├── RateLimited           429: too many creates, or too many at once
│   └── Temporary             connection refused, 503 with Retry-After, a 5xx with the vendor's own JSON error
├── UnknownOutcome            a time-out, a broken connection, a gateway's HTML 502 or 504: it may exist and cost
└── Final                     trying again would not help
    ├── Rejected              400, 404, 422 …: the API refuses these values
    ├── ContentRefused        the API's content rules refuse this prompt or its result
    ├── Unauthorised          401, 403: the key is wrong or revoked; the operator's to mend
    ├── OutOfCredit           402, 403 with the vendor's kind: the operator's to mend
    ├── GenerationFailed      the API tried, and says that it failed
    └── ResultUnusable        the images cannot be fetched, are no images, or come from where we may not go
"""

import enum
from typing import ClassVar

from jobs.sentence import Sentence, say


class Reason(enum.StrEnum):
    """Why a job failed; the value is what the database and the metrics hold."""

    REJECTED = "rejected"
    CONTENT_REFUSED = "content_refused"
    UNAUTHORISED = "unauthorised"
    OUT_OF_CREDIT = "out_of_credit"
    RATE_LIMITED = "rate_limited"
    TEMPORARY = "temporary"
    UNKNOWN_OUTCOME = "unknown_outcome"
    GENERATION_FAILED = "generation_failed"
    RESULT_UNUSABLE = "result_unusable"
    DEADLINE = "deadline"
    NOT_OFFERED = "not_offered"
    INTERNAL = "internal"


class ProviderError(Exception):
    """Something went wrong at an image API.

    Attributes:
        user_message: one or two plain sentences for the member: what happened and what to do.
        detail: for the log: status, vendor's text shortened, request id; never a key, a token or a prompt.
    """

    reason: ClassVar[Reason]
    default_message: ClassVar[Sentence]

    def __init__(self, detail: str, *, user_message: Sentence | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.user_message = user_message or self.default_message


class Retryable(ProviderError):
    """Certainly nothing was created; `retry_after` is the vendor's wish in seconds, None where it stated none."""

    def __init__(self, detail: str, *, user_message: Sentence | None = None, retry_after: float | None = None) -> None:
        super().__init__(detail, user_message=user_message)
        self.retry_after = retry_after


class RateLimited(Retryable):
    """429."""

    reason = Reason.RATE_LIMITED
    default_message = say("The image service is too busy right now. Please try again in a few minutes.")


class Temporary(Retryable):
    """The API cannot be reached or says that it has a fault of its own."""

    reason = Reason.TEMPORARY
    default_message = say("The image service has trouble right now. Please try again in a few minutes.")


class UnknownOutcome(ProviderError):
    """The create may or may not have happened: never sent again blindly."""

    reason = Reason.UNKNOWN_OUTCOME
    default_message = say("The image service did not answer, and no image arrived. Please try again.")


class Final(ProviderError):
    """Trying again would not help."""


class Rejected(Final):
    """The API refuses these values."""

    reason = Reason.REJECTED
    default_message = say("The image service refused these options. Change them and try again.")


class ContentRefused(Final):
    """The API's content rules refuse the prompt or its result."""

    reason = Reason.CONTENT_REFUSED
    default_message = say(
        "The image service's own content rules refused this prompt; they concern above all nudity, sex, violence, "
        "hatred and real people. Say it differently with {edit}, and try again.",
        edit=say("Edit"),
    )
    held_back: ClassVar[Sentence] = say(
        "The image was made, and the image service's safety checker holds it back: it takes it for nudity or violence, "
        "sometimes wrongly. Say it differently with {edit}, and try again. Where an admin allows it, `safety: False` "
        "switches the checker off in age-restricted channels.",
        edit=say("Edit"),
    )


class Unauthorised(Final):
    """The key is wrong, revoked, or may not use this model."""

    reason = Reason.UNAUTHORISED
    default_message = say("The image service refused this bot's key. The bot's operator has to mend that.")


class OutOfCredit(Final):
    """The operator's balance at the API is used up."""

    reason = Reason.OUT_OF_CREDIT
    default_message = say("This bot's credit at the image service is used up. The bot's operator has to top it up.")


class GenerationFailed(Final):
    """The API accepted the job, tried, and failed."""

    reason = Reason.GENERATION_FAILED
    default_message = say("The image service could not make this image. Try again, or change the prompt or the LoRA.")


class ResultUnusable(Final):
    """The result cannot be fetched or is not an image."""

    reason = Reason.RESULT_UNUSABLE
    default_message = say("The image service's result could not be used. Please try again.")
