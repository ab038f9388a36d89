"""The runner itself: what it refuses to read, and that a flow can fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.runner import FlowFailedError, play
from tests.flows.script import Flow, FlowError, all_flows, read_flow
from tests.flows.stage import Stage

FEWEST = 45
GREETS = """\
name: user greets
about: A greeting is returned.
turns:
  - user: Hello!
    types: greeting
    tells: hello
"""


def written(folder: Path, text: str, name: str = "user_greets.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_there_are_many_flows_and_each_can_be_read():
    flows = [read_flow(path) for path in all_flows()]

    assert len(flows) >= FEWEST
    assert len({flow.about for flow in flows}) == len(flows)


def test_every_flow_is_named_for_what_somebody_does():
    strangers = [p.name for p in all_flows() if not p.name.startswith(("user_", "model_"))]

    assert strangers == []


@pytest.mark.parametrize(
    "changed, told",
    [
        ("tells: hello\n    tels: hello", "tels"),
        ("tells: helo", "tells"),
        ("types: greting", "types"),
        ("tells: hello\n    tells: goodbye", "twice"),
        ("tells: hello\n    page: {approve: true}", "either"),
        ("state: nowhere", "state"),
        ("tells: hello\ngiven: {plan: moon}", "moon"),
        ("tells: hello\ngiven: {plan: trip, answered: {Weather: fine}}", "Weather"),
    ],
    ids=[
        "unknown key",
        "unknown phrase",
        "unknown type",
        "key twice",
        "two deeds",
        "unknown state",
        "unknown plan",
        "unknown step",
    ],
)
def test_a_file_that_says_what_is_not_known_is_refused(tmp_path, changed, told):
    path = written(tmp_path, GREETS.replace("tells: hello", changed))

    with pytest.raises(FlowError, match=told):
        read_flow(path)


def test_a_turn_that_expects_nothing_is_refused(tmp_path):
    path = written(tmp_path, GREETS + "  - user: Bye!\n")

    with pytest.raises(FlowError, match="nothing is expected after 'Bye!'"):
        read_flow(path)


def test_a_file_that_is_not_named_after_its_flow_is_refused(tmp_path):
    path = written(tmp_path, GREETS, "something_else.yml")

    with pytest.raises(FlowError, match="name the file after it"):
        read_flow(path)


def test_words_that_yaml_takes_for_values_are_words(tmp_path):
    path = written(tmp_path, GREETS.replace("Hello!", "no"))

    assert read_flow(path).turns[0].user == "no"


@pytest.mark.parametrize(
    "expected, told",
    [
        ("types: closing", "types: expected [closing], found [greeting]"),
        ("state: idle", "state: expected idle, found answering"),
        ("step: Budget", "step: expected Budget, found none"),
        ("tells: goodbye", "tells: goodbye"),
        ("never_tells: hello", "never_tells: hello"),
        ("says: bananas", "says: 'bananas' is not in"),
        ("says: /b.n+a/", "says: '/b.n+a/' is not in"),
        ("never_says: /GOAL/", "never_says: '/GOAL/' is in"),
        ("reply_from: model", "reply_from: expected model, found plan"),
        ("events: [acted, heard]", "events: 'heard' is not where it should be"),
        ("no_events: [acted]", "no_events: there is 'acted'"),
        ("facts: {Budget: much}", "facts of Budget: expected much, found none"),
        ("progress: {Budget: done}", "progress of Budget: expected done, found none"),
        ("formerly: {Budget: [little]}", "formerly of Budget: expected [little], found []"),
        ("offer: hand_over", "offer: expected hand_over, found none"),
        ("model_was_asked: [answer]", "model_was_asked: expected [answer], found []"),
        ("status: failed", "status: expected failed, found complete"),
        ("refused: BusyError", "refused: expected BusyError, found "),
        ("language: de", "language: expected de, found en"),
        ("version: 1", "version: expected 1, found 0"),
    ],
)
def test_a_turn_that_comes_out_otherwise_fails_its_flow(
    tmp_path: Path, stage: Callable[[Flow], Stage], expected: str, told: str
) -> None:
    flow = read_flow(written(tmp_path, GREETS.replace("tells: hello", expected)
                             if not expected.startswith("types")
                             else GREETS.replace("types: greeting", expected)))  # fmt: skip

    with pytest.raises(FlowFailedError) as failed:
        play(flow, stage(flow))

    assert told in str(failed.value)
    assert "user: Hello!" in str(failed.value)


def test_a_failure_that_a_flow_does_not_speak_of_fails_it(tmp_path, stage):
    text = "name: user greets\nabout: It fails.\nmodel: {answers: [{when: fado, fails: true}]}\n"
    turns = "turns:\n  - user: What is fado?\n    types: question_asked\n"
    flow = read_flow(written(tmp_path, text + turns))

    with pytest.raises(FlowFailedError, match="status: failed"):
        play(flow, stage(flow))
