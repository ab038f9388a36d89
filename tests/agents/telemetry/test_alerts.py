"""When a person is called, and when no longer."""

from __future__ import annotations

import pytest

from agents.models.condition import EndpointCondition, ModelCondition, QueueCondition
from agents.telemetry.alerts import RULES, Alerting, Figures, Rule, WrongAnswers
from agents.telemetry.history import TurnFigures
from agents.telemetry.values import PartHealth

LONG = 3600.0


def turns(failed=0, complete=0, first_token=1.0):
    bad = [TurnFigures(0.0, "failed", "none", 1.0, None)] * failed
    return (*bad, *[TurnFigures(0.0, "complete", "model", 2.0, first_token)] * complete)


def condition(*breakers):
    endpoints = tuple(
        EndpointCondition(f"e{number}", "m", False, state, 9.0, 0, 5, 3, "timeout")
        for number, state in enumerate(breakers)
    )
    return ModelCondition(endpoints, QueueCondition(0, 8, (), 64, 0))


def part(name, level):
    return Figures(parts=(PartHealth(name, level, "So it is."),))


def wrong(share, labels=50):
    return Figures(wrong=WrongAnswers(0.85, labels, share, 0.02))


# What is so, and the rules that call for a person because of it.
CASES = {
    "nothing is known": (Figures(), []),
    "all is well": (Figures((), turns(0, 50), condition("closed")), []),
    "a part is down": (part("conversations", "down"), ["part down"]),
    "a part needs a look": (part("model", "warning"), []),
    "one in ten failed": (Figures(turns=turns(5, 45)), []),
    "more than one in ten failed": (Figures(turns=turns(6, 44)), ["errors"]),
    "all of a few failed": (Figures(turns=turns(4, 0)), []),
    "a breaker is open": (Figures(condition=condition("open", "closed")), ["breaker open"]),
    "a breaker tries": (Figures(condition=condition("half_open")), []),
    "replies begin late": (Figures(turns=turns(0, 20, first_token=31.0)), ["slow"]),
    "one of many begins late": (
        Figures(turns=(*turns(0, 1, first_token=99.0), *turns(0, 49))), []
    ),
    "too many answers are wrong": (wrong(0.03), ["wrong answers"]),
    "few labels say so": (wrong(0.5, labels=3), []),
    "within the budget": (wrong(0.02), []),
    "the disk is nearly full": (part("disk", "warning"), ["disk"]),
    "the disk is full": (part("disk", "down"), ["part down", "disk"]),
    "the queue is nearly full": (part("queue", "warning"), ["queue"]),
    "a budget is nearly used up": (part("budgets", "warning"), ["budgets"]),
    "the cache does not store": (part("cache", "warning"), ["cache"]),
    "the loop is late": (part("event loop", "warning"), ["event loop"]),
}  # fmt: skip


def lasting(figures):
    """The alerts where it has been so for long."""
    alerting = Alerting()
    alerting.evaluate(figures, 0.0)
    alerting.evaluate(figures, LONG)
    return alerting.active


@pytest.mark.parametrize("figures, rules", CASES.values(), ids=CASES)
def test_a_person_is_called_for_what_has_been_so_for_long(figures, rules):
    alerts = lasting(figures)

    assert [alert.rule for alert in alerts] == rules
    for alert in alerts:
        assert alert.sentence
        assert alert.remedy
        assert alert.since == 0.0


def test_every_rule_has_a_case():
    assert {rule.name for rule in RULES} == {name for _, rules in CASES.values() for name in rules}


def test_the_sentences_have_their_figures():
    (errors,) = lasting(Figures(turns=turns(6, 44)))
    (breaker,) = lasting(Figures(condition=condition("open", "closed")))
    (answers,) = lasting(wrong(0.03))

    assert errors.sentence == "6 of the last 50 replies failed (12%)."
    assert breaker.sentence == "Not in service: e0 (timeout)."
    assert "3.0% of the cache's answers are wrong at the threshold of 0.85" in answers.sentence


@pytest.fixture
def alerting():
    """One rule, for what has been so for ten seconds."""
    return Alerting([Rule("late", "warning", lambda f: "Late." if f.turns else "", "Wait.", 10.0)])


LATE, WELL = Figures(turns=turns(1)), Figures()


def test_what_is_so_for_a_moment_calls_nobody(alerting):
    assert not alerting.evaluate(LATE, 0.0).begun
    assert not alerting.evaluate(LATE, 9.0).begun
    assert not alerting.evaluate(WELL, 10.0).begun
    assert not alerting.evaluate(LATE, 11.0).begun
    assert alerting.active == ()


def test_an_alert_begins_once_and_ends_once(alerting):
    alerting.evaluate(LATE, 0.0)

    (begun,) = alerting.evaluate(LATE, 10.0).begun
    assert not alerting.evaluate(LATE, 20.0).begun
    assert alerting.active == (begun,)
    (ended,) = alerting.evaluate(WELL, 30.0).ended

    assert (begun.rule, begun.since, ended.rule) == ("late", 0.0, "late")
    assert alerting.active == ()
    assert not alerting.evaluate(WELL, 40.0).ended
