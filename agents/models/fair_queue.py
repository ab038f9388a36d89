"""A few places and a bounded queue for them: the urgent go first, and users take turns.

Urgency is strict: nobody starts while somebody more urgent waits. Within one priority the users
stand in a circle, so that whoever has one call waits for at most one of each other user, however
many they have. A call is refused when the queue is full; but one that is less urgent, or of a user
who has more calls there, gives up its place first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Final

from agents.calling import Caller, Priority
from agents.errors import OverloadedError
from agents.models.condition import QueueCondition

_Turn = asyncio.Future[bool]
"""Whether a call that waits got its place; False: it had to give up."""


class FairQueue:
    """Gives places to calls. For one event loop; `condition` may be read from any thread.

    One place of several is never taken by what is less urgent than a chat, so that somebody who
    writes need not wait until a team's long answers end.

    Args:
        limit: Most places that are taken at once, 1 and up.
        capacity: Most calls that wait, 0 and up.
    """

    def __init__(self, limit: int, capacity: int) -> None:
        self._limit = limit
        self._capacity = capacity
        self._lines: Final[Mapping[Priority, _Line]] = {each: _Line() for each in Priority}
        self._taken = dict.fromkeys(Priority, 0)
        self._refused = 0

    async def enter(self, caller: Caller) -> None:
        """Wait for a place, which `leave` gives back. Who is cancelled before has none.

        Raises:
            OverloadedError: Too many wait already.
        """
        if self._has_room(caller.priority):  # then nobody waits who is as urgent
            self._taken[caller.priority] += 1
            return
        self._make_room(caller)
        line = self._lines[caller.priority]
        turn: _Turn = asyncio.get_running_loop().create_future()
        line.join(caller.user, turn)
        try:
            admitted = await turn
        except asyncio.CancelledError:
            line.quit(caller.user, turn)
            if not turn.cancelled() and turn.result():
                self.leave(caller)
            raise
        if not admitted:
            raise OverloadedError(self._capacity)

    def leave(self, caller: Caller) -> None:
        """Give the place back, to whoever is next."""
        self._taken[caller.priority] -= 1
        for priority, line in self._lines.items():
            while self._has_room(priority) and (turn := line.next()) is not None:
                self._taken[priority] += 1
                turn.set_result(True)

    @property
    def condition(self) -> QueueCondition:
        """How full it is."""
        return QueueCondition(
            running=sum(self._taken.values()),
            limit=self._limit,
            waiting=tuple((each.name.lower(), len(self._lines[each])) for each in Priority),
            capacity=self._capacity,
            refused=self._refused,
        )

    def _has_room(self, priority: Priority) -> bool:
        if sum(self._taken.values()) >= self._limit:
            return False
        patient = sum(self._taken.values()) - self._taken[Priority.CHAT]
        return priority is Priority.CHAT or patient < max(1, self._limit - 1)

    def _make_room(self, caller: Caller) -> None:
        """See to it that one more may wait.

        Raises:
            OverloadedError: Nobody there has to stand back.
        """
        if sum(map(len, self._lines.values())) < self._capacity:
            return
        self._refused += 1
        for priority in sorted((p for p in Priority if p >= caller.priority), reverse=True):
            line = self._lines[priority]
            own = line.count(caller.user) + 1 if priority is caller.priority else 0
            if line.most() > own:
                line.give_up()
                return
        raise OverloadedError(self._capacity)


class _Line:
    """Who waits with one priority: the users in a circle, each with their calls in order."""

    def __init__(self) -> None:
        self._users: dict[str, deque[_Turn]] = {}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def count(self, user: str) -> int:
        """How many calls of a user wait."""
        return len(self._users.get(user, ()))

    def most(self) -> int:
        """How many calls wait of the user who has the most here."""
        return max(map(len, self._users.values()), default=0)

    def join(self, user: str, turn: _Turn) -> None:
        """Wait behind the user's other calls; whoever has none stands last in the circle."""
        self._users.setdefault(user, deque()).append(turn)
        self._length += 1

    def quit(self, user: str, turn: _Turn) -> None:
        """Wait no longer; harmless for who does not."""
        turns = self._users.get(user, deque())
        if turn in turns:
            turns.remove(turn)
            self._left(user)

    def next(self) -> _Turn | None:
        """Take the first call of whose turn it is out; that user then stands last."""
        while self._users:
            user = next(iter(self._users))
            turns = self._users.pop(user)
            self._users[user] = turns
            turn = turns.popleft()
            self._left(user)
            if not turn.done():  # cancelled, and not yet gone
                return turn
        return None

    def give_up(self) -> None:
        """Turn the newest call of the user away who has the most."""
        user = max(self._users, key=lambda each: len(self._users[each]))
        turn = self._users[user].pop()
        self._left(user)
        if not turn.done():
            turn.set_result(False)

    def _left(self, user: str) -> None:
        self._length -= 1
        if not self._users[user]:
            del self._users[user]
