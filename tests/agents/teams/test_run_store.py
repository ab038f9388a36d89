"""Runs in a real SQLite file: what is kept comes back, to its owner alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.dialogue.messages import Failure
from agents.errors import (
    RunNotFoundError,
    StoreCorruptError,
    StoreLockedError,
    StoreVersionError,
)
from agents.teams import store as run_store
from agents.teams.run import Delegation, Run
from agents.teams.store import RunStore, ended

RUN = Run("r1", "ann", "nested", "Bake bread.", "product", created=100.0, status="running")
ONE = Delegation("1", "technical", "Bake bread.", status="running", began=101.0)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
MAYBE_SECONDS = st.none() | st.floats(0, 2e9)
FAILURES = st.none() | st.builds(Failure, TEXT, TEXT)
DELEGATIONS = st.builds(
    Delegation,
    id=TEXT, agent=TEXT, task=TEXT, parent=TEXT, depth=st.integers(0, 9),
    role=st.sampled_from(["assess", "decompose", "work", "synthesise"]),
    needs=st.lists(TEXT, max_size=3).map(tuple),
    status=st.sampled_from(["waiting", "running", "done", "failed", "stopped", "skipped"]),
    began=MAYBE_SECONDS, ended=MAYBE_SECONDS, result=TEXT, failure=FAILURES,
    source=st.sampled_from([None, "model", "cache", "same"]),
    tokens=st.integers(0, 10**6), attempts=st.integers(0, 9),
)  # fmt: skip
RUNS = st.builds(
    Run,
    id=TEXT, owner=TEXT, kind=st.sampled_from(["nested", "recursive", "workflow"]), task=TEXT,
    definition=TEXT, created=st.floats(0, 2e9), context=TEXT, conversation=TEXT, script=TEXT,
    inputs=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    status=st.sampled_from(["waiting", "running", "done", "failed", "stopped", "interrupted"]),
    began=MAYBE_SECONDS, ended=MAYBE_SECONDS, result=TEXT, failure=FAILURES,
    delegations=st.lists(DELEGATIONS, max_size=4, unique_by=lambda one: one.id).map(tuple),
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "teams.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[RunStore]:
    opened = RunStore.open(path)
    yield opened
    opened.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(run=RUNS)
def test_whatever_is_put_comes_back(store, run):
    store.put(run)

    assert store.load(run.id, run.owner) == run


def test_delegations_come_back_in_the_order_in_which_they_were_added(store):
    store.put(RUN)
    for name in ("b", "a", "c"):
        store.keep(RUN, replace(ONE, id=name))
    store.keep(RUN, replace(ONE, id="a", status="done", result="Bread."))

    found = store.load("r1", "ann").delegations

    assert [(one.id, one.status) for one in found] == [
        ("b", "running"), ("a", "done"), ("c", "running")
    ]  # fmt: skip


def test_what_is_kept_is_there_after_a_new_start(path, store):
    store.put(RUN)
    store.keep(RUN, ONE)
    store.close()

    again = RunStore.open(path)

    assert again.load("r1", "ann").delegations == (ONE,)
    again.close()


def test_a_change_leaves_the_delegations_as_they_are(store):
    store.put(RUN)
    store.keep(RUN, ONE)

    store.change(replace(RUN, status="done", result="Bread."))

    found = store.load("r1", "ann")
    assert (found.status, found.result, found.delegations) == ("done", "Bread.", (ONE,))


@pytest.mark.parametrize("do", ["load", "delete"])
@pytest.mark.parametrize(("run_id", "owner"), [("r1", "bob"), ("r1", ""), ("r2", "ann")])
def test_a_run_is_its_owners_alone(store, do, run_id, owner):
    store.put(RUN)

    with pytest.raises(RunNotFoundError, match="does not exist here"):
        getattr(store, do)(run_id, owner)
    assert store.load("r1", "ann") == RUN


def test_the_newest_runs_of_an_owner_come_first_and_light(store):
    for number in range(4):
        store.put(replace(RUN, id=f"r{number}", created=float(number), delegations=(ONE,)))
    store.put(replace(RUN, id="other", owner="bob"))

    found = store.recent("ann", limit=3)

    assert [run.id for run in found] == ["r3", "r2", "r1"]
    assert not any(run.delegations for run in found)
    assert dict(store.counts()) == {"running": 5}


def test_what_is_deleted_is_gone(store, path):
    store.put(replace(RUN, delegations=(ONE,)))

    store.delete("r1", "ann")

    with pytest.raises(RunNotFoundError):
        store.load("r1", "ann")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM delegations").fetchone() == (0,)
    connection.close()


def test_the_runs_of_a_conversation_are_found(store):
    store.put(replace(RUN, conversation="c1"))
    store.put(replace(RUN, id="r2"))
    store.put(replace(RUN, id="r3", owner="bob", conversation="c1"))

    assert store.of_conversation("c1", "ann") == ("r1",)


# A process that was killed


def of_process(path: Path, process: int, at: float = 9e9) -> None:
    """Let every stored run be of a process of this machine."""
    connection = sqlite3.connect(path)
    connection.execute("UPDATE runs SET process = ?, at = ?", (process, at))
    connection.commit()
    connection.close()


def test_the_run_of_a_process_that_is_gone_is_interrupted(store, path):
    done = replace(ONE, id="0", status="done", ended=102.0, result="Bread.")
    store.put(replace(RUN, delegations=(done, ONE, replace(ONE, id="2", began=None))))
    of_process(path, 2**22 + 1)

    assert store.recover() == 1

    found = store.load("r1", "ann")
    assert (found.status, found.ended) == ("interrupted", 9e9)
    assert found.delegations[0] == done
    assert [one.status for one in found.delegations[1:]] == ["interrupted", "interrupted"]
    assert [one.ended for one in found.delegations[1:]] == [9e9, None]
    assert store.recover() == 0


def test_the_run_of_a_process_that_lives_goes_on(store, path):
    store.put(RUN)
    of_process(path, 1)

    assert store.recover() == 0
    assert store.load("r1", "ann").status == "running"


def test_a_run_of_this_process_goes_on_where_it_is_live(store):
    store.put(RUN)

    assert store.recover(live=frozenset({"r1"})) == 0
    assert store.recover() == 1


def test_a_run_that_gave_no_sign_for_a_minute_is_interrupted(store, path):
    store.put(RUN)
    of_process(path, 1, at=0.0)

    assert store.recover() == 1


def test_a_run_that_gives_a_sign_is_not(store, path):
    store.put(RUN)
    of_process(path, 1, at=0.0)
    store.beat("r1")

    assert store.recover() == 0


@pytest.mark.parametrize(
    ("status", "left"), [("done", "stopped"), ("stopped", "stopped"), ("failed", "stopped"),
                         ("interrupted", "interrupted")]
)  # fmt: skip
def test_with_a_run_ends_what_had_not_ended_in_it(status, left):
    skipped = replace(ONE, id="2", status="skipped", began=None)
    run = ended(replace(RUN, delegations=(ONE, skipped)), status, at=110.0)

    assert (run.status, run.seconds, run.ended) == (status, None, 110.0)
    assert run.delegations == (replace(ONE, status=left, ended=110.0), skipped)


# What can be wrong with the file


def test_a_file_of_a_newer_reprise_is_refused(path, store):
    store.close()
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(sa.text(f"PRAGMA user_version={run_store.SCHEMA_VERSION + 1}"))
    engine.dispose()

    with pytest.raises(StoreVersionError, match="The teams in teams.sqlite3 .* newer than 1"):
        RunStore.open(path)


def test_a_file_that_is_no_database_is_told(path):
    path.write_text("not a database, but long enough to be taken for one" * 100)

    with pytest.raises(StoreCorruptError, match="The teams in teams.sqlite3 cannot be read"):
        RunStore.open(path)


def test_a_row_that_nobody_can_read_is_told(path, store):
    store.put(RUN)
    connection = sqlite3.connect(path)
    connection.execute("""UPDATE runs SET body = '{"id": 3}'""")
    connection.commit()
    connection.close()

    with pytest.raises(StoreCorruptError):
        store.load("r1", "ann")


def test_a_file_that_another_program_holds_is_told(path, store):
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreLockedError, match="locked by another program"):
        store.put(RUN)

    holder.rollback()
    holder.close()
