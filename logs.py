"""Structured logs on stderr, for people or machines; the libraries' logs go the same way, secrets in none of them."""

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, TextIO

import stamina
import structlog
from structlog.typing import EventDict, Processor

_OURS: Final = ("bot", "cogs", "demo", "jobs", "media", "providers", "standby", "startup", "stopping", "storage", "web")
_QUIET: Final = ("aiosqlite", "asyncio", "httpcore", "httpx", "PIL")
"""These log every request, statement or byte below WARNING, with addresses and prompts in them."""

_SECRET_PATHS: Final = re.compile(
    r"(/webhooks/[a-z0-9]+/|/interactions/\d+/)(?:([0-9a-z]{20})/)?[^/\s\"'?]{8,}", re.IGNORECASE
)
_MASK: Final = "***"
_EXACT: Final = 2**53
_SHORTEST: Final = 8  # characters


class Redactor:
    """Masks secrets in a finished line: those it is told, and the tokens in the addresses of webhooks."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # A shorter one is no secret, and masking it would tear words apart.
        known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(re.escape(secret) for secret in known)) if known else None

    def __call__(self, line: str) -> str:
        """The line without them."""
        if self._known is not None:
            line = self._known.sub(_MASK, line)
        return _SECRET_PATHS.sub(lambda found: f"{found[1]}{found[2] + '/' if found[2] else ''}{_MASK}", line)


class _Briefly(logging.Filter):
    """discord.py tells of each lost connection with a stack trace; a line is enough, since it connects again."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything pass, that one shortened."""
        if record.exc_info and record.exc_info[0] is not None and "reconnect" in record.getMessage():
            record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0].__name__})", ()
            record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
        return True


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    def __init__(self, redact: Redactor, **options: Any) -> None:
        super().__init__(**options)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def configure_logging(*, level: str, form: str, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Set up structlog and the standard library's logging; `form` is `console` or `json`.

    Our own packages log from `level` on. Libraries log from INFO on, or from WARNING where INFO would name what
    nobody should read.
    """
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderers: list[Processor]
    if form == "json":
        renderers = [_exact_ids, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        colours = hasattr(target, "isatty") and target.isatty()
        # The plain traceback: a rich one would print local variables, prompts and tokens among them.
        plain = structlog.dev.plain_traceback
        renderers = [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=plain)]
    formatter = _RedactingFormatter(
        Redactor(secrets),
        foreign_pre_chain=shared,
        processors=[_without_internals, *renderers],
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(formatter)
    handler.addFilter(_Briefly())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.getLevelName(level), logging.INFO))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.getLevelName(level), logging.WARNING))
    stamina.instrumentation.set_on_retry_hooks([])  # it would log each try of a read, and cannot say for which job
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _exact_ids(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Discord's ids as text: many readers of JSON take numbers beyond 2^53 for the nearest they can hold."""
    return {
        key: str(value) if isinstance(value, int) and abs(value) > _EXACT else value for key, value in event.items()
    }


def _without_internals(_logger: Any, _name: str, event: EventDict) -> EventDict:
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event
