"""A reply in the making: what is refused, what is kept, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.machine import machine
from agents.dialogue.store import ConversationStore
from agents.dialogue.turn import Turn
from agents.dialogue.turns import Turns, readable
from agents.errors import (
    BlankMessageError,
    BusyError,
    ConversationNotFoundError,
    MessageTooLongError,
    ModelError,
)
from tests.agents.loops import WAIT_SECONDS, running_loop

LONGEST = 100


class Desk:
    """Turns whose replies are written by a function of the test's."""

    def __init__(self, store: ConversationStore, loop: asyncio.AbstractEventLoop) -> None:
        self.store = store
        self.loop = loop
        self.written: list[Turn] = []
        self.part_came = threading.Event()
        self.go_on = threading.Event()
        self.write = self.write_at_once
        self.turns = Turns(store, loop, self._write, longest=LONGEST)

    async def _write(self, turn: Turn) -> None:
        self.written.append(turn)
        await self.write(turn)

    async def write_at_once(self, turn: Turn) -> None:
        turn.write("All of it.")

    async def write_in_two_parts(self, turn: Turn) -> None:
        turn.write("The first part")
        self.part_came.set()
        await asyncio.to_thread(self.go_on.wait, WAIT_SECONDS)
        turn.write(", the second part.")

    def start(self, text="Hello", to="c1", owner="ann", message_id="m1", threshold=0.9) -> Turn:
        return self.turns.start(to, owner, text, threshold=threshold, message_id=message_id)

    def ended(self, text="Hello", **how) -> Turn:
        turn = self.start(text, **how)
        assert turn.wait(WAIT_SECONDS)
        return turn

    def started_in_two_parts(self) -> Turn:
        self.write = self.write_in_two_parts
        turn = self.start()
        assert self.part_came.wait(WAIT_SECONDS)
        return turn


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = ConversationStore.open(tmp_path / "conversations.sqlite3", machine())
    with running_loop() as loop:
        opened = Desk(store, loop)
        yield opened
        opened.go_on.set()
        asyncio.run_coroutine_threadsafe(opened.turns.close(), loop).result(WAIT_SECONDS)
    store.close()


def stored_reply(desk: Desk):
    return desk.store.load("c1", "ann").messages[-1]


# What is refused


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t\n", "\u200d", " \u200b\u200c ", "\x00\x07", "\ud800"]
)
def test_a_message_with_nothing_to_read_is_refused_and_not_stored(desk, text):
    with pytest.raises(BlankMessageError, match="empty"):
        desk.start(text)

    assert desk.store.peek("c1", "ann").messages == ()
    assert desk.store.recent("ann") == ()


@pytest.mark.parametrize("length", [LONGEST + 1, 100_000])
def test_a_message_that_is_too_long_is_refused_with_its_length_and_the_limit(desk, length):
    with pytest.raises(MessageTooLongError) as refused:
        desk.start("x" * length)

    assert f"{length:,} characters; at most {LONGEST:,}" in str(refused.value)
    assert desk.store.recent("ann") == ()


def test_a_message_of_the_longest_length_is_taken(desk):
    assert desk.ended("x" * LONGEST).reply.status == "complete"


def test_another_message_while_a_reply_is_written_is_refused_and_the_reply_goes_on(desk):
    turn = desk.started_in_two_parts()

    with pytest.raises(BusyError, match="still being written"):
        desk.start("Hello?", message_id="m2")
    desk.go_on.set()

    assert turn.wait(WAIT_SECONDS)
    assert turn.reply.answer == "The first part, the second part."
    assert not desk.store.load("c1", "ann").has_message("m2")


def test_other_conversations_are_not_kept_waiting(desk):
    desk.started_in_two_parts()
    desk.write = desk.write_at_once

    assert desk.ended(to="c2", message_id="m2").reply.status == "complete"
    assert len(desk.turns.replies) == 1


def test_somebody_elses_conversation_is_refused(desk):
    desk.ended()

    with pytest.raises(ConversationNotFoundError):
        desk.start("Let me in", owner="bob", message_id="m2")

    assert len(desk.store.load("c1", "ann").messages) == 2


# What a reader sees


def test_invisible_and_control_characters_are_taken_out_and_line_ends_are_line_feeds():
    assert readable("a\x00b\x1b[31m\u202ec\ud800d\u200b") == "ab[31mcd"
    assert readable("one\r\ntwo\rthree\n\tfour") == "one\ntwo\nthree\n\tfour"
    assert readable("  \n around \n ") == "around"


def test_joined_emoji_and_scripts_stay_whole():
    family, persian = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "می\u200cخواهم"

    assert readable(family) == family
    assert readable(persian) == persian


@given(st.text(max_size=300))
def test_what_is_readable_can_be_stored_and_stays_as_it_is(text):
    once = readable(text)

    assert once.encode("utf-8").decode("utf-8") == once
    assert readable(once) == once
    assert set(once) <= set(text) | {"\n"}


def test_markup_in_a_message_is_kept_as_the_text_it_is(desk):
    text = "<script>alert(1)</script> ![x](http://example.org/a.png)"

    turn = desk.ended(text)

    assert turn.message.text == text
    assert desk.store.load("c1", "ann").messages[0].text == text


# The same message again


def test_the_same_message_while_it_is_answered_is_the_same_turn(desk):
    turn = desk.started_in_two_parts()

    assert desk.start() is turn


def test_the_same_message_after_its_answer_gives_that_answer_and_asks_nobody(desk):
    first = desk.ended()

    again = desk.start()

    assert again.view.ended
    assert again.reply == first.reply
    assert len(desk.written) == 1
    assert len(desk.store.load("c1", "ann").messages) == 2
    assert desk.ended("Next", message_id="m2").reply.status == "complete"


# How a reply ends


def test_a_whole_reply_is_stored_as_it_was_shown(desk):
    turn = desk.ended()

    assert turn.view.stage == "ended"
    assert stored_reply(desk) == turn.reply
    assert turn.reply.status == "complete"
    assert 0 <= turn.reply.first_token <= turn.reply.seconds


def test_the_end_is_stored_before_it_is_shown(desk, monkeypatch):
    """Whoever sees the end finds it on disk, and the conversation free for the next message."""
    seen = []
    show = Turn.show_end

    def check_then_show(turn, reply):
        stored = desk.store.load("c1", "ann").reply(reply.id)
        seen.append((stored.status, desk.turns.active("c1")))
        show(turn, reply)

    monkeypatch.setattr(Turn, "show_end", check_then_show)
    desk.ended()

    assert seen == [("complete", None)]


def test_stop_keeps_the_part_that_came(desk):
    turn = desk.started_in_two_parts()

    turn.stop()

    assert turn.wait(WAIT_SECONDS)
    assert (turn.reply.status, turn.reply.answer) == ("stopped", "The first part")
    assert stored_reply(desk) == turn.reply
    desk.write = desk.write_at_once
    assert desk.ended("Go on", message_id="m2").reply.status == "complete"


def test_a_stop_before_the_writing_has_begun_ends_the_reply_all_the_same(desk):
    blocked = threading.Event()
    desk.loop.call_soon_threadsafe(blocked.wait, WAIT_SECONDS)

    turn = desk.start()
    turn.stop()
    blocked.set()

    assert turn.wait(WAIT_SECONDS)
    assert turn.reply.status == "stopped"
    assert stored_reply(desk).status == "stopped"
    assert desk.ended("Again", message_id="m2").reply.status == "complete"


def test_a_stop_while_the_end_is_stored_loses_nothing(desk, monkeypatch):
    storing, go_on = threading.Event(), threading.Event()
    append = desk.store.append

    def slowly(state, *events):
        if events[0].kind == "reply_ended":
            storing.set()
            go_on.wait(WAIT_SECONDS)
        return append(state, *events)

    monkeypatch.setattr(desk.store, "append", slowly)
    turn = desk.start()
    assert storing.wait(WAIT_SECONDS)
    turn.stop()
    assert not turn.view.ended
    go_on.set()

    assert turn.wait(WAIT_SECONDS)
    assert turn.reply.status == "complete"
    assert stored_reply(desk) == turn.reply


def test_a_stop_after_the_end_changes_nothing(desk):
    turn = desk.ended()

    turn.stop()

    assert turn.reply.status == "complete"
    assert stored_reply(desk) == turn.reply


def failing_with(desk: Desk, error: Exception) -> Turn:
    async def write(turn):
        turn.write("The first part")
        raise error

    desk.write = write
    return desk.ended()


def test_a_failure_is_kept_with_its_sentence_and_the_part_that_came(desk):
    turn = failing_with(desk, ModelError("The model is on holiday.", remedy="Wait a week."))

    assert (turn.reply.status, turn.reply.answer) == ("failed", "The first part")
    assert turn.reply.failure.message == "The model is on holiday."
    assert turn.reply.failure.remedy == "Wait a week."
    assert stored_reply(desk) == turn.reply


def test_an_unforeseen_error_ends_the_reply_without_telling_its_details(desk, caplog):
    turn = failing_with(desk, RuntimeError("secret: sk-123"))

    assert turn.reply.status == "failed"
    assert "RuntimeError" in turn.reply.failure.message
    assert "sk-123" not in str(turn.reply.failure)
    assert desk.ended("Again", message_id="m2") is not None


def test_an_end_that_cannot_be_stored_is_shown_and_told(desk, monkeypatch, lock):
    def write_and_lock(turn: Turn):
        return _write_and(lock, turn)

    desk.write = write_and_lock
    turn = desk.ended()

    assert turn.reply.answer == "All of it."
    assert "could not be stored" in turn.reply.notice
    assert "locked by another program" in turn.reply.notice


async def _write_and(do: Callable[[], None], turn: Turn) -> None:
    turn.write("All of it.")
    do()


@pytest.fixture
def lock(desk, tmp_path, monkeypatch):
    """Locks the database when called, as another program would."""
    connection = sqlite3.connect(
        tmp_path / "conversations.sqlite3", isolation_level=None, check_same_thread=False
    )
    yield lambda: connection.execute("BEGIN IMMEDIATE")
    connection.close()


def test_the_threshold_of_a_reply_is_the_one_it_was_sent_with(desk):
    turn = desk.started_in_two_parts()
    with pytest.raises(BusyError):
        desk.start("Hello?", message_id="m2", threshold=0.1)

    assert turn.threshold == 0.9


def test_closing_stops_every_reply_and_stores_what_came(desk):
    turn = desk.started_in_two_parts()

    asyncio.run_coroutine_threadsafe(desk.turns.close(), desk.loop).result(WAIT_SECONDS)

    assert turn.view.ended
    assert stored_reply(desk).status == "stopped"
    assert desk.turns.replies == frozenset()


# A process that is killed

KILLED = """
import sys, threading
from pathlib import Path
from agents.dialogue.machine import machine
from agents.dialogue.store import ConversationStore
from tests.agents.dialogue.test_turns import Desk
from tests.agents.loops import running_loop

store = ConversationStore.open(Path(sys.argv[1]), machine())
with running_loop() as loop:
    desk = Desk(store, loop)
    kept = threading.Event()
    save = store.save_draft
    store.save_draft = lambda *draft: (save(*draft), kept.set())
    desk.started_in_two_parts()
    kept.wait()
    print("kept", flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The database of a process that was killed in the middle of a reply."""
    path = tmp_path / "killed.sqlite3"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout.readline() == "kept\n"
        os.kill(process.pid, signal.SIGKILL)
    return path


def test_a_killed_processs_reply_is_marked_with_the_part_of_its_last_checkpoint(killed):
    store = ConversationStore.open(killed, machine())
    store.recover()

    reply = store.load("c1", "ann").messages[-1]

    assert (reply.status, reply.answer) == ("interrupted", "The first part")
    store.close()


def test_another_process_goes_on_with_a_conversation_whose_writer_was_killed(killed):
    store = ConversationStore.open(killed, machine())
    with running_loop() as loop:
        turn = Desk(store, loop).ended("And now?", message_id="m2")

    assert turn.reply.status == "complete"
    statuses = [m.status for m in store.load("c1", "ann").messages if hasattr(m, "status")]
    assert statuses == ["interrupted", "complete"]
    store.close()
