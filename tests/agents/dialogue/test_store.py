"""Conversations on disk: what was stored comes back, and trouble leaves nothing half-written."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents import database
from agents.dialogue.database import SCHEMA_VERSION
from agents.dialogue.events import (
    GoalStated,
    Heard,
    Planned,
    ReplyBegan,
    ReplyEnded,
    Started,
)
from agents.dialogue.machine import machine
from agents.dialogue.messages import Reply
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.errors import (
    BusyError,
    ConversationNotFoundError,
    StoreCorruptError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
    StoreVersionError,
)
from tests.agents.dialogue.examples import message, plan, said_and_answered
from tests.agents.dialogue.unprivileged import only_readable

OLDEST = Path(__file__).parent / "conversations_v1.sqlite3"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[ConversationStore]:
    opened = ConversationStore.open(path, machine())
    yield opened
    opened.close()


@pytest.fixture
def second(store: ConversationStore, path: Path) -> Iterator[ConversationStore]:
    """The same database, opened once more."""
    opened = ConversationStore.open(path, machine())
    yield opened
    opened.close()


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a moment for a lock, not seconds."""
    monkeypatch.setattr(database, "LOCK_WAIT", 0.05)


def rows(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    finally:
        connection.close()


def begin(store: ConversationStore, conversation: str = "c1", reply: str = "r1") -> ChatState:
    """A reply that is being written."""
    began = Reply(id=reply, to=f"{conversation}-{reply}-m", at=11.0)
    heard = message("What is a fado?", id=began.to)
    return store.begin(conversation, "ann", Heard(10.0, heard), ReplyBegan(11.0, began))


# What is stored comes back


def test_a_conversation_is_restored_from_its_events(store, path):
    state = store.start("c1", "ann")
    lived = store.append(state, *said_and_answered("I want to see Lisbon", "", guidance="Step 1"))
    lived = store.append(lived, GoalStated(13.0, "Lisbon"), Planned(13.0, plan()))
    store.close()

    again = ConversationStore.open(path, machine())

    assert again.load("c1", "ann") == lived
    again.close()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS)
def test_any_text_comes_back_as_it_was_said(store, text, answer):
    conversation = number = uuid.uuid4().hex
    state = store.start(conversation, "ann")
    events = said_and_answered(text, answer, number)

    lived = store.append(state, *events)

    assert store.load(conversation, "ann") == lived
    assert [m.text for m in lived.messages] == [text, answer.strip()]


def test_a_conversation_that_was_only_looked_at_is_not_stored(store, path):
    state = store.peek("c1", "ann")

    assert (state.id, state.owner, state.messages) == ("c1", "ann", ())
    assert rows(path, "conversations") == 0


def test_a_conversation_is_started_once(store, path):
    first = store.start("c1", "ann")

    assert store.start("c1", "ann") == first
    assert rows(path, "events") == 1


def test_a_first_message_starts_the_conversation(store):
    begun = begin(store)

    assert begun == store.load("c1", "ann")
    assert begun.started_at > 0
    assert [m.id for m in begun.messages] == ["c1-r1-m", "r1"]


def test_a_message_sent_twice_is_stored_once(store, path):
    state = store.start("c1", "ann")
    events = said_and_answered("What is a fado?", "A song.")
    lived = store.append(state, *events)
    stored = rows(path, "events")

    assert store.append(lived, *events) == lived
    assert rows(path, "events") == stored


def test_a_message_that_another_process_stored_meanwhile_is_not_stored_again(store, second, path):
    here = store.start("c1", "ann")
    there = second.load("c1", "ann")
    events = said_and_answered("What is a fado?", "A song.")
    lived = store.append(here, *events)
    stored = rows(path, "events")

    assert second.append(there, *events) == lived
    assert rows(path, "events") == stored


def test_the_list_holds_the_owners_conversations_with_the_newest_first(store):
    for number, (name, owner) in enumerate([("old", "ann"), ("bobs", "bob"), ("new", "ann")]):
        heard = Heard(100.0 + number, message(f"About {name}", id=name))
        store.append(store.start(name, owner), heard)
    store.start("empty", "ann")

    assert [(s.id, s.title) for s in store.recent("ann")] == [
        ("new", "About new"),
        ("old", "About old"),
    ]
    assert [s.id for s in store.recent("ann", limit=1)] == ["new"]


def test_a_deleted_conversation_is_gone_with_all_that_was_said(store, path):
    begin(store)

    store.delete("c1", "ann")

    assert store.recent("ann") == ()
    assert [rows(path, table) for table in ("conversations", "events", "drafts")] == [0, 0, 0]


def test_nothing_is_added_to_a_conversation_that_was_deleted_meanwhile(store, second, path):
    state = store.start("c1", "ann")
    second.delete("c1", "ann")

    with pytest.raises(ConversationNotFoundError):
        store.append(state, Heard(10.0, message("Hello?")))
    assert rows(path, "events") == 0


# Privacy


def test_nobody_begins_a_reply_in_somebody_elses_conversation(store):
    store.append(store.start("c1", "ann"), Heard(10.0, message("My secret", id="m")))
    before = store.load("c1", "ann")
    began = ReplyBegan(11.0, Reply(id="r1", to="m", at=11.0))

    for known_or_new in ("m", "another"):
        heard = Heard(11.0, message("Hello?", id=known_or_new))
        with pytest.raises(ConversationNotFoundError):
            store.begin("c1", "bob", heard, began)

    assert store.load("c1", "ann") == before


@pytest.mark.parametrize("do", ["load", "peek", "start", "delete"])
def test_nobody_reaches_somebody_elses_conversation(store, do):
    store.append(store.start("c1", "ann"), Heard(10.0, message("My secret")))

    with pytest.raises(ConversationNotFoundError) as refused:
        getattr(store, do)("c1", "bob")

    assert "secret" not in str(refused.value)
    assert store.recent("bob") == ()
    assert store.load("c1", "ann").title == "My secret"


def test_who_is_refused_is_told_the_same_as_for_a_conversation_that_never_was(store):
    store.start("c1", "ann")
    told = []
    for conversation in ("c1", "never-was"):
        with pytest.raises(ConversationNotFoundError) as refused:
            store.load(conversation, "bob")
        told.append(str(refused.value))

    assert told[0] == told[1]


@pytest.mark.parametrize("name", ["'; DROP TABLE events; --", "../../etc/passwd", "%", "c1\x00"])
def test_an_id_is_data_and_nothing_else(store, name):
    store.start(name, "ann")

    assert store.load(name, "ann").id == name
    with pytest.raises(ConversationNotFoundError):
        store.load("c1", "ann")


# Replies that are being written


def ended(reply: str = "r1") -> ReplyEnded:
    reply_ended = Reply(id=reply, to=f"c1-{reply}-m", at=11.0, status="complete")
    return ReplyEnded(12.0, reply_ended)


def test_only_one_reply_at_a_time_is_written_to_a_conversation(store, second, path):
    state = begin(store)
    stored = rows(path, "events")

    with pytest.raises(BusyError):
        begin(second, reply="r2")
    assert rows(path, "events") == stored

    store.append(state, ended())
    assert begin(second, reply="r2").reply("r2").status == "writing"


def test_a_message_that_begins_a_reply_twice_is_answered_once(store, path):
    state = begin(store)
    lived = store.append(state, ended())
    stored = rows(path, "events")
    heard, another = Heard(13.0, message("What is a fado?", id="c1-r1-m")), Reply("r2", "m", 13.0)

    assert store.begin("c1", "ann", heard, ReplyBegan(13.0, another)) == lived
    assert (rows(path, "events"), rows(path, "drafts")) == (stored, 0)


def test_of_two_processes_that_claim_a_conversation_at_once_one_gets_it(store, second, path):
    barrier = threading.Barrier(2)
    got = []

    def claim(opened, reply):
        barrier.wait()
        try:
            got.append(begin(opened, reply=reply).messages[-1].id == reply)
        except BusyError:
            got.append(False)

    threads = [threading.Thread(target=claim, args=a) for a in ((store, "r1"), (second, "r2"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == [False, True]
    assert rows(path, "drafts") == 1


def test_two_processes_may_start_the_same_conversation_at_once(store, second, path):
    for number in range(20):
        barrier = threading.Barrier(2)
        states = []

        def start(opened, name=f"c{number}", barrier=barrier, states=states):
            barrier.wait()
            states.append(opened.start(name, "ann"))

        threads = [threading.Thread(target=start, args=(opened,)) for opened in (store, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert states[0] == states[1]
    assert rows(path, "events") == 20


def test_the_end_of_a_reply_gives_the_conversation_free(store, path):
    state = begin(store)

    store.append(state, ended())

    assert rows(path, "drafts") == 0


WRITER = """
import os, signal, sys
from pathlib import Path
from agents.dialogue.machine import machine
from agents.dialogue.store import ConversationStore
from tests.agents.dialogue.test_store import begin

store = ConversationStore.open(Path(sys.argv[1]), machine())
begin(store)
store.save_draft("r1", "A fado is a")
print("writing", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def writer(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is in the middle of a reply."""
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def test_the_reply_of_a_killed_process_is_marked_with_the_part_it_kept(writer, path):
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    store = ConversationStore.open(path, machine())

    assert store.recover() == 1

    reply = store.load("c1", "ann").reply("r1")
    assert (reply.status, reply.answer) == ("interrupted", "A fado is a")
    assert reply.seconds > 0
    assert begin(store, reply="r2").writing
    assert store.recover(running=frozenset({"r2"})) == 0
    store.close()


def test_the_reply_of_a_living_process_is_left_alone(writer, path):
    store = ConversationStore.open(path, machine())

    assert store.recover() == 0

    assert store.load("c1", "ann").reply("r1").status == "writing"
    store.close()


def test_a_reply_of_this_process_that_nobody_writes_any_more_is_recovered(store):
    """As after a restart in a container, where every process has the same number."""
    begin(store)

    assert store.recover(running=frozenset({"r1"})) == 0
    assert store.recover() == 1


def change_draft(path: Path, column: str, value: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"UPDATE drafts SET {column} = ?", (value,))  # noqa: S608
    connection.close()


def test_a_reply_written_on_another_machine_is_left_alone_while_it_grows(store, path):
    begin(store)
    change_draft(path, "host", "elsewhere")
    assert store.recover() == 0

    change_draft(path, "at", 0.0)
    assert store.recover() == 1


def test_a_number_that_another_program_took_over_does_not_keep_a_reply_alive(store, path):
    """As after a restart of the machine."""
    begin(store)
    change_draft(path, "process", os.getppid())
    assert store.recover() == 0

    change_draft(path, "at", 0.0)
    assert store.recover() == 1


def test_a_claim_whose_message_was_never_stored_is_given_up(store, path):
    """As one may be left by an earlier version, which stored them one after the other."""
    store.start("c1", "ann")
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("INSERT INTO drafts VALUES ('r1', 'c1', '', 'elsewhere', 1, 0.0)")
    connection.close()

    assert store.recover() == 1

    assert rows(path, "drafts") == 0
    assert store.load("c1", "ann").messages == ()


# Changes to a conversation as it is


def test_a_change_is_made_to_the_conversation_as_it_is_at_that_moment(store, second):
    stale = store.start("c1", "ann")
    second.append(stale, GoalStated(2.0, "Lisbon"))
    seen = []

    def planned(state):
        seen.append(state.goal)
        return (Planned(3.0, plan()),)

    after = store.change("c1", "ann", planned)

    assert seen == ["Lisbon"]
    assert after == second.load("c1", "ann")
    assert after.plan == after.versions[0].plan


def test_changes_made_at_once_are_made_one_after_the_other(store, second, path):
    store.start("c1", "ann")
    barrier = threading.Barrier(2)

    def count(opened):
        barrier.wait()
        for _ in range(5):
            opened.change("c1", "ann", lambda s: (GoalStated(2.0, f"{s.goal}x"),))

    threads = [threading.Thread(target=count, args=(opened,)) for opened in (store, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.load("c1", "ann").goal == "x" * 10


def test_a_change_that_changes_nothing_or_fails_stores_nothing(store, path):
    before = store.start("c1", "ann")

    assert store.change("c1", "ann", lambda _: ()) == before
    with pytest.raises(ZeroDivisionError):
        store.change("c1", "ann", lambda _: 1 / 0)

    assert rows(path, "events") == 1
    assert store.change("c1", "ann", lambda _: (GoalStated(2.0, "x"),)).goal == "x"


def test_a_conversation_that_is_being_written_is_not_changed(store, second, path):
    writing = begin(store)
    stored = rows(path, "events")

    with pytest.raises(BusyError, match="make your change again"):
        second.change("c1", "ann", lambda _: (GoalStated(2.0, "x"),))

    assert rows(path, "events") == stored
    store.append(writing, ended())
    assert second.change("c1", "ann", lambda _: (GoalStated(2.0, "x"),)).goal == "x"


def test_nobody_changes_or_reads_what_happened_in_somebody_elses_conversation(store):
    store.start("c1", "ann")

    for conversation in ("c1", "never-was"):
        with pytest.raises(ConversationNotFoundError):
            store.change(conversation, "bob", lambda _: (GoalStated(2.0, "x"),))
        with pytest.raises(ConversationNotFoundError):
            store.events(conversation, "bob")


# Whole conversations


def test_all_that_happened_is_told_in_order(store):
    events = said_and_answered("What is a fado?", "A song.")
    store.append(store.start("c1", "ann"), *events)
    store.append(store.start("c2", "ann"), *said_and_answered("And this?", "That.", 2))

    assert list(store.events("c1", "ann"))[1:] == events


def test_a_whole_conversation_is_added_under_an_id_of_its_own(store):
    events = [Started(1.0), *said_and_answered("What is a fado?", "A song."), GoalStated(9.0, "x")]

    added = store.add("ann", events)

    assert store.load(added.id, "ann") == added
    assert store.events(added.id, "ann") == tuple(events)
    assert [(s.id, s.title, s.updated_at) for s in store.recent("ann")] == [(added.id, "x", 9.0)]


def test_a_conversation_is_added_whole_or_not_at_all(store, path):
    limit_pages(store)
    many = [Started(1.0), *said_and_answered("A long story", "word " * 100_000)]

    with pytest.raises(StoreFullError):
        store.add("ann", many)

    assert [rows(path, table) for table in ("conversations", "events")] == [0, 0]


# Trouble with the file


@pytest.fixture
def holder(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the database."""
    path.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


@pytest.mark.usefixtures("quickly")
def test_a_locked_database_is_told_and_written_once_it_is_free(holder, path):
    store = ConversationStore.open(path, machine())
    state = store.start("c1", "ann")
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreLockedError, match="locked by another program"):
        store.append(state, Heard(10.0, message("Hello")))
    with pytest.raises(StoreLockedError):
        store.start("c2", "ann")
    assert store.load("c1", "ann") == state
    holder.execute("ROLLBACK")

    after = store.append(state, Heard(10.0, message("Hello")))
    assert store.load("c1", "ann") == after
    store.close()


@pytest.mark.usefixtures("quickly")
def test_a_database_that_another_program_holds_for_itself_cannot_be_opened(holder, path):
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    holder.execute("CREATE TABLE theirs (x)")

    with pytest.raises(StoreLockedError, match="Close what holds the file open"):
        ConversationStore.open(path, machine())


def test_a_database_from_a_newer_version_is_refused_and_left_as_it_is(store, path):
    store.close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(StoreVersionError, match="Update Reprise") as refused:
        ConversationStore.open(path, machine())

    assert (refused.value.found, refused.value.known) == (SCHEMA_VERSION + 1, SCHEMA_VERSION)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path):
    path.parent.mkdir()
    path.write_bytes(b"dear diary, " * 1000)

    with pytest.raises(StoreCorruptError, match="not a database"):
        ConversationStore.open(path, machine())

    assert path.read_bytes() == b"dear diary, " * 1000


def test_a_damaged_database_is_told_as_one(store, path):
    begin(store)
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))

    with pytest.raises(StoreCorruptError, match="damaged"):  # noqa: PT012 - whichever comes first
        damaged = ConversationStore.open(path, machine())
        try:
            damaged.load("c1", "ann")
        finally:
            damaged.close()


def test_an_event_that_cannot_be_read_is_told_as_damage(store, path):
    begin(store)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("""UPDATE events SET body = '{"kind": "unheard_of"}'""")
    connection.close()

    with pytest.raises(StoreCorruptError, match="damaged"):
        store.load("c1", "ann")


def test_a_database_that_cannot_be_written_is_told_and_left_as_it_is():
    folder = Path(tempfile.mkdtemp())  # tmp_path is hidden from other users
    path = folder / "conversations.sqlite3"
    writable = ConversationStore.open(path, machine())
    writable.append(writable.start("c1", "ann"), Heard(10.0, message("Hello")))
    writable.close()
    before = path.read_bytes()

    with only_readable(folder), pytest.raises(StoreReadOnlyError, match="Give this user write"):
        ConversationStore.open(path, machine())

    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]
    shutil.rmtree(folder)


def test_a_folder_that_cannot_be_made_is_told():
    folder = Path(tempfile.mkdtemp())

    with only_readable(folder), pytest.raises(StoreReadOnlyError, match="cannot be written"):
        ConversationStore.open(folder / "new" / "conversations.sqlite3", machine())

    assert list(folder.iterdir()) == []
    folder.rmdir()


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(StoreReadOnlyError):
        ConversationStore.open(tmp_path / "file" / "conversations.sqlite3", machine())


def test_a_full_disk_is_told_and_nothing_is_half_written(store, path):
    state = store.append(store.start("c1", "ann"), *said_and_answered("Hello", "Hello!"))
    limit_pages(store)
    long = said_and_answered("A long story", "word " * 100_000, 2)

    with pytest.raises(StoreFullError, match="the disk is full"):
        store.append(state, *long)

    assert store.load("c1", "ann") == state
    assert rows(path, "events") == 4
    shorter = store.append(state, Heard(20.0, message("Short", id="m3")))
    assert store.load("c1", "ann") == shorter


def limit_pages(store: ConversationStore) -> None:
    """Let the database grow by a few pages only; SQLite then says what a full disk says."""
    with store._database.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")


# The oldest database


def test_a_database_of_the_oldest_version_is_read(path):
    path.parent.mkdir()
    shutil.copy(OLDEST, path)
    store = ConversationStore.open(path, machine())

    (summary,) = store.recent("ann")
    state = store.load(summary.id, "ann")

    assert state.goal == "Plan a trip to Lisbon"
    assert [p.status for p in state.progress] == ["done", "current"]
    assert state.variables == {"Budget": "900 euros"}
    assert [m.text for m in state.messages][:2] == ["Plan a trip to Lisbon", "Step 1"]
    assert state.preferences == {"likes": "trains"}
    assert state.messages[3].liked is True
    assert store.append(state, Heard(99.0, message("And in May", id="m9"))).has_message("m9")
    store.close()
