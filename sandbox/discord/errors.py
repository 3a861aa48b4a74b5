"""Discord's error answers: a status, a JSON error code and, for a faulty form, the fields at fault."""

from collections.abc import Sequence

from sandbox.discord.model import Json

INVALID_FORM = 50035


class ApiError(Exception):
    """An error answer of Discord's HTTP API; `status` is HTTP's, `code` Discord's own."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def to_json(self) -> Json:
        """Write the body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


class Refusal(Exception):
    """What a Discord client does not let its member do; the text says why."""


class NoSuchThing(LookupError):
    """The control API was asked for something that is not there."""


class FormErrors:
    """Collects the faults of a request's body and raises them together, as Discord reports them."""

    def __init__(self) -> None:
        self._found: Json = {}

    def add(self, path: Sequence[str | int], code: str, message: str) -> None:
        """Note a fault of the field at `path`."""
        place = self._found
        for step in path:
            place = place.setdefault(str(step), {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def too_long(self, path: Sequence[str | int], limit: int) -> None:
        """Note that a text exceeds `limit` characters."""
        self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def bad_length(self, path: Sequence[str | int], least: int, most: int) -> None:
        """Note that a text or list is not between `least` and `most` long."""
        self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def required(self, path: Sequence[str | int]) -> None:
        """Note that a field is missing."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def choice(self, path: Sequence[str | int], allowed: object) -> None:
        """Note that a value is none of those allowed."""
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")

    def wrong_type(self, path: Sequence[str | int], expected: str) -> None:
        """Note that a value has another JSON type than `expected`."""
        self.add(path, "BASE_TYPE_INVALID", f"Not a well formed {expected}.")

    def check(self) -> None:
        """Raise what was noted, if anything was."""
        if self._found:
            raise ApiError(400, INVALID_FORM, "Invalid Form Body", self._found)


def unauthorized() -> ApiError:
    """No token, or a wrong one."""
    return ApiError(401, 0, "401: Unauthorized")


def not_found() -> ApiError:
    """No such route."""
    return ApiError(404, 0, "404: Not Found")


def unknown_channel() -> ApiError:
    """No such channel, or the bot is not in its guild."""
    return ApiError(404, 10003, "Unknown Channel")


def unknown_guild() -> ApiError:
    """No such guild, or the bot is not in it."""
    return ApiError(404, 10004, "Unknown Guild")


def unknown_member() -> ApiError:
    """The user is no member of that guild."""
    return ApiError(404, 10007, "Unknown Member")


def unknown_message() -> ApiError:
    """No such message, or not for the bot to see."""
    return ApiError(404, 10008, "Unknown Message")


def unknown_user() -> ApiError:
    """No such user."""
    return ApiError(404, 10013, "Unknown User")


def unknown_webhook() -> ApiError:
    """An interaction that was not acknowledged has no webhook yet."""
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> ApiError:
    """The interaction was not acknowledged in time, or never was."""
    return ApiError(404, 10062, "Unknown interaction")


def too_many_follow_ups() -> ApiError:
    """Where only a user has the application, an interaction has five follow-ups."""
    return ApiError(400, 40094, "This interaction has reached the maximum number of follow up messages.")


def already_acknowledged() -> ApiError:
    """A second callback."""
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def invalid_webhook_token() -> ApiError:
    """The interaction's token has expired, or is no token."""
    return ApiError(401, 50027, "Invalid Webhook Token")


def missing_access() -> ApiError:
    """The bot does not see the channel."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """The bot sees the channel but may not do this there."""
    return ApiError(403, 50013, "Missing Permissions")


def thread_archived(status: int) -> ApiError:
    """Nothing changes in an archived thread: 400, or 403 where it is locked as well and so cannot be opened."""
    return ApiError(status, 50083, "Thread is archived")


def thread_locked() -> ApiError:
    """Only who may manage threads writes in a locked one."""
    return ApiError(403, 160005, "Thread is locked")


def cannot_message_user() -> ApiError:
    """The user takes no direct messages from the bot."""
    return ApiError(403, 50007, "Cannot send messages to this user")


def no_text_channel() -> ApiError:
    """A category holds channels and no messages."""
    return ApiError(400, 50008, "Cannot send messages in a non-text channel")


def not_the_author() -> ApiError:
    """Only the author edits a message."""
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> ApiError:
    """A message without content, embeds, files or components."""
    return ApiError(400, 50006, "Cannot send an empty message")


def too_large() -> ApiError:
    """The files exceed the upload limit."""
    return ApiError(413, 40005, "Request entity too large")
