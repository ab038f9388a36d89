"""The Runtime: it starts at once, outlives pages, and gives everything back after a restart."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from agents.errors import (
    BlankMessageError,
    ConversationNotFoundError,
    NotReadyError,
    StoreError,
)
from agents.runtime import Runtime
from agents.settings import Settings
from cache import load_embedder
from tests.agents.loops import WAIT_SECONDS
from tests.agents.room import BUDGET, GOAL, SCRIPT
from tests.support.scripted_model import Reply, Rule, ScriptedModel

ROOT = Path(__file__).parents[2]
KEY = "sk-right"
CAPITAL = "What is the capital of Portugal?"
LISBON = "The capital of Portugal is Lisbon."
KNOWS = Rule(last="capital", reply=Reply(LISBON))
SLOW = Rule(last="story", reply=Reply("Once upon a time there was", hold_after=3))


@contextmanager
def running(settings: Settings) -> Iterator[Runtime]:
    runtime = Runtime(settings)
    runtime.start()
    try:
        yield runtime
    finally:
        runtime.close()


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel([KNOWS, SLOW, *SCRIPT], api_key=KEY) as scripted:
        yield scripted


@pytest.fixture
def start(home: Path, model: ScriptedModel) -> Iterator[Callable[..., Runtime]]:
    """Starts a Runtime over the scripted model and the test's home."""
    with ExitStack() as runtimes:

        def start_one(**changes: object) -> Runtime:
            fields = {
                "home": home,
                "provider": "openai",
                "model": "scripted",
                "api_key": KEY,
                "base_url": model.base_url,
            } | changes
            return runtimes.enter_context(running(Settings(**fields)))

        yield start_one


def send(runtime, text, *, to="c1", owner="ann", message_id=None, threshold=0.9):
    message_id = message_id or f"{to}-{text}"
    return runtime.send(to, owner, text, threshold=threshold, message_id=message_id)


def say(runtime, text, **how):
    turn = send(runtime, text, **how)
    assert turn.wait(WAIT_SECONDS), turn.view
    return turn.reply


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.01)


def test_it_tells_when_each_part_is_ready(start):
    runtime = start()
    assert runtime.status().cache.state == runtime.status().model.state == "waiting"

    runtime.load()

    wait_until(lambda: runtime.status().cache.state == "ready")
    wait_until(lambda: runtime.status().model.state == "ready")
    assert runtime.status().conversations.state == "ready"


def test_a_message_that_comes_before_the_cache_is_ready_waits_for_it(start, monkeypatch):
    opening, go_on = threading.Event(), threading.Event()

    def slowly(folder):
        opening.set()
        go_on.wait(WAIT_SECONDS)
        return load_embedder(folder)

    monkeypatch.setattr("agents.caching.load_embedder", slowly)
    runtime = start()
    runtime.load()
    assert opening.wait(WAIT_SECONDS)
    with pytest.raises(NotReadyError, match="cache is still being loaded"):
        runtime.explain(CAPITAL, 0.9)
    turn = send(runtime, CAPITAL)
    assert runtime.open("c1", "ann").messages[0].text == CAPITAL
    assert not turn.view.ended
    go_on.set()

    assert turn.wait(WAIT_SECONDS)
    assert turn.reply.answer == LISBON
    assert turn.reply.served is not None


def test_a_restart_finds_everything_where_it_was(start):
    first = start()
    for text in (GOAL, "About 900 euros", CAPITAL):
        say(first, text)
    before = first.open("c1", "ann")
    listed = first.recent("ann")
    first.close()

    second = start()

    assert second.open("c1", "ann") == before
    assert second.recent("ann") == listed
    assert say(second, CAPITAL, to="c2", owner="bob").served.tier == "exact"


def test_closing_stops_a_reply_and_keeps_its_part(start):
    first = start()
    turn = send(first, "Tell me a story")
    wait_until(lambda: "upon" in turn.reply.answer)

    first.close()

    assert turn.view.ended
    reply = start().open("c1", "ann").messages[-1]
    assert (reply.status, reply.answer) == ("stopped", turn.reply.answer)


def test_closing_before_anything_is_loaded_leaves_nothing_behind(start):
    threads = set(threading.enumerate())
    runtime = start()

    runtime.close()
    runtime.close()

    left = {t.name for t in set(threading.enumerate()) - threads}
    assert "reprise-loop" not in left


def test_a_wrong_key_is_told_in_the_chat_and_the_text_is_kept(start):
    runtime = start(api_key="sk-wrong-0123456789")

    reply = say(runtime, CAPITAL)

    assert reply.status == "failed"
    assert "does not accept the key" in reply.failure.message
    assert "REPRISE_API_KEY" in reply.failure.remedy
    assert "sk-wrong" not in str(reply)
    assert runtime.open("c1", "ann").messages[0].text == CAPITAL


def test_a_model_that_cannot_be_reached_is_told_and_asked_again_later(start, model):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    runtime = start(base_url=f"http://127.0.0.1:{port}/v1")
    reply = say(runtime, CAPITAL)
    assert reply.status == "failed"
    assert "cannot be reached" in reply.failure.message
    assert "REPRISE_BASE_URL" in reply.failure.remedy

    late = ScriptedModel([KNOWS])
    late.start(port)
    reply = say(runtime, CAPITAL, message_id="again")
    late.stop()

    assert (reply.status, reply.answer) == ("complete", LISBON)


def test_a_model_file_that_is_not_there_is_told(start, tmp_path):
    runtime = start(provider="embedded", model=str(tmp_path / "none.gguf"), api_key="", base_url="")

    reply = say(runtime, CAPITAL)

    assert reply.status == "failed"
    assert "none.gguf" in reply.failure.message
    assert runtime.status().model.state == "failed"
    assert runtime.open("c1", "ann").messages[0].text == CAPITAL


def test_a_thumb_is_kept_and_may_be_taken_back(start):
    runtime = start()
    reply = say(runtime, CAPITAL)

    for liked in (True, False, None):
        runtime.rate("c1", "ann", reply.id, liked=liked)
        assert runtime.open("c1", "ann").reply(reply.id).liked is liked


def test_a_thumb_down_takes_a_cached_answer_out_of_service(start, model):
    runtime = start()
    say(runtime, CAPITAL)
    served = say(runtime, CAPITAL, to="c2")
    assert served.served.tier == "exact"

    runtime.rate("c2", "ann", served.id, liked=False)

    assert say(runtime, CAPITAL, to="c3").served.tier is None
    assert len(model.requests) == 2


def test_a_thumb_down_for_the_models_own_answer_takes_it_out_of_service_too(start, model):
    runtime = start()
    first = say(runtime, CAPITAL)

    runtime.rate("c1", "ann", first.id, liked=False)

    assert say(runtime, CAPITAL, to="c2").served.tier is None


def test_a_thumb_for_a_reply_that_never_was_changes_nothing(start):
    runtime = start()
    say(runtime, CAPITAL)
    before = runtime.open("c1", "ann")

    runtime.rate("c1", "ann", "never-was", liked=True)

    assert runtime.open("c1", "ann") == before


DIES_WRITING = """
import os, sys
from pathlib import Path
from agents.dialogue.events import Heard, ReplyBegan
from agents.dialogue.machine import machine
from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.store import ConversationStore

store = ConversationStore.open(Path(sys.argv[1]), machine())
heard = Heard(1.0, UserMessage("m", "Tell me", 1.0))
store.begin("c1", "ann", heard, ReplyBegan(1.0, Reply(id="r", to="m", at=1.0)))
store.save_draft("r", "Once upon")
os._exit(1)
"""


def test_a_reply_whose_process_died_is_interrupted_for_a_runtime_that_goes_on(start, home):
    runtime = start()
    database = home / "conversations.sqlite3"
    subprocess.run([sys.executable, "-c", DIES_WRITING, str(database)], cwd=ROOT, check=False)

    reply = runtime.open("c1", "ann").messages[-1]

    assert (reply.status, reply.answer) == ("interrupted", "Once upon")


def test_a_conversation_that_is_being_answered_can_be_deleted(start):
    runtime = start()
    turn = send(runtime, "Tell me a story")
    wait_until(lambda: "upon" in turn.reply.answer)

    runtime.delete("c1", "ann")

    assert turn.view.ended
    assert runtime.turn("c1", "ann") is None
    assert runtime.recent("ann") == ()
    assert runtime.open("c1", "ann").messages == ()


@pytest.mark.parametrize(
    "reach",
    [
        lambda runtime: runtime.open("c1", "bob"),
        lambda runtime: runtime.delete("c1", "bob"),
        lambda runtime: send(runtime, "Let me in", owner="bob"),
        lambda runtime: runtime.rate("c1", "bob", "r", liked=False),
    ],
    ids=["open", "delete", "send", "rate"],
)
def test_nobody_reaches_somebody_elses_conversation(start, reach):
    runtime = start()
    say(runtime, CAPITAL)
    before = runtime.open("c1", "ann")

    with pytest.raises(ConversationNotFoundError):
        reach(runtime)

    assert runtime.recent("bob") == ()
    assert runtime.open("c1", "ann") == before


def test_nobody_learns_that_somebody_elses_reply_is_being_written(start):
    runtime = start()
    turn = send(runtime, "Tell me a story")

    with pytest.raises(ConversationNotFoundError):
        send(runtime, "Let me in", owner="bob", message_id=turn.message.id)


def test_the_threshold_is_the_one_at_the_time_of_sending(start):
    runtime = start()
    say(runtime, CAPITAL)

    strict = say(runtime, "What is the capital city of Portugal?", to="c2", threshold=1.0)
    loose = say(runtime, "What is the capital city of Portugal?", to="c3")

    assert strict.served.tier is None
    assert loose.served.tier is not None


def test_a_refused_message_is_told_to_its_sender(start):
    with pytest.raises(BlankMessageError):
        send(start(), "   ", message_id="m1")


def test_what_the_cache_would_decide_is_explained(start):
    runtime = start()
    say(runtime, CAPITAL)

    explained = runtime.explain("What is the capital city of Portugal?", 0.9)

    assert explained.hit
    assert explained.candidates[0].entry.question == CAPITAL


def test_a_cache_that_cannot_be_opened_is_told_and_replies_go_on(start, home):
    folder = home / "cache"
    folder.mkdir()
    (folder / "cache.sqlite3").write_bytes(b"no database " * 1000)
    runtime = start()

    reply = say(runtime, CAPITAL)

    assert (reply.status, reply.answer, reply.served) == ("complete", LISBON, None)
    assert runtime.status().cache.state == "failed"
    assert runtime.status().cache.failure.message


def test_conversations_that_cannot_be_opened_are_told_until_they_can(start, home):
    path = home / "conversations.sqlite3"
    path.mkdir()
    runtime = start()
    with pytest.raises(StoreError):
        send(runtime, CAPITAL)
    assert runtime.status().conversations.state == "failed"

    shutil.rmtree(path)

    assert say(runtime, CAPITAL).answer == LISBON
    assert runtime.status().conversations.state == "ready"


def test_a_locked_database_is_told_and_the_message_can_be_sent_again(start, home):
    runtime = start()
    say(runtime, GOAL)
    other = sqlite3.connect(home / "conversations.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        send(runtime, "900 euros")
    other.close()

    assert say(runtime, "900 euros").status == "complete"
    assert BUDGET not in runtime.open("c1", "ann").messages[-1].guidance


def test_keys_are_in_no_file_and_no_log(start, home, caplog):
    caplog.set_level("DEBUG")
    runtime = start()
    say(runtime, CAPITAL)
    runtime.close()

    assert KEY not in caplog.text
    for file in home.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()


# What the cache learns


REWORDED = "What's the capital of Portugal?"


def test_asking_again_at_once_labels_the_answer_from_the_cache_wrong(start):
    runtime = start(audit_share=0.0)
    say(runtime, CAPITAL, to="c0")
    assert say(runtime, REWORDED, threshold=0.8).served.tier == "semantic"

    say(runtime, "What is Portugal's capital?", threshold=0.8)

    wait_until(lambda: len(runtime.cache.judged_lookups()) > 0)
    assert [(j.good, j.source) for j in runtime.cache.judged_lookups()] == [(False, "reask")]


def test_evidence_of_wrong_answers_is_there_with_the_cache(start):
    runtime = start()
    with pytest.raises(NotReadyError):
        runtime.evidence()
    say(runtime, CAPITAL)

    assert 0.5 <= runtime.evidence().recommended.threshold <= 1.0
    assert runtime.evidence().budget == 0.02


def test_the_model_can_be_asked_past_the_cache(start, model):
    runtime = start()
    say(runtime, CAPITAL)
    before = len(model.requests)

    assert runtime.ask_afresh(CAPITAL).result(WAIT_SECONDS) == LISBON

    assert len(model.requests) == before + 1
    assert len(runtime.cache.lookups()) == 1


def test_the_verifier_and_the_limits_are_those_of_the_settings(start):
    runtime = start(cache_entries=1, verifier="none")
    say(runtime, CAPITAL, to="c1")
    say(runtime, "What is the capital of Portugal called in Latin?", to="c2", threshold=1.0)

    assert len(runtime.cache.entries()) == 1


def test_a_verifier_that_is_not_there_leaves_the_cache_out_and_says_so(start, tmp_path):
    runtime = start(verifier=str(tmp_path / "missing.onnx"))

    assert say(runtime, CAPITAL).answer == LISBON

    assert runtime.status().cache.state == "failed"
    assert "missing.json" in runtime.status().cache.failure.message
