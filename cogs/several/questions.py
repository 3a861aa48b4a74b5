"""What was asked and is not answered yet, in memory: after a restart it has to be typed again, which is said."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

import discord

from jobs.ports import Clock
from jobs.request import ImageRequest

LIFE: Final = 14 * 60_000  # ms: a little less than that of the token by which the question can be removed
MOST: Final = 1_000  # questions of all users; beyond, the oldest are forgotten


@dataclass(kw_only=True)
class Question:
    """One question to one user."""

    interaction: discord.Interaction[Any]  # that of the command, by which the question can be edited
    requests: tuple[ImageRequest, ...]
    private: bool
    asked_at: int  # UTC ms
    is_answered: bool = False  # Make was pressed, and the order is being placed or was placed

    @property
    def images(self) -> int:
        """What all of it makes."""
        return sum(request.images for request in self.requests)


class Questions:
    """The last ones."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: OrderedDict[int, Question] = OrderedDict()

    def put(
        self, interaction: discord.Interaction[Any], requests: tuple[ImageRequest, ...], *, private: bool
    ) -> Question:
        """Remember what is being asked."""
        question = Question(interaction=interaction, requests=requests, private=private, asked_at=self._clock.now())
        self._asked[interaction.id] = question
        while len(self._asked) > MOST:
            self._asked.popitem(last=False)
        return question

    def find(self, reference: int, *, user_id: int) -> Question | None:
        """What this user was asked; None after a quarter of an hour, after a restart, and to anybody else."""
        question = self._asked.get(reference)
        if question is None or question.interaction.user.id != user_id:
            return None
        if self._clock.now() - question.asked_at > LIFE:
            del self._asked[reference]
            return None
        return question

    def drop(self, reference: int) -> None:
        """Forget it."""
        self._asked.pop(reference, None)
