"""Rules as JSON and back, for the database; what is read there was written by this program."""

from typing import Final

from pydantic import TypeAdapter

from jobs.servers.rules import ServerRules

_RULES: Final = TypeAdapter(ServerRules)


def rules_to_json(rules: ServerRules) -> str:
    """Everything that is decided; what is not is left out, so that a later program's defaults hold."""
    return _RULES.dump_json(rules, exclude_defaults=True).decode()


def rules_from_json(text: str) -> ServerRules:
    """The rules that `rules_to_json` has written; what this program does not know is left out."""
    return _RULES.validate_json(text)
