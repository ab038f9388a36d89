"""Text that others wrote, made ready to be drawn: it never becomes HTML, and never an image.

What a user wrote is drawn by `st.text`, which parses nothing. What a model wrote is Markdown,
and Markdown can make a browser fetch an image from anywhere, which would tell a stranger who
reads what. So images are taken out by `markdown` before Streamlit sees the text; the content
security policy of `pages.parts.browser` is the second lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

JOINER: Final = "\u2060"
"""WORD JOINER: invisible, of no width, and no break; between two signs it parts them."""

_FENCE = re.compile(r"(?P<marks>`{3,}|~{3,})(?P<rest>.*)", re.DOTALL)
_PERHAPS_FENCE = re.compile(r"[\s>*+\-\d.):\[\]^\w]*(?:`{3,}|~{3,})")
_BLOCK_OPENER = re.compile(r" {0,3}(?=<|\$\$|::)")
_EMPHASIS = re.compile(r"\*\*|__|`|^#+ |^\|?[-| :]{3,}$", re.MULTILINE)
_LOOKED_FOR_LATE = re.compile(r"(?<=:)(?=[\w+/-]+:)|(?<=[<>~-])(?=[-=>])")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def markdown(text: str) -> str:
    """A model's Markdown with every image shown as the text it is written as.

    Fenced code stays as it is, so that what is copied from it works. That is safe only where
    it is certain to be code for every Markdown parser; everywhere else an image loses its sign:
    ``![`` becomes ``!\\[``, or gets an invisible joiner where a backslash might be seen.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").split("\n")
    return "\n".join(_safe_lines(lines))


def label(text: str) -> str:
    """The text for a place that takes Markdown and shall show it to the letter, on one line."""
    # Emoji codes, icons and arrows are looked for after the escapes are resolved: part them.
    parted = _LOOKED_FOR_LATE.sub(JOINER, " ".join(text.split()))
    return _PUNCTUATION.sub(r"\\\1", parted)


def preview(text: str, longest: int = 200) -> str:
    """The beginning of a text on one line, without the signs of Markdown's emphasis."""
    line = " ".join(_EMPHASIS.sub("", text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class _Fence:
    """An open code fence that stands at the very start of its line, outside of all blocks."""

    marks: str

    def closed_by(self, line: str) -> bool:
        found = _FENCE.match(line.lstrip(" ")) if len(line) - len(line.lstrip(" ")) <= 3 else None
        return (
            found is not None
            and found["marks"][0] == self.marks[0]
            and len(found["marks"]) >= len(self.marks)
            and not found["rest"].strip(" \t")
        )


def _safe_lines(lines: list[str]) -> Iterator[str]:
    """The lines, those of certain fenced code untouched.

    A fence is certain where nothing before it can swallow its line: it has no indent, and
    blocks that could reach over it (HTML, formulas, directives) are defused as they come. After
    a fence inside a list or a quotation, which ends where that block ends, nothing is certain.
    """
    fence: _Fence | None = None
    certain = True
    ticked = _lines_near_backticks(lines)
    for number, line in enumerate(lines):
        if fence is not None:
            yield line
            fence = None if fence.closed_by(line) else fence
            continue
        fence = _certain_fence(line) if certain else None
        if fence is not None:
            yield _without_images(line, joined=True)
            continue
        certain = certain and not _PERHAPS_FENCE.match(line)
        yield _without_images(
            _defused(line) if certain else line, joined=number in ticked or not certain
        )


def _certain_fence(line: str) -> _Fence | None:
    found = _FENCE.match(line)
    if found is None or (found["marks"][0] == "`" and "`" in found["rest"]):
        return None
    return _Fence(found["marks"])


def _defused(line: str) -> str:
    """The line, unable to open a block that swallows the lines after it."""
    found = _BLOCK_OPENER.match(line)
    if found is None:
        return line
    start = found.end()
    return f"{line[:start]}\\{line[start:]}".replace("\\$$", "\\$\\$")


def _without_images(line: str, *, joined: bool) -> str:
    return line.replace("![", f"!{JOINER}[" if joined else "!\\[")


def _lines_near_backticks(lines: list[str]) -> frozenset[int]:
    """Numbers of the lines in paragraphs with a backtick, where code may be meant."""
    near: set[int] = set()
    paragraph: list[int] = []
    for number, line in enumerate([*lines, ""]):
        if line.strip():
            paragraph.append(number)
            continue
        if any("`" in lines[one] for one in paragraph):
            near.update(paragraph)
        paragraph = []
    return frozenset(near)
