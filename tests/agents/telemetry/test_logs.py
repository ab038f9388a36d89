"""The log: a line a record, found by its reference, without what anybody said."""

from __future__ import annotations

import json
import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calling import calling
from agents.telemetry import logs

SAID = "my number is 0171 2345678"
OURS = logging.getLogger("agents.dialogue.turns")
THEIRS = logging.getLogger("httpx")


@pytest.fixture(params=["plain", "json"])
def form(request):
    return request.param


def lines(capsys):
    return capsys.readouterr().err.splitlines()


def fail():
    raise ValueError(SAID)


def test_a_record_is_one_json_object_with_the_reference_and_the_fields(capsys):
    with logs.writing("json"), calling(agent="planner", correlation_id="3f2a91bc77"):
        OURS.info("turn ended", extra={"fields": {"seconds": 0.5, "outcome": "complete"}})

    (line,) = lines(capsys)
    record = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", record.pop("time"))
    assert record == {
        "level": "info",
        "logger": "agents.dialogue.turns",
        "message": "turn ended",
        "correlation_id": "3f2a91bc77",
        "agent": "planner",
        "seconds": 0.5,
        "outcome": "complete",
    }


def test_people_are_shown_the_reference_that_the_user_is_told(capsys):
    with logs.writing("plain"), calling(correlation_id="3f2a91bc77aa"):
        OURS.warning("reply %s failed", "r1")
        OURS.info("not for people")

    (line,) = lines(capsys)
    assert line.endswith(" WARNING agents.dialogue.turns [3f2a91bc] reply r1 failed")


def test_an_error_is_written_as_its_class_and_where_it_came_from(form, capsys):
    with logs.writing(form):
        try:
            fail()
        except ValueError:
            OURS.exception("reply %s failed", "r1")

    (line,) = lines(capsys)
    assert "ValueError" in line
    assert "tests/agents/telemetry/test_logs.py:" in line
    assert SAID not in line


def test_of_others_records_only_the_text_is_written_not_what_was_put_into_it(form, capsys):
    with logs.writing(form):
        THEIRS.warning("could not send %s", SAID)

    (line,) = lines(capsys)
    assert "could not send %s" in line
    assert SAID not in line


def test_two_lines_in_a_message_are_one_in_the_log(form, capsys):
    with logs.writing(form):
        OURS.warning("one\ntwo")

    (line,) = lines(capsys)
    assert "one two" in line


def test_afterwards_nothing_is_written_and_levels_are_as_before(capsys):
    level = logging.getLogger("agents").level
    before = list(logging.getLogger().handlers)
    with logs.writing("json"):
        pass
    OURS.info("unheard")

    assert logging.getLogger("agents").level == level
    assert logging.getLogger().handlers == before
    assert "unheard" not in "".join(lines(capsys))


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text()))
def test_whatever_it_holds_a_record_is_one_line_of_json(message, fields):
    record = logging.makeLogRecord({"name": "agents", "msg": message, "fields": fields})

    line = logs.as_json(record)

    assert "\n" not in line
    assert json.loads(line) | fields == json.loads(line)
