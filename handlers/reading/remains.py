"""A text that is read piece by piece: what was used is blanked out, what is left stays where it was."""

import re

_SMALL_WORDS = re.compile("[的了吧和与跟把将给请呢啊哈个也就先都要在是对让这那]{1,4}")


class Remains:
    """What of a plain text no rule has used yet."""

    def __init__(self, text: str, written: str | None = None) -> None:
        self.text = text
        self.written = text if written is None else written

    def as_written(self, match: re.Match[str], group: str) -> str:
        """Cut a part of a match out of the message as it was written."""
        return self.written[slice(*match.span(group))].strip()

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Find a pattern and use it up."""
        match = pattern.search(self.text)
        if match:
            self.blank(*match.span())
        return match

    def blank(self, start: int, end: int) -> None:
        """Use up a stretch of the text."""
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]

    def words(self) -> list[str]:
        """List what is left between spaces and marks."""
        return [word for word in re.split(r"[\s,;.!?:\"'()\[\]<>【】《》「」\x01]+", self.text) if word]

    def rest(self) -> str:
        """Give what is left without the small words that only hold a sentence together."""
        return " ".join(word for word in self.words() if not _SMALL_WORDS.fullmatch(word))
