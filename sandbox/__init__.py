"""The outside world on your own machine: a Discord and both image APIs."""

from sandbox.server import Sandbox

__all__ = ["Sandbox"]
