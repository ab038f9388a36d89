"""The terminal: the same conversation without a browser, in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agents.room import BUDGET, DATES, GOAL, SCRIPT
from tests.support.scripted_model import Reply, Rule, ScriptedModel

ROOT = Path(__file__).parents[2]
LISBON = "The capital of Portugal is Lisbon."
SOON, LONG = 120, 900
"""Seconds: only a terminal that hangs takes so long."""
RULES = [
    Rule(last="capital", reply=Reply(LISBON)),
    Rule(last="story", reply=Reply("Once upon a time there was", hold_after=3)),
    *SCRIPT,
]


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel(RULES, api_key="sk-right") as scripted:
        yield scripted


@pytest.fixture
def environment(home: Path, model: ScriptedModel) -> dict[str, str]:
    return {
        **os.environ,
        "REPRISE_PROVIDER": "openai",
        "REPRISE_MODEL": "scripted",
        "REPRISE_API_KEY": "sk-right",
        "REPRISE_BASE_URL": model.base_url,
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "agents", "chat", *arguments]


@pytest.fixture
def chat(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Chats in a terminal: the lines are typed one after another, then it is left."""

    def run(*lines: str, options: tuple[str, ...] = (), **changes: str):
        return subprocess.run(
            command(*options),
            cwd=ROOT,
            env=environment | changes,
            input="".join(f"{line}\n" for line in (*lines, "")),
            capture_output=True,
            text=True,
            timeout=SOON,
            check=False,
        )

    return run


def test_a_goal_is_planned_and_led_through_to_its_end(chat):
    done = chat("About 900 euros", "What is the capital of Portugal?", "In spring",
                options=("--goal", GOAL))  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    said = [f"Step 1 of 2.** {BUDGET}", f"Step 2 of 2.** {DATES}", LISBON, "the plan is complete"]
    places = [done.stdout.index(text) for text in said]
    assert places == sorted(places)
    assert f"- Budget: {BUDGET}" in done.stdout
    assert f"Back to step 2: {DATES}" in done.stdout


def test_a_conversation_is_gone_on_with_by_its_id(chat):
    first = chat(options=("--goal", GOAL))
    (name,) = re.findall(r"--conversation (\w+)", first.stdout)

    second = chat("About 900 euros", options=("--conversation", name))

    assert f"Step 2 of 2.** {DATES}" in second.stdout


def test_an_answer_from_the_cache_is_told_as_one(chat, model):
    chat("What is the capital of Portugal?")
    asked = len(model.requests)

    again = chat("What is the capital city of Portugal?")

    assert LISBON in again.stdout
    assert "[from the cache, similarity 0.9" in again.stdout
    assert len(model.requests) == asked


def test_a_failure_is_told_in_a_sentence_and_by_the_status(chat):
    done = chat("What is the capital of Portugal?", REPRISE_API_KEY="sk-wrong-0123456789")

    assert done.returncode == 1
    assert "does not accept the key" in done.stdout
    assert re.search(r"^Reference [0-9a-f]{8}$", done.stdout, re.MULTILINE)
    assert "Traceback" not in done.stdout + done.stderr
    assert "sk-wrong" not in done.stdout + done.stderr


def test_a_setting_that_cannot_be_used_is_told_before_anything_is_started(chat, home):
    done = chat(REPRISE_THRESHOLD="much")

    assert done.returncode == 2
    assert done.stderr.startswith("REPRISE_THRESHOLD is 'much'")
    assert done.stdout == ""
    assert list(home.iterdir()) == []


def test_a_message_that_is_too_long_is_refused_and_the_chat_goes_on(chat):
    done = chat("x" * 100_000, "Hello")

    assert "100,000 characters; at most 8,000" in done.stdout
    assert "What would you like to get done?" in done.stdout


@pytest.fixture
def heeding_ctrl_c() -> Iterator[None]:
    """Programs that are started heed Ctrl-C, also where the tests run in a shell's background.

    What a shell starts there ignores it, and so does all that this starts in turn.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def typed(environment: dict[str, str], heeding_ctrl_c: None) -> Iterator[subprocess.Popen[str]]:
    """A terminal that is still open."""
    with subprocess.Popen(
        command("--goal", "What is the story of Lisbon?"),
        cwd=ROOT,
        env=environment | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    came = ""
    while text not in came:
        piece = process.stdout.read(1)
        assert piece, f"it ended after {came!r}: {process.stderr.read()}"
        came += piece
    return came


def test_ctrl_c_stops_a_reply_and_at_the_prompt_ends_the_chat(typed):
    read_until(typed, "Once upon")

    typed.send_signal(signal.SIGINT)
    assert "(stopped)" in read_until(typed, "\n> ")
    typed.send_signal(signal.SIGINT)

    assert "Go on later with" in read_until(typed, "--conversation")
    assert typed.wait(SOON) == 0
    assert typed.stderr.read() == ""


@pytest.mark.local_model
def test_the_real_model_leads_from_the_goal_to_the_second_step(home, local_model_path):
    done = subprocess.run(
        command("--goal", "Plan a weekend trip to Lisbon"),
        cwd=ROOT,
        env={**os.environ, "REPRISE_MODEL": str(local_model_path), "REPRISE_TEMPERATURE": "0"},
        input="To Lisbon from 3 to 5 May, two of us, for at most 900 euros; we like museums.\n\n",
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    asked = re.findall(r"step (\d) of", done.stdout, re.IGNORECASE)
    assert len(set(asked)) > 1 or "the plan is complete" in done.stdout, done.stdout
