"""Notices when an answer goes round in circles, as a small model's does now and then.

It would write the same lines until its longest length is reached: minutes of waiting for nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

REPETITION: Final = "repetition"
"""Why an answer ended that was going round in circles."""
FEWEST_AGAIN: Final = 6
"""Lines or sentences that are said again, one after the other, before it is a circle."""
TIMES_AGAIN: Final = 2
"""How often each of them is said again by then; a chorus at the end of a song is said once more."""
FEWEST_WORDS: Final = 3
"""Shorter ones prove nothing, nor do the rows of a table."""

_END: Final = re.compile(r"\n|[.!?…][\"'”)*_]*\s")
_MARKS: Final = re.compile(r"^[\s\-*•>#]*(?:\d{1,3}(?:[.)](?:\s+|$)|$))?[\s*]*")
"""What a list puts before a line; other numbers are part of what is said: the hours of a day."""
_WORD: Final = re.compile(r"\w+")
_FENCE: Final = "```"
_ROW: Final = "|"


class Repetition:
    """Lets an answer through, piece by piece, as long as it says something new.

    Lines and sentences that were said before are held back until something new follows them, a
    refrain's next verse, say. Code is let through as it is.

    Attributes:
        in_circles: Whether the answer repeats itself for good; nothing is let through any more.
    """

    def __init__(self) -> None:
        self.in_circles = False
        self._text = ""
        self._shown = 0
        self._begin = 0
        self._said: set[str] = set()
        self._again: list[str] = []
        self._in_code = False

    @property
    def shown(self) -> str:
        """What was let through so far."""
        return self._text[: self._shown]

    def let_through(self, piece: str) -> str:
        """What may be shown after one more piece of the answer; "" where all is held back."""
        self._text += piece
        free = self._shown
        while not self.in_circles and (end := _END.search(self._text, self._begin)):
            unit, self._begin = self._text[self._begin : end.end()], end.end()
            if self._is_new(unit):
                free = self._begin
        if not self.in_circles and self._leads_on():
            free = len(self._text)
        return self._up_to(free)

    def rest(self) -> str:
        """What is still held back, once the answer has ended of itself."""
        return self._up_to(len(self._text))

    def _up_to(self, end: int) -> str:
        free = self._text[self._shown : max(end, self._shown)]
        self._shown += len(free)
        return free

    def _is_new(self, unit: str) -> bool:
        """Take note of a whole line or sentence; whether it was not said before."""
        if unit.lstrip().startswith(_FENCE):
            self._in_code = not self._in_code
        key = _key(unit)
        if self._in_code or (key and key not in self._said):
            self._said.add(key)
            self._again.clear()
            return True
        if not key.startswith(_ROW) and len(_WORD.findall(key)) >= FEWEST_WORDS:
            self._again.append(key)
            each = Counter(self._again).values()
            self.in_circles = len(self._again) >= FEWEST_AGAIN and min(each) >= TIMES_AGAIN
        return False

    def _leads_on(self) -> bool:
        """Whether the line that is being written cannot become one that was said before."""
        if self._in_code:
            return True
        begun = _key(self._text[self._begin :])
        return not any(said.startswith(begun) for said in self._said)


def _key(unit: str) -> str:
    """A line or sentence without its list's mark, in small letters."""
    return _MARKS.sub("", unit).strip().casefold()
