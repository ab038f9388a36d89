"""What the kinds of run have in common, so that one facade starts, keeps and resumes them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from agents.teams.recording import Recorder
from agents.teams.run import Delegation, Kind, Run
from agents.teams.shelf import Shelf

if TYPE_CHECKING:
    from agents.teams.desk import Desk

Work = Callable[[Recorder, "Desk"], Awaitable[str]]
"""Does a run's work: puts its delegations into the recorder and returns its result. A RepriseError
that it raises is why the run failed. Delegations that are done in the recorder's run already are
not done again."""

Watcher = Callable[[Run, Delegation], None]
"""Is told of every change of a delegation, on the event loop; must return at once and raise
nothing."""


class Way(Protocol):
    """One kind of run.

    Attributes:
        default: Name of the definition that is taken where none is chosen.
        shelf: Its definitions.
    """

    @property
    def kind(self) -> Kind: ...
    @property
    def default(self) -> str: ...
    @property
    def shelf(self) -> Shelf[Any]: ...

    def work(self, run: Run) -> Work:
        """What does a run's work; nothing has begun when this returns.

        The definition is `run.script`, or where that is "" the shipped one named
        `run.definition`.

        Raises:
            RepriseError: The definition or what was given cannot be used.
        """
        ...

    def status(self) -> Mapping[str, object]:
        """What is to be told of this kind in the system's status."""
        ...
