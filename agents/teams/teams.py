"""Teams: starts runs, keeps them while they go on and afterwards, and takes them up again."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from agents import signals
from agents.calling import Priority, calling
from agents.dialogue.messages import Failure
from agents.dialogue.turns import readable
from agents.errors import (
    RepriseError,
    RunStateError,
    TaskRefusedError,
)
from agents.teams import exporting
from agents.teams.live import LiveRun
from agents.teams.member import Member
from agents.teams.recording import Recorder
from agents.teams.run import Delegation, Kind, Run
from agents.teams.shelf import Definition
from agents.teams.store import RunStore, ended
from agents.teams.ways import Watcher, Way, Work
from agents.tracing import note_failure, span

if TYPE_CHECKING:
    from agents.teams.desk import Desk

logger = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 3
"""Runs of one owner that may go on at the same time."""
BEAT_SECONDS: Final = 15.0
LONGEST_CONTEXT: Final = 20_000
CLOSING_SECONDS: Final = 5.0


class Teams:
    """Runs of all kinds. Its methods may be called from any thread but the event loop's.

    Args:
        submit: Runs a coroutine on the event loop.
        desk: Gives the desk where members are asked, as soon as there is one.
        ways: The kinds of run.
        longest: Most characters of a task.
        watchers: Told of every change of a delegation.
        members: Gives all who work in teams.
        agents: Tells how they are, for the system's status.
    """

    def __init__(
        self,
        store: RunStore,
        submit: Callable[[Coroutine[Any, Any, None]], Future[None]],
        desk: Callable[[], Awaitable[Desk]],
        ways: Sequence[Way],
        *,
        longest: int,
        watchers: Sequence[Watcher] = (),
        members: Callable[[], Sequence[Member]] = tuple,
        agents: Callable[[], object] = tuple,
    ) -> None:
        self._store = store
        self._submit = submit
        self._desk = desk
        self._ways: Mapping[Kind, Way] = {way.kind: way for way in ways}
        self._longest = longest
        self._watchers = tuple(watchers)
        self._members = members
        self._agents = agents
        self._lock = threading.Lock()
        self._live: dict[str, LiveRun] = {}

    def start(
        self,
        kind: Kind,
        task: str,
        owner: str,
        *,
        definition: str = "",
        context: str = "",
        conversation: str = "",
        inputs: Mapping[str, str] | None = None,
    ) -> LiveRun:
        """Begin a run; returns at once.

        Args:
            definition: Name of the team or workflow; "": the default of its kind.
            context: What the agents should know besides, at most `LONGEST_CONTEXT` characters,
                of which the last are kept.
            conversation: Id of the conversation that asks; "": none.
            inputs: What a workflow asks for besides the task, by name.

        Raises:
            TaskRefusedError: The task is empty or too long, or too much is going on.
            DefinitionNotFoundError, ContentError, RepriseError: The definition cannot be used, or
                not with these inputs.
            StoreError: The run could not be stored. In all cases nothing has begun.
        """
        way = self._ways[kind]
        chosen = way.shelf.definition(definition or way.default)
        run = Run(
            id=uuid.uuid4().hex,
            owner=owner,
            kind=kind,
            task=self._readable(task),
            definition=chosen.name,
            created=time.time(),
            context=readable(context)[-LONGEST_CONTEXT:],
            conversation=conversation,
            script=chosen.text if chosen.own else "",
            inputs=tuple((name, readable(text)) for name, text in (inputs or {}).items()),
        )
        return self._begin(run, way.work(run))

    def resume(self, run_id: str, owner: str) -> LiveRun:
        """Take up a run that was interrupted or stopped or has failed, where it was.

        Raises:
            RunNotFoundError: There is none of this id that belongs to `owner`.
            RunStateError: It is going on, or done.
            TaskRefusedError, ContentError, StoreError: As in `start`.
        """
        known = self.open(run_id, owner)
        if known.status in ("waiting", "running", "done"):
            raise RunStateError(run_id, known.status)
        done = tuple(one for one in known.delegations if one.status == "done")
        run = replace(
            known, status="waiting", ended=None, result="", failure=None, delegations=done
        )
        return self._begin(run, self._ways[run.kind].work(run))

    def live(self, run_id: str, owner: str) -> LiveRun | None:
        """A run of the owner's that this process works on."""
        live = self._live.get(run_id)
        return live if live is not None and live.view.owner == owner else None

    def open(self, run_id: str, owner: str) -> Run:
        """A run as it stands.

        Raises:
            RunNotFoundError: There is none of this id that belongs to `owner`.
            StoreError: It could not be read.
        """
        live = self.live(run_id, owner)
        if live is not None:
            return live.view
        run = self._store.load(run_id, owner)
        if run.status in ("waiting", "running"):
            # Of another process, or of one that was killed.
            self.recover()
            run = self._store.load(run_id, owner)
        return run

    def recent(self, owner: str, limit: int = 20) -> tuple[Run, ...]:
        """The owner's runs, newest first; those that have ended without their delegations.

        Raises:
            StoreError: They could not be read.
        """
        runs = self._store.recent(owner, limit)
        live = dict(self._live)
        return tuple(live[run.id].view if run.id in live else run for run in runs)

    def delete(self, run_id: str, owner: str) -> None:
        """Stop a run and remove it.

        Raises:
            RunNotFoundError: There is none of this id that belongs to `owner`.
            StoreError: It could not be removed.
        """
        live = self.live(run_id, owner)
        if live is not None:
            live.stop()
            live.wait(CLOSING_SECONDS)
        self._store.delete(run_id, owner)

    def delete_of(self, conversation: str, owner: str) -> None:
        """Remove the runs that were started from a conversation, which they quote.

        Raises:
            StoreError: They could not be removed.
        """
        for run_id in self._store.of_conversation(conversation, owner):
            self.delete(run_id, owner)

    def export(self, run: Run, form: Literal["json", "markdown"] = "json") -> str:
        """A run as a file: all of it in JSON, or what a person reads in Markdown."""
        return exporting.as_json(run) if form == "json" else exporting.as_markdown(run)

    def definitions(self, kind: Kind) -> tuple[Definition, ...]:
        """The teams or workflows of a kind, by name; with those that cannot be used."""
        return self._ways[kind].shelf.definitions()

    def default(self, kind: Kind) -> str:
        """Name of the definition that is taken where none is chosen."""
        return self._ways[kind].default

    def check(self, kind: Kind, text: str, name: str = "") -> Definition:
        """What a text defines.

        Args:
            name: What to call it in errors; "": it has no file yet.

        Raises:
            ContentError: It cannot be used; the error names the line, the place and the remedy.
        """
        return self._ways[kind].shelf.check(text, name)

    def save(self, kind: Kind, text: str, name: str = "") -> Definition:
        """Keep a definition as the user's own, in the place of one of the same name.

        Args:
            name: What to call it in errors; "": it has no file yet.

        Raises:
            ContentError: It cannot be used; nothing was changed.
            StoreError: It cannot be written.
        """
        return self._ways[kind].shelf.save(text, name)

    def remove(self, kind: Kind, name: str) -> None:
        """Remove a definition of the user's own.

        Raises:
            DefinitionNotFoundError: The user has none of this name.
            StoreError: It cannot be removed.
        """
        self._ways[kind].shelf.remove(name)

    def members(self) -> tuple[Member, ...]:
        """All who work in teams, each name once."""
        return tuple(self._members())

    def system_status(self) -> dict[str, Any]:
        """How all teams stand: what goes on, what has ended, and what each kind tells.

        Raises:
            StoreError: The runs could not be read.
        """
        return {
            "running": len(self._live),
            "runs": dict(self._store.counts()),
            "agents": self._agents(),
            "kinds": {
                kind: {"definitions": len(way.shelf.all()), **way.status()}
                for kind, way in self._ways.items()
            },
        }

    def recover(self) -> None:
        """Mark the runs whose process is gone as interrupted.

        Raises:
            StoreError: They could not be read or written.
        """
        with self._lock:  # a run that just begins is stored before it is known here
            self._store.recover(live=frozenset(self._live))

    async def close(self) -> None:
        """Interrupt every run, wait until each is stored, and close the store."""
        lives = list(self._live.values())
        for live in lives:
            live.interrupt()
        await asyncio.gather(*(asyncio.to_thread(live.wait, CLOSING_SECONDS) for live in lives))
        await asyncio.to_thread(self._store.close)

    def _readable(self, task: str) -> str:
        task = readable(task)
        if not task:
            raise TaskRefusedError("The task is empty.", remedy="Say what the team is to do.")
        if len(task) > self._longest:
            raise TaskRefusedError(
                f"The task has {len(task):,} characters; at most {self._longest:,} can be read.",
                remedy="Shorten it.",
            )
        return task

    def _begin(self, run: Run, work: Work) -> LiveRun:
        live = LiveRun(Recorder(run, self._keep))
        with self._lock:
            going_on = [one for one in self._live.values() if one.view.owner == run.owner]
            if run.id in self._live:
                raise RunStateError(run.id, "running")
            if len(going_on) >= MOST_AT_ONCE:
                raise TaskRefusedError(
                    f"{MOST_AT_ONCE} teams are working for you already.",
                    remedy="Wait until one of them is done, or stop one.",
                )
            self._store.put(run)
            self._live[run.id] = live
        self._submit(self._told(live, work))
        return live

    async def _keep(self, run: Run, delegation: Delegation) -> None:
        for watcher in self._watchers:
            watcher(run, delegation)
        await asyncio.to_thread(self._store.keep, run, delegation)

    async def _told(self, live: LiveRun, work: Work) -> None:
        """Run, and tell of it."""
        run = live.view
        with (
            calling(user=run.owner, priority=Priority.TEAM, correlation_id=run.id),
            span(signals.TEAM_RUN, **{signals.TEAM_KIND: run.kind}) as current,
        ):
            await self._run(live, work)
            current.set_attribute(signals.OUTCOME, live.view.status)

    async def _run(self, live: LiveRun, work: Work) -> None:
        beating = asyncio.create_task(self._beat(live.id))
        # A task of its own: a stop reaches the work only, never what stores the end.
        working = asyncio.ensure_future(self._work(live, work))
        loop = asyncio.get_running_loop()
        live.stopped_by(lambda: loop.call_soon_threadsafe(working.cancel))
        try:
            result = await working
            run = replace(ended(live.view, "done", at=time.time()), result=result)
        except asyncio.CancelledError:
            run = ended(live.view, live.stopped_as or "stopped", at=time.time())
        except RepriseError as error:
            note_failure(error)
            run = _failed(live.view, Failure(error.message, error.remedy))
        except Exception as error:
            note_failure(error)
            logger.exception("run %s failed", live.id)
            run = _failed(live.view, _unforeseen(error))
        finally:
            beating.cancel()
        await self._finish(live, run)

    async def _work(self, live: LiveRun, work: Work) -> str:
        run = replace(live.view, status="running", began=live.view.began or time.time())
        live.recorder.run = run
        await asyncio.to_thread(self._store.change, run)
        return await work(live.recorder, await self._desk())

    async def _finish(self, live: LiveRun, run: Run) -> None:
        """Store the end before it is shown."""
        try:
            await asyncio.to_thread(self._store.put, run)
        except RepriseError as error:
            logger.warning("run %s could not be stored: %s", run.id, error)
        finally:
            self._live.pop(run.id, None)
            live.show_end(run)

    async def _beat(self, run_id: str) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await asyncio.to_thread(self._store.beat, run_id)
            except RepriseError as error:
                logger.warning("run %s gave no sign: %s", run_id, error)


def _failed(run: Run, failure: Failure) -> Run:
    return replace(ended(run, "failed", at=time.time()), failure=failure)


def _unforeseen(error: Exception) -> Failure:
    return Failure(
        f"Something unforeseen went wrong ({type(error).__name__}).",
        "What is done is kept: resume the run; if it happens again, the log tells more.",
    )
