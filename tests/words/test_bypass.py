"""No text reaches a person past the catalogues: read off the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs import errors

ROOT = Path(__file__).parents[2]
FOR_READINESS = ROOT / "jobs" / "tasks.py"  # its words stand in /readyz
FOR_THE_OPERATOR = set((ROOT / "jobs" / "operator").rglob("*.py"))  # on the command line, in English
FILES = sorted(
    {*(ROOT / "cogs").rglob("*.py"), *(ROOT / "jobs").rglob("*.py"), ROOT / "features.py"}
    - {FOR_READINESS}
    - FOR_THE_OPERATOR
)
LET_BE = {
    # for the log, although nothing around them says so
    "it may stand in its private response, where nobody can look any more",
    "direct message: ",
    "not sent: every API key is refused",
    # names as other tools write them into images, and as people type them
    "Schedule type",
    "approval",
    "raw_sources",
    "approvers",
    "`/imagine prompt: a lighthouse in a storm, oil painting`",
    # in files and in the audit log, which is the same in every language
    '["word", "two words"]',
    "a former member",
    " left until ",
    "there is no such channel",
}

PROSE = re.compile(r"[A-Za-z]{2,}[,.:;!?]? +[a-z]{2,}")  # two words after one another
WORD = re.compile(r"[A-Za-z]{3,}")
TRANSLATED = {"say", "say_count", "locale_str"}
FOR_THE_LOG = {"debug", "info", "warning", "error", "exception", "critical"}
FOR_MACHINES = {"compile", "spawn", "supervise", "internal", "verbatim", "TypeVar", "fullmatch", "sub"}
DETAILS = {"detail", "kept_because"}  # keywords whose text goes to the log and the database
SHOWN = {
    "Embed": {"title", "description"},
    "add_field": {"name", "value"},
    "set_footer": {"text"},
    "set_author": {"name"},
    "Button": {"label"},
    "TextInput": {"label", "placeholder", "default"},
    "Label": {"text", "description"},
    "TextDisplay": {"content"},
    "Select": {"placeholder"},
    "SelectOption": {"label", "description"},
    "Modal": {"title"},
    "__init__": {"title"},
    "Choice": {"name"},
    "ContextMenu": {"name"},
    "Command": {"description"},
    "command": {"description"},
    "Group": {"description"},
    "send": {"content"},
    "send_message": {"content"},
    "edit": {"content"},
    "edit_message": {"content"},
    "edit_original_response": {"content"},
}
"""By what is called, the parameters that a person reads; the first one of a `send` is its content."""


def bypasses(source: str) -> Iterator[str]:
    """Every text of this source that a person might read and no translator sees."""
    yield from _Reader().found(ast.parse(source))


class _Reader:
    def found(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Raise() | ast.Assert() | ast.Expr(value=ast.Constant()):
                return  # errors are for the log; docstrings for us
            case ast.Call():
                yield from self._call(node)
            case ast.ClassDef(keywords=keywords):
                for keyword in keywords:
                    if keyword.arg == "title":
                        yield from _words_in(keyword.value)
                yield from self._within(node)
            case ast.Constant(value=str(text)) if PROSE.search(text):
                yield text
            case ast.FunctionDef() | ast.AsyncFunctionDef():  # all but its annotations
                for part in (
                    *node.decorator_list,
                    *node.args.defaults,
                    *filter(None, node.args.kw_defaults),
                    *node.body,
                ):
                    yield from self.found(part)
            case ast.AnnAssign(value=value):
                yield from self.found(value) if value is not None else ()
            case _:
                yield from self._within(node)

    def _call(self, call: ast.Call) -> Iterator[str]:
        name = _name(call.func)
        if name in TRANSLATED or name in FOR_MACHINES or _is_error(name) or _is_log(call.func):
            # What is said within still has values, and these may be texts.
            values = [keyword.value for keyword in call.keywords] if name in TRANSLATED else []
            for value in values:
                yield from self.found(value)
            return
        shown = SHOWN.get(name, set())
        if "content" in shown and call.args:
            yield from _words_in(call.args[0])
        for keyword in call.keywords:
            if keyword.arg in shown:
                yield from _words_in(keyword.value)
            elif keyword.arg not in DETAILS and not (keyword.arg == "name" and name == "create_task"):
                yield from self.found(keyword.value)
        for argument in (call.func, *call.args):
            yield from self.found(argument)

    def _within(self, node: ast.AST) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            yield from self.found(child)


def _words_in(node: ast.expr) -> Iterator[str]:
    """Where a person reads it even one word counts; what is typed stands in back-ticks."""
    match node:
        case ast.Constant(value=str(text)):
            if WORD.search(re.sub(r"`[^`]*`|<[^>]*>", "", text)):
                yield text
        case ast.JoinedStr(values=values):
            for value in values:
                yield from _words_in(value)
        case ast.IfExp(body=body, orelse=orelse):
            yield from [*_words_in(body), *_words_in(orelse)]
        case ast.BoolOp(values=values):
            for value in values:
                yield from _words_in(value)
        case ast.BinOp(left=left, right=right):
            yield from [*_words_in(left), *_words_in(right)]
        case _:
            yield from _Reader().found(node)


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_log(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in FOR_THE_LOG


def _is_error(name: str) -> bool:
    known = getattr(errors, name, None)
    return isinstance(known, type) and issubclass(known, Exception)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_that_people_read_bypasses_the_catalogues(path: Path) -> None:
    assert set(bypasses(path.read_text(encoding="utf-8"))) - LET_BE == set()


@pytest.mark.parametrize(
    "source",
    [
        'X = "Nothing of yours yet."',
        'discord.Embed(title="Queued")',
        'discord.Embed(title=f"{count} left")',
        'embed.add_field(name="Model", value=x)',
        'embed.set_footer(text="Job" if a else b)',
        'ui.Button(label="Again")',
        'class Form(ui.Modal, title="Edit"): pass',
        'await interaction.response.send_message("Done", ephemeral=True)',
        'message.edit(content="Done.")',
        'say("{a}", a="some words here")',
        'app_commands.Choice(name="Landscape", value="x")',
        'app_commands.command(name="quota", description="Yours")',
    ],
)
def test_a_text_past_the_catalogues_is_found(source: str) -> None:
    assert list(bypasses(source)) != []


@pytest.mark.parametrize(
    "source",
    [
        '"""What this module is."""',
        'say("Nothing of yours yet.")',
        'discord.Embed(title=words(say("Queued")), description=f"`{seed}`")',
        '_log.info("the job has failed", cause="no answer")',
        'raise ValueError("an order needs a channel")',
        'Failure(detail="not sent: every key is refused")',
        'UnknownOutcome("the API did not answer")',
        'app_commands.command(name="quota", description=locale_str("What you have left"))',
    ],
)
def test_what_is_translated_or_for_nobody_to_read_is_let_be(source: str) -> None:
    assert list(bypasses(source)) == []
