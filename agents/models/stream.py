"""A stream of AG2 events that calls its subscribers itself."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

from ag2 import MemoryStream
from ag2.context import ConversationContext, SubId
from ag2.events import BaseEvent
from ag2.events.conditions import Condition
from ag2.utils import CONTEXT_OPTION_NAME

_EVENT_AND_CONTEXT: Final = 2

Handler = Callable[[BaseEvent, ConversationContext], Awaitable[object]]


class DirectStream(MemoryStream):
    """A MemoryStream for which a turn costs half as much.

    AG2 compiles each subscription, six a turn, into a model that injects dependencies, and goes
    through a worker thread to inject the context at each event, each token of an answer among
    them: some 8 ms a turn. Its own subscribers ask for nothing but the event and the context, so
    these are called as they are; any other goes AG2's way.
    """

    __slots__ = ()

    def subscribe(
        self,
        func: Callable[..., Any] | None = None,
        *,
        interrupt: bool = False,
        sync_to_thread: bool = True,
        condition: Condition | None = None,
    ) -> Any:
        """As `MemoryStream.subscribe`."""
        if func is None or not _takes_event_and_context(func):
            return super().subscribe(
                func, interrupt=interrupt, sync_to_thread=sync_to_thread, condition=condition
            )
        subscription: SubId = uuid4()
        of_its_kind: dict[SubId, Any] = self._interrupters if interrupt else self._subscribers
        of_its_kind[subscription] = (condition, _Direct(func))
        return subscription


class _Direct:
    """Stands where AG2 expects a compiled subscription."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def asolve(self, event: BaseEvent, **given: Any) -> object:
        return await self._handler(event, given[CONTEXT_OPTION_NAME])


def _takes_event_and_context(func: Callable[..., Any]) -> bool:
    if not inspect.iscoroutinefunction(func):
        return False
    parameters = tuple(inspect.signature(func).parameters.values())
    return (
        len(parameters) == _EVENT_AND_CONTEXT
        and parameters[1].name == "context"
        and all(parameter.default is inspect.Parameter.empty for parameter in parameters)
    )
