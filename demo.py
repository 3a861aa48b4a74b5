"""`python bot.py demo`: the bot and the sandbox as two processes, and members who use them."""

from pathlib import Path


def run_demo(output: Path, *, serve: bool) -> int:
    """Play."""
    raise NotImplementedError
