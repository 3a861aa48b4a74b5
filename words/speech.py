"""From a sentence to the text that its reader sees."""

from jobs.sentence import Sentence


class Words:
    """One reader's language. `locale` is Discord's name of it: `de`, `en-GB`, `pt-BR`."""

    def __init__(self, locale: str) -> None:
        self.locale = locale

    def __call__(self, sentence: Sentence) -> str:
        """The sentence in the reader's language; in English where the catalogue has no translation."""
        return str(sentence)
