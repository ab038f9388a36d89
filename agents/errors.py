"""Every error that Reprise itself raises, in one tree.

    RepriseError
    ├── SettingsError            a setting has a value that cannot be used
    ├── MessageError             a message was refused before anything was stored
    │   ├── BlankMessageError
    │   └── MessageTooLongError
    ├── BusyError                a reply to this conversation is still running
    ├── NotReadyError            the model or the cache is still being loaded
    ├── ModelError               the model did not answer (see models/failures.py)
    │   ├── OverloadedError      too many calls wait for it already
    │   └── BudgetError          what may be used of it is used up
    ├── WeightsError             a model file could not be had (see models/weights.py)
    ├── PlanError                a plan is not usable
    │   └── PlanChangedError     it was changed meanwhile
    ├── TransitionError          the state machine's table is not usable
    ├── ContentError             a file that somebody writes (YAML, CSV) is not usable
    ├── WorkflowError            a workflow is not usable, or not with what it was given
    ├── DeliveryError            a webhook did not take what was posted to it
    ├── HandOverError            nobody could be told of a conversation
    ├── MessageNotFoundError
    ├── ImportRefusedError       a file is no conversation that can be taken in
    │   ├── ImportTooLargeError
    │   ├── ImportVersionError
    │   └── ImportInvalidError
    ├── ConversationNotFoundError
    ├── TeamError                a team could not do its task
    │   ├── TaskRefusedError     a task was refused before anything ran
    │   ├── DefinitionNotFoundError
    │   ├── RunNotFoundError
    │   ├── RunStateError        a run is still going on, or has nothing left to do
    │   └── TeamFailedError      nobody gave a result
    └── StoreError               what is kept could not be read or written
        ├── StoreLockedError
        ├── StoreReadOnlyError
        ├── StoreFullError
        ├── StoreVersionError
        └── StoreCorruptError

Each says what happened and to which input (``message``) and what to do about it
(``remedy``). Constructors only assign.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

TRANSIENT: Final = frozenset({"address", "busy", "timeout", "server", "garbage", "cut", "empty"})
"""Kinds of `ModelError` that say nothing against the request."""


class RepriseError(Exception):
    """Something Reprise could not do.

    Attributes:
        message: What happened, to which input: one sentence.
        remedy: What the user can do about it: one sentence, or "" when there is nothing.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class SettingsError(RepriseError):
    """A setting has a value that cannot be used.

    Attributes:
        name: The environment variable.
        value: What it held.
    """

    def __init__(self, name: str, value: str, problem: str, *, remedy: str) -> None:
        super().__init__(f"{name} is {value!r}, {problem}.", remedy=remedy)
        self.name = name
        self.value = value


class MessageError(RepriseError):
    """A message was refused; the text stays with the user."""


class BlankMessageError(MessageError):
    """A message with nothing to read in it."""

    def __init__(self) -> None:
        super().__init__("This message is empty.", remedy="Write a few words and send it again.")


class MessageTooLongError(MessageError):
    """A message longer than the limit.

    Attributes:
        length: Its length in characters.
        limit: The longest that is accepted, in characters.
    """

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(
            f"This message has {length:,} characters; at most {limit:,} can be read at once.",
            remedy="Shorten it or send it in parts.",
        )
        self.length = length
        self.limit = limit


class BusyError(RepriseError):
    """A reply to this conversation is still running.

    Attributes:
        then: What to do when it has ended.
    """

    def __init__(self, conversation: str, *, then: str = "send your message again") -> None:
        super().__init__(
            "The last reply is still being written.",
            remedy=f"Wait for it or press Stop, then {then}.",
        )
        self.conversation = conversation
        self.then = then


class NotReadyError(RepriseError):
    """A part that the request needs is still being loaded."""

    def __init__(self, part: str) -> None:
        super().__init__(
            f"The {part} is still being loaded.",
            remedy="Your text is kept; send it again in a moment.",
        )
        self.part = part


class ModelError(RepriseError):
    """The model did not answer, or not to the end.

    Attributes:
        kind: What went wrong: "key", "model", "address", "busy", "timeout", "size", "server",
            "garbage", "cut", "empty", "budget" or "unknown".
        retry_after: Seconds after which it may be asked again, where that is known.
        partial: Whether some of the answer was shown before; then nothing else may be shown.
    """

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        kind: str = "unknown",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.kind = kind
        self.retry_after = retry_after
        self.partial = False

    @property
    def transient(self) -> bool:
        """Whether the same call may succeed in a while, or elsewhere."""
        return self.kind in TRANSIENT


class OverloadedError(ModelError):
    """Too many calls wait for the model already; its kind is "busy".

    Attributes:
        capacity: Most calls that may wait.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__(
            f"Too many requests wait for the model already, the most is {capacity}.",
            remedy="Send your message again in a moment.",
            kind="busy",
        )
        self.capacity = capacity


class BudgetError(ModelError):
    """What may be used of the model within a minute or a day is used up; its kind is "budget".

    Attributes:
        budget: Which one it is, in words.
        free_in: Seconds until some of it is free again.
    """

    def __init__(self, budget: str, free_in: float) -> None:
        super().__init__(
            f"The budget of {budget} is used up.",
            remedy=f"Send your message again in {in_words(free_in)}, or raise it in limits.yml.",
            kind="budget",
        )
        self.budget = budget
        self.free_in = free_in


class WeightsError(RepriseError):
    """A model file could not be had."""


class PlanError(RepriseError):
    """A plan is not usable."""


class PlanChangedError(PlanError):
    """A change was made to a plan that is no longer the one it was made to.

    Attributes:
        conversation: Id of the conversation.
        based_on: Number of the version that the change was made to; None where it named a step
            that is gone.
        version: Number of the version that holds now.
    """

    def __init__(self, conversation: str, based_on: int | None, version: int) -> None:
        super().__init__(
            "The plan was changed in another window meanwhile; your change was not made.",
            remedy="Look at it as it is now, and change it again.",
        )
        self.conversation = conversation
        self.based_on = based_on
        self.version = version


class TransitionError(RepriseError):
    """The state machine's table is not usable."""


class ContentError(RepriseError):
    """A file that somebody writes is not usable: sentences, templates, limits, teams, workflows.

    Attributes:
        path: The file.
        key: Where in it, such as "hello" or "steps 2 needs"; "" for the whole file.
        line: The line, from 1; 0 where it is not known.
    """

    def __init__(
        self,
        path: Path,
        key: str,
        problem: str,
        *,
        line: int = 0,
        remedy: str = "Correct the file.",
    ) -> None:
        place = ", ".join(part for part in (path.name, f"line {line}" if line else "", key) if part)
        super().__init__(f"{place}: {problem}.", remedy=remedy)
        self.path = path
        self.key = key
        self.line = line


class WorkflowError(RepriseError):
    """A workflow is not usable, or not with what it was given.

    Attributes:
        workflow: Its name.
        problem: What is wrong, as the end of a sentence about the step or the workflow.
        step: Id of the step; "" where it is no step's.
        location: Where in the workflow, in the words of its file: ("steps", 2, "task").
    """

    def __init__(
        self,
        workflow: str,
        problem: str,
        *,
        remedy: str,
        step: str = "",
        location: Sequence[str | int] = (),
    ) -> None:
        whole = f"The workflow {workflow!r}"
        part = f"The step {step!r} of the workflow {workflow!r}"
        super().__init__(f"{part if step else whole} {problem}.", remedy=remedy)
        self.workflow = workflow
        self.problem = problem
        self.step = step
        self.location = tuple(location)


class DeliveryError(RepriseError):
    """A webhook did not take what was posted to it.

    Attributes:
        host: Of the address that was tried; the rest of it may be a secret.
        problem: What went wrong, as the end of a sentence about the host.
    """

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(
            f"Nobody could be told: {host} {problem}.",
            remedy="Check the webhook's address and what answers there.",
        )
        self.host = host
        self.problem = problem


class HandOverError(RepriseError):
    """Nobody could be told that a conversation wants a person.

    Attributes:
        host: Of the address that was tried; the rest of it may be a secret.
    """

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(
            f"Nobody could be told: {host} {problem}.",
            remedy="Export the conversation on the Plan page and pass it on yourself.",
        )
        self.host = host


class MessageNotFoundError(RepriseError):
    """No such message in the conversation.

    Attributes:
        message_id: What was looked for.
    """

    def __init__(self, message_id: str) -> None:
        super().__init__(
            "This message is not in the conversation.",
            remedy="Load the page again and choose a message that it shows.",
        )
        self.message_id = message_id


class ImportRefusedError(RepriseError):
    """A file is no conversation that can be taken in; nothing of it was stored."""


class ImportTooLargeError(ImportRefusedError):
    """A file is larger than any conversation.

    Attributes:
        size: What it has, in `unit`.
        limit: The most that is read.
    """

    def __init__(self, size: int, limit: int, unit: str) -> None:
        super().__init__(
            f"This file has {size:,} {unit}; a conversation has at most {limit:,}.",
            remedy="Choose a file that Reprise exported.",
        )
        self.size = size
        self.limit = limit
        self.unit = unit


class ImportVersionError(ImportRefusedError):
    """A file was written by a newer Reprise.

    Attributes:
        found: The version of its format.
        known: The newest version that this program reads.
    """

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"This file has version {found} of the format, written by a newer Reprise; "
            f"this one reads up to version {known}.",
            remedy="Update Reprise, then import the file again.",
        )
        self.found = found
        self.known = known


class ImportInvalidError(ImportRefusedError):
    """A file is no conversation, or not a whole one.

    Attributes:
        problem: What is wrong with it, and where.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"This file is no conversation: {problem}.",
            remedy="Choose a file that Reprise exported and that nobody has changed.",
        )
        self.problem = problem


class TeamError(RepriseError):
    """A team could not do its task."""


class TaskRefusedError(TeamError):
    """A task was refused; nothing ran and nothing was stored."""


class DefinitionNotFoundError(TeamError):
    """There is no team or workflow of this name.

    Attributes:
        kind: "nested", "recursive" or "workflow".
        name: What was looked for.
        known: The names that there are.
    """

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        what = "workflow" if kind == "workflow" else f"{kind} team"
        names = ", ".join(known) or "none"
        super().__init__(f"There is no {what} {name!r}.", remedy=f"Choose one of: {names}.")
        self.kind = kind
        self.name = name
        self.known = tuple(known)


class RunNotFoundError(TeamError):
    """No such run of a team, or it belongs to someone else.

    Attributes:
        run: Its id.
    """

    def __init__(self, run: str) -> None:
        super().__init__("This run does not exist here.", remedy="Choose another from the list.")
        self.run = run


class RunStateError(TeamError):
    """A run cannot be resumed or removed as it stands.

    Attributes:
        run: Its id.
        status: How it stands.
    """

    def __init__(self, run: str, status: str) -> None:
        if status in ("waiting", "running"):
            message, remedy = "This run is still going on.", "Wait for its end, or stop it first."
        else:
            message, remedy = "This run is done: nothing is left to resume.", "Start a new one."
        super().__init__(message, remedy=remedy)
        self.run = run
        self.status = status


class TeamFailedError(TeamError):
    """Nobody of a team gave a result.

    Attributes:
        team: Its name.
        reasons: Why, once each.
    """

    def __init__(self, team: str, reasons: Sequence[str], *, remedy: str) -> None:
        why = " ".join(dict.fromkeys(reasons))
        super().__init__(f"Nobody in the team {team!r} gave a result: {why}", remedy=remedy)
        self.team = team
        self.reasons = tuple(dict.fromkeys(reasons))


class StoreError(RepriseError):
    """What is kept, conversations or runs of teams, could not be read or written.

    Attributes:
        path: The database file.
    """

    def __init__(self, path: Path, problem: str, *, remedy: str) -> None:
        super().__init__(f"The {path.stem} in {path.name} {problem}.", remedy=remedy)
        self.path = path


class StoreLockedError(StoreError):
    """Another program holds the database."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "are locked by another program",
            remedy="Close what holds the file open, or wait, then try again.",
        )


class StoreReadOnlyError(StoreError):
    """The database cannot be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "cannot be written",
            remedy="Give this user write access to the file and its folder, then try again.",
        )


class StoreFullError(StoreError):
    """No room is left on the disk."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, "cannot grow: the disk is full", remedy="Free some space, then try again."
        )


class StoreVersionError(StoreError):
    """The database was written by a newer Reprise.

    Attributes:
        found: Its schema version.
        known: The newest version that this program reads.
    """

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            path,
            f"have schema version {found}, newer than {known}, the newest known here",
            remedy="Update Reprise, or point REPRISE_HOME to another folder.",
        )
        self.found = found
        self.known = known


class StoreCorruptError(StoreError):
    """The database file is damaged, or is no database."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "cannot be read: the file is damaged or is not a database",
            remedy="Restore a backup, or move the file away to start afresh.",
        )


class ConversationNotFoundError(RepriseError):
    """No such conversation, or it belongs to someone else."""

    def __init__(self, conversation: str) -> None:
        super().__init__(
            "This conversation does not exist here.",
            remedy="Choose another from the sidebar or start a new chat.",
        )
        self.conversation = conversation


def in_words(seconds: float) -> str:
    """A time to wait, rounded up: "8 seconds", "25 minutes", "3 hours"."""
    units = ((3600, "hour"), (60, "minute"))
    size, unit = next((one for one in units if seconds > one[0]), (1, "second"))
    count = max(1, math.ceil(seconds / size))
    return f"{count} {unit}{'s' if count > 1 else ''}"
