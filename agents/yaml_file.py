"""Files that a person writes in YAML: read as plain values, with the line of each, or refused.

Of YAML only what a settings file needs is taken: mappings, lists and scalars of its version 1.2
(so "no" is a word, not false). What lets a small file become large or start code is refused:
anchors and aliases, tags, several documents, a key that stands twice, and what is longer or
nested deeper than anybody writes.

```python
team = read(path).shaped(TeamShape)    # a pydantic model; ContentError names file, line, place
```
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agents.errors import ContentError

MOST_CHARACTERS: Final = 65_536
DEEPEST: Final = 12
_MOST_DIGITS: Final = 24

Location = tuple[str | int, ...]
"""Where a value is: keys, and numbers of list items from 0."""
Shape = TypeVar("Shape", bound=BaseModel)

_NOTHING: Final = object()
_NULL: Final = re.compile(r"~|null|Null|NULL|")
_TRUE: Final = re.compile(r"true|True|TRUE")
_FALSE: Final = re.compile(r"false|False|FALSE")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_PROBLEMS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "is no text",
    "list_type": "is no list",
    "tuple_type": "is no list",
    "dict_type": "has no entries of the form 'name: value'",
    "model_type": "has no entries of the form 'name: value'",
    "model_attributes_type": "has no entries of the form 'name: value'",
}
"""What pydantic finds wrong, in the words of somebody who writes YAML."""
_REMEDIES: Final[Mapping[str, str]] = {
    "missing": "Add it.",
    "extra_forbidden": "Remove it, or correct how it is spelt.",
    "string_type": "Put it in quotation marks.",
}


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The content of a file.

    Attributes:
        path: The file; of a text that has none yet, a name to call it by.
        content: Mappings with text keys, lists, texts, numbers, booleans and None.
        lines: The line of each value, from 1.
    """

    path: Path
    content: object
    lines: Mapping[Location, int]

    def line(self, location: Sequence[str | int] = ()) -> int:
        """The line of a value, or of what should hold it."""
        place = tuple(location)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def place(self, location: Sequence[str | int]) -> str:
        """A location in words: "steps 'write' task"; items without an id count from 1."""
        words: list[str] = []
        value = self.content
        for part in location:
            value = _inside(value, (part,))
            words.append(_called(value, part) if isinstance(part, int) else part)
        return " ".join(words)

    def error(
        self, location: Sequence[str | int], problem: str, remedy: str = "Correct the file."
    ) -> ContentError:
        """What to raise when the value at a location cannot be used."""
        return ContentError(
            self.path, self.place(location), problem, line=self.line(location), remedy=remedy
        )

    def shaped(self, shape: type[Shape]) -> Shape:
        """The content as a value of a pydantic model.

        Raises:
            ContentError: It has another shape.
        """
        try:
            return shape.model_validate(self.content)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = self._written(first["loc"], is_missing=first["type"] == "missing")
            problem = _PROBLEMS.get(first["type"], f"cannot be used: {_sentence(first['msg'])}")
            remedy = _REMEDIES.get(first["type"], "Correct the file.")
            raise self.error(where, problem, remedy) from error

    def _written(self, location: Sequence[str | int], *, is_missing: bool) -> Location:
        """A pydantic location without what is not in the file: names of types and of keys."""
        kept: Location = ()
        for part in location:
            if _inside(self.content, (*kept, part)) is not _NOTHING:
                kept = (*kept, part)
        return (*kept, location[-1]) if is_missing else kept


def read(path: Path) -> YamlFile:
    """The content of a file.

    Raises:
        ContentError: It cannot be read, or is not of the YAML that is taken here.
    """
    try:
        with path.open("r", encoding="utf-8") as file:
            text = file.read(MOST_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(path, "", f"cannot be read ({error})") from error
    return parse(text, path)


def parse(text: str, path: Path) -> YamlFile:
    """The content of a text.

    Args:
        path: The file that it is of, or a name to call it by in errors.

    Raises:
        ContentError: It is not of the YAML that is taken here.
    """
    if len(text) > MOST_CHARACTERS:
        raise ContentError(
            path,
            "",
            f"is longer than the {MOST_CHARACTERS:,} characters that are read",
            remedy="Shorten it.",
        )
    try:
        root = yaml.compose(text, _Loader)
    except yaml.YAMLError as error:
        raise _unreadable(path, error) from error
    if root is None:
        raise ContentError(path, "", "is empty", remedy="Write something into it.")
    reading = _Reading(path)
    content = reading.value(root, ())
    return YamlFile(path, content, reading.lines)


class _RefusedError(yaml.YAMLError):
    """YAML that is not taken here."""

    def __init__(self, problem: str, event: yaml.Event) -> None:
        super().__init__(problem)
        self.problem = problem
        self.problem_mark = event.start_mark


class _Loader(yaml.SafeLoader):
    """Composes nodes and refuses, before it is built, what could be too much."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            self._refuse(event, "anchors and aliases (& and *) are not taken")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "tags (!) are not taken")
        if self._depth == DEEPEST:
            self._refuse(event, f"more than {DEEPEST} levels of lists and entries")
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def _refuse(self, event: yaml.Event, problem: str) -> NoReturn:
        raise _RefusedError(problem, event)


class _Reading:
    """Makes values of nodes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.lines: dict[Location, int] = {}

    def value(self, node: yaml.Node, location: Location) -> object:
        self.lines[location] = _line(node)
        match node:
            case yaml.MappingNode():
                return self._mapping(node, location)
            case yaml.SequenceNode():
                return [self.value(item, (*location, i)) for i, item in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node) if node.style is None else node.value
            case _:
                raise self._error(node, "is no YAML", "Correct this line.")

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, object]:
        content: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self.value(key_node, location)
            if not isinstance(key, str):
                problem, remedy = f"has {key!r} as a name", "Put the name in quotation marks."
                raise self._error(key_node, problem, remedy)
            if key in content:
                raise self._error(key_node, f"has {key!r} twice", "Keep one of them.")
            content[key] = self.value(value_node, (*location, key))
            self.lines[*location, key] = _line(key_node)
        self.lines[location] = _line(node)
        return content

    def _scalar(self, node: yaml.ScalarNode) -> object:
        text: str = node.value
        if _NULL.fullmatch(text):
            return None
        if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
            return text.lower() == "true"
        if not _FLOAT.fullmatch(text):
            return text
        if len(text) > _MOST_DIGITS or math.isinf(float(text)):
            raise self._error(node, "has a number that is too long", "Write a shorter one.")
        return int(text) if _INTEGER.fullmatch(text) else float(text)

    def _error(self, node: yaml.Node, problem: str, remedy: str) -> ContentError:
        return ContentError(self._path, "", problem, line=_line(node), remedy=remedy)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _unreadable(path: Path, error: yaml.YAMLError) -> ContentError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    line = 0 if mark is None else int(mark.line) + 1
    if isinstance(error, _RefusedError):
        return ContentError(path, "", problem, line=line, remedy="Write it out without them.")
    remedy = "Look at this line and the one above it: a space, a colon or a quotation mark."
    return ContentError(path, "", f"is no YAML ({_sentence(problem)})", line=line, remedy=remedy)


def _sentence(message: str) -> str:
    """A message of a library, as the end of a sentence of ours."""
    return " ".join(message.split()).rstrip(".")


def _inside(value: object, location: Location) -> object:
    """What a value holds at a location; `_NOTHING` where it has no such place."""
    for part in location:
        if isinstance(value, Mapping) and isinstance(part, str):
            value = value.get(part, _NOTHING)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return _NOTHING
    return value


def _called(value: object, number: int) -> str:
    name = value.get("id") if isinstance(value, Mapping) else None
    return repr(name) if isinstance(name, str) else str(number + 1)
