"""A reply in the making, which any page may attach to, leave and attach to again.

The reply runs on the Runtime's event loop; a page only reads `Turn.view`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agents.dialogue.events import Event
from agents.dialogue.messages import Failure, Reply, ReplyStatus, Served, TeamWork, UserMessage
from agents.dialogue.plan import Step
from agents.dialogue.state import ChatState

Stage = Literal["reading", "planning", "judging", "writing", "consulting", "ended"]


@dataclass(frozen=True, slots=True)
class TurnView:
    """What a page sees of a reply at one moment.

    Attributes:
        reply: The reply as far as it is written; its status says whether it has ended.
        stage: What is being done.
        steps: The plan's steps that are written so far, while a plan is being drafted.
    """

    reply: Reply
    stage: Stage = "reading"
    steps: tuple[Step, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.stage == "ended"


class Turn:
    """One reply while it is written. Written by the loop's thread only, read by any.

    Attributes:
        message: What is replied to; its types are known once it was understood.
        state: The conversation with all that happened; `stored` is without what is `unsaved`.
        step: The step that the message was judged against; None where it was not.
        offer: What had been offered when the message came; `offer_about` what about.
    """

    def __init__(
        self,
        state: ChatState,
        message: UserMessage,
        reply: Reply,
        threshold: float,
        *,
        automatic: bool = False,
    ) -> None:
        self.message = message
        self.threshold = threshold
        self.automatic = automatic
        self.state = state
        self.stored = state
        self.unsaved: tuple[Event, ...] = ()
        self.step: Step | None = None
        self.offer = state.offer
        self.offer_about = state.offer_about
        self.view = TurnView(reply)
        self._ended = threading.Event()
        self._stopping = threading.Event()
        self._cancel: Callable[[], object] | None = None

    @property
    def conversation(self) -> str:
        """Id of the conversation."""
        return self.state.id

    @property
    def reply(self) -> Reply:
        """The reply as far as it is written."""
        return self.view.reply

    def enter(self, stage: Stage) -> None:
        """Say what is being done now."""
        self.view = replace(self.view, stage=stage)

    def show_steps(self, steps: tuple[Step, ...]) -> None:
        """Show the steps of the plan that are written so far."""
        self.view = replace(self.view, steps=steps)

    def write(self, piece: str) -> None:
        """Add a piece to the answer."""
        reply = self.reply
        first = reply.first_token
        if first is None:
            first = time.time() - self.message.at
        self._show(replace(reply, answer=reply.answer + piece, first_token=first))

    def guide(self, text: str) -> None:
        """Set what the plan adds after the answer."""
        reply = self.reply
        first = reply.first_token
        if first is None:
            first = time.time() - self.message.at
        self._show(replace(reply, guidance=text, first_token=first))

    def note(
        self,
        *,
        served: Served | None = None,
        sent: str | None = None,
        model: str | None = None,
        tokens: int = 0,
        notice: str | None = None,
        team: TeamWork | None = None,
    ) -> None:
        """Record how the answer came about; None leaves a field as it is, tokens are added."""
        reply = self.reply
        self._show(
            replace(
                reply,
                served=reply.served if served is None else served,
                sent=reply.sent if sent is None else sent,
                model=reply.model if model is None else model,
                notice=reply.notice if notice is None else notice,
                tokens=reply.tokens + tokens,
                team=reply.team if team is None else team,
            )
        )

    def learnt(self, state: ChatState, events: Sequence[Event]) -> None:
        """Go on from a state after events that are to be stored by the reply's end."""
        self.state = state
        self.unsaved = (*self.unsaved, *events)

    def saved(self, state: ChatState) -> None:
        """Go on from a state in which all is stored."""
        self.state = self.stored = state
        self.unsaved = ()

    def end(self, status: ReplyStatus, failure: Failure | None = None) -> Reply:
        """The reply with its end; to be stored before it is shown by `show_end`."""
        return replace(
            self.reply, status=status, failure=failure, seconds=time.time() - self.message.at
        )

    def show_end(self, reply: Reply) -> None:
        """Show that the reply has ended."""
        self.view = replace(self.view, reply=reply, stage="ended")
        self._ended.set()

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def stopped_by(self, cancel: Callable[[], object]) -> None:
        """Say how writing is stopped."""
        self._cancel = cancel

    def stop(self) -> None:
        """Stop writing; the part that came is kept. From any thread; harmless after the end."""
        self._stopping.set()
        if self._cancel is not None and not self._ended.is_set():
            self._cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, seconds; False when it did not come in time."""
        return self._ended.wait(timeout)

    def _show(self, reply: Reply) -> None:
        self.view = replace(self.view, reply=reply)
