"""Entries as JSON lines, to be taken from one cache to another.

Each line is one entry with its scope, and carries the version of this format. A file is taken in as
a whole or not at all: every line is checked before the first is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cache.decision import checked_threshold
from cache.entries import Draft
from cache.errors import CacheError, TransferError
from cache.key import Scope, readable
from cache.personal import personal_data

FORMAT: Literal[1] = 1
"""The version of the lines that this package writes, and the only one that it reads."""

Text = Annotated[str, Field(pattern=r"\S")]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


class _ScopeFields(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    owner: str = ""
    conversation: str = ""
    prompt: str
    model: str
    purpose: str = "answer"
    context: str = ""
    language: str = ""
    knowledge: str = ""
    plan: str = ""
    step: str = ""


class TransferLine(BaseModel):
    """One entry on one line. Times are seconds since the epoch."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    version: Literal[1]
    question: Text
    answer: Text
    scope: _ScopeFields
    model: str
    created_at: Amount
    expires_at: Amount | None = None
    hits: Count = 0
    last_hit_at: Amount | None = None
    seconds: Amount = 0.0
    tokens: Count = 0
    pinned: bool = False
    tags: list[Text] = []
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    verifier: str | None = None

    def partition(self) -> Scope:
        """:raises ScopeError: with an owner and no conversation, or the other way round."""
        return Scope(**self.scope.model_dump())


def written(drafts: Iterable[Draft]) -> Iterator[str]:
    """One JSON line, without its end, for each entry."""
    for draft in drafts:
        scope = asdict(draft.scope)
        del scope["id"]
        yield TransferLine(
            version=FORMAT,
            question=draft.question,
            answer=draft.answer,
            scope=_ScopeFields(**scope),
            model=draft.model,
            created_at=draft.created_at,
            expires_at=draft.expires_at,
            hits=draft.hits,
            last_hit_at=draft.last_hit_at,
            seconds=draft.seconds,
            tokens=draft.tokens,
            pinned=draft.pinned,
            tags=list(draft.tags),
            threshold=draft.threshold,
            verifier=draft.verifier,
        ).model_dump_json()


def read(lines: Iterable[str], *, owner: str | None) -> Sequence[TransferLine]:
    """The entries on the lines; blank lines are passed over.

    :param owner: only shared entries and this owner's own may be there; ``None``: anybody's.
    :raises TransferError: with every line that is refused and why, counted from 1.
    """
    good: list[TransferLine] = []
    bad: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                good.append(_checked(TransferLine.model_validate_json(line), owner))
            except ValidationError as error:
                bad.append((number, _told(error)))
            except (CacheError, ValueError) as error:
                bad.append((number, str(error)))
    if bad:
        raise TransferError(bad)
    return good


def _checked(line: TransferLine, owner: str | None) -> TransferLine:
    scope = line.partition()
    if owner is not None and scope.owner not in ("", owner):
        raise ValueError("it belongs to another owner")
    if scope.shared:
        found = personal_data(line.question) or personal_data(line.answer)
        if found is not None:
            raise ValueError(f"it would share personal data ({found})")
    if line.threshold is not None:
        checked_threshold(line.threshold)
    texts = (line.question, line.answer, *line.tags)
    if any(readable(text) != text for text in texts):
        raise ValueError("its text is not valid Unicode")
    return line


def _told(error: ValidationError) -> str:
    """What is wrong, without the values: a line may hold somebody's text."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
