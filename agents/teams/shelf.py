"""Shelf: the definitions of one kind, one YAML file each; some come with Reprise, some are the
user's own.

A file of the user's own stands beside those that come with Reprise, or in place of the one of the
same name. Files are read again when they have changed.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from agents.errors import ContentError, DefinitionNotFoundError, StoreReadOnlyError
from agents.teams.run import Kind, Run
from agents.yaml_file import YamlFile, parse, read

logger = logging.getLogger(__name__)


class Named(Protocol):
    """What every definition says of itself."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def about(self) -> str: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Definition:
    """A team or a workflow, as it is chosen and edited.

    Attributes:
        name: Unique among those of its kind.
        title: For people.
        about: What it is good for, in a sentence.
        text: Its file.
        own: Whether it is the user's; the others can be replaced but not removed.
        problem: Why it cannot be used, with what to do about it; "" where it can.
    """

    name: str
    title: str
    about: str
    text: str
    own: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Book(Generic[T]):
    """A file that was read: of `value` and `error` one is there."""

    path: Path
    stamp: tuple[int, int]
    definition: Definition
    value: T | None = None
    error: ContentError | None = None


class Shelf(Generic[T]):
    """Definitions of one kind. May be used by threads.

    Args:
        shipped: Folder of those that come with Reprise.
        own: Folder of the user's; it need not exist.
        shape: Makes the definition of a file, or raises a ContentError.
    """

    def __init__(
        self, kind: Kind, shipped: Path, own: Path, shape: Callable[[YamlFile], T]
    ) -> None:
        self._kind = kind
        self._shipped = shipped
        self._own = own
        self._shape = shape
        self._books: dict[Path, _Book[T]] = {}

    def definitions(self) -> tuple[Definition, ...]:
        """All, by name; also the user's that cannot be used, with the reason."""
        return tuple(book.definition for book in self._by_name().values())

    def all(self) -> tuple[T, ...]:
        """Those that can be used, by name: first ours, then the user's own."""
        books = sorted(self._by_name().values(), key=lambda book: book.definition.own)
        return tuple(book.value for book in books if book.value is not None)

    def named(self, name: str) -> T:
        """The one of a name.

        Raises:
            DefinitionNotFoundError: There is none.
            ContentError: Its file cannot be used.
        """
        book = self._book(name)
        if book.error is not None:
            raise book.error
        if book.value is None:
            raise self._unknown(name)
        return book.value

    def used_by(self, run: Run) -> T:
        """What a run goes by: its own text, if it was begun with one, else the one of its name.

        Raises:
            DefinitionNotFoundError: There is none.
            ContentError: It cannot be used.
        """
        return self.read(run.script, run.definition) if run.script else self.named(run.definition)

    def definition(self, name: str) -> Definition:
        """The one of a name, as it is chosen and edited.

        Raises:
            DefinitionNotFoundError: There is none.
        """
        return self._book(name).definition

    def read(self, text: str, name: str = "") -> T:
        """What a text defines.

        Args:
            name: What to call it in errors; "": the text has no file yet.

        Raises:
            ContentError: It cannot be used; the error names the line, the place and the remedy.
        """
        return self._shape(parse(text, Path(f"{name}.yml" if name else "This definition")))

    def check(self, text: str, name: str = "") -> Definition:
        """What a text defines, as it is chosen and edited.

        Args:
            name: As in `read`.

        Raises:
            ContentError: As in `read`.
        """
        return _definition(self.read(text, name), text, own=True)

    def save(self, text: str, name: str = "") -> Definition:
        """Keep a definition as the user's own, in the place of one of the same name.

        Args:
            name: As in `read`.

        Raises:
            ContentError: It cannot be used; nothing was changed.
            StoreError: It cannot be written.
        """
        definition = self.check(text, name)
        books = self._by_name()
        known = books[definition.name].path if definition.name in books else None
        is_own = known is not None and known.parent == self._own
        path = known if known is not None and is_own else self._own / f"{definition.name}.yml"
        _write(path, text)
        return definition

    def remove(self, name: str) -> None:
        """Remove a definition of the user's own; the one that it stood in place of is back.

        Raises:
            DefinitionNotFoundError: The user has none of this name.
            StoreError: It cannot be removed.
        """
        book = self._by_name().get(name)
        if book is None or not book.definition.own:
            own = [d.name for d in self.definitions() if d.own]
            raise DefinitionNotFoundError(self._kind, name, own)
        try:
            book.path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreReadOnlyError(book.path) from error

    def _book(self, name: str) -> _Book[T]:
        book = self._by_name().get(name)
        if book is None:
            raise self._unknown(name)
        return book

    def _unknown(self, name: str) -> DefinitionNotFoundError:
        return DefinitionNotFoundError(self._kind, name, [d.name for d in self.definitions()])

    def _by_name(self) -> dict[str, _Book[T]]:
        books = {book.definition.name: book for book in self._read_all()}
        return {name: books[name] for name in sorted(books)}

    def _read_all(self) -> Iterator[_Book[T]]:
        """Every file's, the user's last."""
        for folder in (self._shipped, self._own):
            for path in sorted(folder.glob("*.y*ml")):
                if path.suffix in (".yml", ".yaml") and (book := self._read(path)) is not None:
                    yield book

    def _read(self, path: Path) -> _Book[T] | None:
        """A file as it is now; None where it is gone."""
        try:
            status = path.stat()
        except OSError:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._books.get(path)
        is_new = known is None or known.stamp != stamp
        # What a file lacks may stand in another, which came meanwhile.
        if known is None or is_new or known.error is not None:
            known = self._opened(path, stamp)
            self._books[path] = known
        if is_new and known.error is not None:
            logger.warning("the definition %s cannot be used: %s", path.name, known.error)
        return known

    def _opened(self, path: Path, stamp: tuple[int, int]) -> _Book[T]:
        own = path.parent == self._own
        try:
            value = self._shape(read(path))
        except ContentError as error:
            unusable = Definition(path.stem, path.stem, "", _text(path), own, problem=str(error))
            return _Book(path, stamp, unusable, error=error)
        return _Book(path, stamp, _definition(value, _text(path), own=own), value=value)


def _definition(value: Named, text: str, *, own: bool) -> Definition:
    return Definition(value.name, value.title, value.about, text, own)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _write(path: Path, text: str) -> None:
    """Put a text in the place of a file, all of it or nothing.

    Raises:
        StoreReadOnlyError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError as error:
        raise StoreReadOnlyError(path) from error
