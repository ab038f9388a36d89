"""Everything the cache may raise, in one tree.

    CacheError
    ├── ThresholdError        a threshold that is not a number from 0 to 1
    ├── BlankQuestionError    a question without a single visible character
    ├── EmptyAnswerError      an answer without a single visible character
    ├── AmountError           a duration, count or lifetime that is negative or not a number
    ├── ScopeError            a scope that is neither shared nor somebody's conversation
    ├── TagError              a tag without a single visible character
    ├── PersonalDataError     personal data on its way into a shared scope
    ├── TransferError         lines of a file of entries that cannot be taken in
    ├── LabelledFileError     a labelled file that cannot be read, or a row that makes no sense
    ├── EmbedderError         the embedding model is missing, broken, or gives unusable vectors
    │   └── ExportError       the ONNX file could not be made, or does not give the same vectors
    ├── VerifierError         the verifier is missing, broken, or not the one that was calibrated
    └── StoreError            the database refused; carries its path
        ├── StoreLockedError      somebody else holds it
        ├── StoreReadOnlyError    it may be read and not written
        ├── StoreFullError        the disk (or its quota) is full
        │   └── LimitError            the limits leave no room, and nothing may be evicted
        ├── StoreVersionError     it was written by a newer version of this package
        └── StoreCorruptError     it is damaged, or no database at all

Every message says what happened, to what, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class CacheError(Exception):
    """The root of all errors of this package."""


class ThresholdError(CacheError):
    """A similarity threshold outside 0..1.

    :ivar threshold: the value that was refused.
    """

    def __init__(self, threshold: float) -> None:
        super().__init__(
            f"The similarity threshold must be a number from 0 to 1, not {threshold!r}. "
            "0.85 is a usual choice."
        )
        self.threshold = threshold


class BlankQuestionError(CacheError):
    """A question with nothing in it."""

    def __init__(self) -> None:
        super().__init__("The question is blank. Give at least one visible character.")


class EmptyAnswerError(CacheError):
    """An answer with nothing in it; storing it would serve nothing to everybody who asks.

    :ivar question: the question that the empty answer was for.
    """

    def __init__(self, question: str) -> None:
        super().__init__(
            f"The answer to {question[:80]!r} is empty. Store an answer only once it is complete."
        )
        self.question = question


class AmountError(CacheError):
    """A duration, a count or a lifetime that makes no sense.

    :ivar field: which argument was refused.
    :ivar value: what was given.
    """

    def __init__(self, field: str, value: object) -> None:
        super().__init__(f"{field} was {value!r}. Give a finite number that is not negative.")
        self.field = field
        self.value = value


class ScopeError(CacheError):
    """A scope with an owner and no conversation, or a conversation and no owner.

    :ivar owner: the owner as given.
    :ivar conversation: the conversation as given.
    """

    def __init__(self, owner: str, conversation: str) -> None:
        super().__init__(
            f"A scope has both an owner and a conversation, or neither (it is shared then); "
            f"got owner {owner!r} and conversation {conversation!r}."
        )
        self.owner = owner
        self.conversation = conversation


class TagError(CacheError):
    """A tag with nothing in it.

    :ivar tag: the tag as given.
    """

    def __init__(self, tag: str) -> None:
        super().__init__(f"The tag {tag!r} is blank. Give at least one visible character.")
        self.tag = tag


class PersonalDataError(CacheError):
    """Personal data that would have been shared with everybody.

    :ivar found: what was found, in a few words that do not repeat it.
    """

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The question or its answer holds personal data ({found}). "
            "Store it in the scope of its conversation."
        )
        self.found = found


class TransferError(CacheError):
    """A file of entries with lines that are refused; nothing of it was taken in.

    :ivar lines: (number, counted from 1; what is wrong) of each line that is refused.
    """

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        shown = "; ".join(f"line {number}: {reason}" for number, reason in lines[:5])
        more = f"; and {len(lines) - 5} more" if len(lines) > 5 else ""
        super().__init__(f"Nothing was imported. {shown}{more}. Correct or remove these lines.")
        self.lines = tuple(lines)


class LabelledFileError(CacheError):
    """A labelled file that cannot be read, or a row of it that makes no sense.

    :ivar path: the file.
    :ivar line: where, from 1; ``None`` for the file as a whole.
    :ivar detail: what is wrong, and what was expected.
    """

    def __init__(self, path: Path, line: int | None, detail: str) -> None:
        place = str(path) if line is None else f"{path}, line {line}"
        super().__init__(f"{place}: {detail}")
        self.path = path
        self.line = line
        self.detail = detail


class EmbedderError(CacheError):
    """The embedding model cannot be used.

    :ivar name: which model.
    :ivar detail: what is wrong, and what to do about it.
    """

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"Embedding model {name}: {detail}")
        self.name = name
        self.detail = detail


class ExportError(EmbedderError):
    """The ONNX file was not made; the model it should have come from still works."""


class VerifierError(CacheError):
    """The verifier cannot be used; what it would have judged is not served.

    :ivar name: which verifier.
    :ivar detail: what is wrong, and what to do about it.
    """

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"Verifier {name}: {detail}")
        self.name = name
        self.detail = detail


class StoreError(CacheError):
    """The database refused an operation.

    :ivar path: the database file.
    :ivar detail: what the database said.
    """

    remedy = "Look at the detail, and at whether the file and its folder can be read and written."

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(f"Cache database {path}: {detail}. {self.remedy}")
        self.path = path
        self.detail = detail


class StoreLockedError(StoreError):
    """Another process holds the database for longer than we were willing to wait."""

    remedy = "Try again, or close the program that holds it."


class StoreReadOnlyError(StoreError):
    """The database can be read and not written; what it holds is still served."""

    remedy = "Make the file and its folder writable, or choose another folder."


class StoreFullError(StoreError):
    """There is no room for another entry; what is stored is still served."""

    remedy = "Free some disk space, or clear expired entries."


class LimitError(StoreFullError):
    """What may not be evicted fills the limits; what is stored is still served."""

    remedy = "Raise the limit, or unpin or delete entries."

    def __init__(self, path: Path, limit: str) -> None:
        super().__init__(path, f"{limit} leaves no room for another entry")


class StoreVersionError(StoreError):
    """The database was written by a newer version of this package.

    :ivar found: the schema version in the file.
    :ivar known: the newest schema version this package can read.
    """

    remedy = "Update this package, or choose another folder."

    def __init__(self, path: Path, *, found: int, known: int) -> None:
        super().__init__(path, f"it has schema version {found}, and only up to {known} is known")
        self.found = found
        self.known = known


class StoreCorruptError(StoreError):
    """The file is damaged, or is no SQLite database."""

    remedy = "Move the file away; an empty one is made at the next start."
