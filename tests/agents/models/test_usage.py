"""What was used survives a restart, whatever became of the file meanwhile."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calling import Caller
from agents.errors import BudgetError
from agents.models import usage
from agents.models.admission import Gate
from agents.models.budgets import ALL, Budget, Budgets
from agents.models.usage import KEPT_SECONDS, UsageFile, Use
from agents.settings import Settings

NOW = 1_764_000_000.0
CHAT = Caller(user="ann", agent="chat", correlation_id="7f")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "usage.jsonl"


def opened(path, *budgets: Budget, now: float = NOW) -> Budgets:
    made = Budgets(budgets, lambda: now, UsageFile(path))
    made.resume()
    return made


def test_a_days_budget_goes_on_after_a_restart(path):
    budget = Budget("chat", "calls", "day", 2)
    opened(path, budget).charge(CHAT)
    opened(path, budget, now=NOW + 60).charge(CHAT)

    with pytest.raises(BudgetError) as caught:
        opened(path, budget, now=NOW + 120).charge(CHAT)

    assert KEPT_SECONDS - 120 <= caught.value.free_in <= KEPT_SECONDS + 240
    opened(path, budget, now=NOW + KEPT_SECONDS + 61).charge(CHAT)


def test_what_was_used_of_tokens_and_dollars_and_taken_back_goes_on_too(path):
    budgets = (
        Budget("chat", "calls", "day", 9),
        Budget("chat", "tokens", "day", 900),
        Budget(ALL, "dollars", "day", 9),
    )
    first = opened(path, *budgets)
    first.take_back(first.charge(CHAT))
    first.charge(CHAT)
    first.spent(CHAT, tokens=120, dollars=0.25)

    assert [each.used for each in opened(path, *budgets).conditions] == [1, 120, 0.25]


@pytest.mark.parametrize("budgets", [(), (Budget("chat", "calls", "minute", 5),),
                                     (Budget("judge", "calls", "day", 5),)])  # fmt: skip
def test_what_no_days_budget_is_for_is_not_written(path, budgets):
    made = opened(path, *budgets)
    made.charge(CHAT)
    made.spent(CHAT, tokens=5, dollars=0.0)

    assert not path.exists()


def test_the_file_says_nothing_of_the_user(path):
    opened(path, Budget("chat", "calls", "day", 5)).charge(CHAT)

    assert path.read_text() == f'[{NOW}, "chat", "calls", 1]\n'


def test_what_is_older_than_a_day_or_from_the_future_is_removed(path):
    file = UsageFile(path)
    old, new = Use(NOW - KEPT_SECONDS - 1, "chat", "calls", 1), Use(NOW - 5, "chat", "calls", 1)
    file.append(old, new, Use(NOW + 1e6, "chat", "calls", 1))

    assert file.recent(NOW) == (new,)
    assert len(path.read_text().splitlines()) == 1


def test_a_file_that_grows_loses_what_is_old_by_itself(path, monkeypatch):
    monkeypatch.setattr(usage, "LARGEST", 2_000)
    file = UsageFile(path)
    for day in range(20):
        for second in range(20):
            file.append(Use(NOW + day * KEPT_SECONDS + second, "chat", "calls", 1))

    assert path.stat().st_size < 4_000


@given(torn=st.binary(max_size=200))
def test_whatever_stands_in_the_file_the_good_lines_count(tmp_path_factory, torn):
    path = tmp_path_factory.mktemp("home") / "usage.jsonl"
    good = Use(NOW - 5, "chat", "calls", 1)
    path.write_bytes(torn + b"\n")
    UsageFile(path).append(good)

    assert good in UsageFile(path).recent(NOW)


@pytest.mark.parametrize("line", ["[1, 2", "[]", "{}", "7", "null", '["a", "b", "calls", 1]',
                                  f'[{NOW}, "chat", "euros", 1]', "[NaN, 1, 1, 1]", "[" * 9_999,
                                  f'[{NOW}, "chat", ["calls"], 1]'])  # fmt: skip
def test_a_line_that_says_nothing_is_left_out(path, line):
    path.write_text(f"{line}\n")

    assert UsageFile(path).recent(NOW) == ()


def test_a_place_that_cannot_be_written_is_told_in_the_log_and_stops_nobody(tmp_path, caplog):
    (tmp_path / "usage.jsonl").mkdir()
    with caplog.at_level(logging.WARNING):
        opened(tmp_path / "usage.jsonl", Budget("chat", "calls", "day", 5)).charge(CHAT)

    assert "cannot be read" in caplog.text
    assert "cannot be kept" in caplog.text


def test_the_gate_knows_after_a_restart_what_was_used(tmp_path):
    (tmp_path / "limits.yml").write_text("budgets:\n  chat: {day: {tokens: 500}}")
    settings = Settings(home=tmp_path)
    Gate.open(settings).spent(CHAT, tokens=340, dollars=0.0)

    assert [each.used for each in Gate.open(settings).budgets] == [340]
