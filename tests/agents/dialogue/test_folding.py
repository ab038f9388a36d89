"""What each event changes: steps that are reopened, corrected, overruled, and plans that change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.dialogue.events import (
    Corrected,
    CorrectionCancelled,
    Forgotten,
    HandedOver,
    Judged,
    Offered,
    Overruled,
    PlanApproved,
    Planned,
    PlanRevised,
    PlanStopped,
    Remembered,
    Reopened,
    Restarted,
    StepEnded,
    Understood,
)
from agents.dialogue.machine import State
from agents.dialogue.messages import MessageType, Mood, Request
from agents.dialogue.plan import Plan
from agents.dialogue.state import ChatState
from tests.agents.dialogue.examples import MET, NOT_MET, in_a_plan, lived, said_and_answered, step


def answered(state: ChatState, *said: str) -> ChatState:
    """The state after answers to its first steps."""
    for index, text in enumerate(said):
        state = lived(
            Judged(4.0 + index, index, text, MET, f"m{index}"),
            StepEnded(4.0 + index, index, "done"),
            before=state,
        )
    return state


def statuses(state: ChatState) -> list[str]:
    return [progress.status for progress in state.progress]


TRIP = in_a_plan("Dates", "Budget", "Hotel")
ALL = answered(TRIP, "May", "600 euros", "Ritz")


# What a message is understood as


def test_a_message_is_understood_after_it_was_heard():
    heard = lived(*said_and_answered("Berlin. And what does it cost?", "")[:1])
    kinds = (MessageType.ANSWER, MessageType.QUESTION_ASKED)

    state = lived(
        Understood(
            12.0, "m1", kinds, ("Berlin.", "And what does it cost?"), Mood.CONFUSED, Request.WHERE
        ),
        before=heard,
    )

    message = state.messages[0]
    assert (message.types, message.mood, message.request) == (kinds, Mood.CONFUSED, Request.WHERE)
    assert message.part(MessageType.ANSWER) == "Berlin."
    assert message.part(MessageType.QUESTION_ASKED) == "And what does it cost?"
    assert (state.mood, state.state) == (Mood.CONFUSED, State.QUESTION_ASKED)


def test_an_offer_lapses_with_the_next_message():
    offered = lived(*said_and_answered("Stop", "")[:1], Offered(11.0, "stop_plan"))

    after = lived(Understood(12.0, "m1", (MessageType.CONFIRMATION,)), before=offered)

    assert (offered.offer, after.offer) == ("stop_plan", None)


def test_of_a_message_that_is_not_there_nothing_is_understood():
    assert lived(Understood(12.0, "m9", (MessageType.ANSWER,)), before=TRIP) == TRIP


# Steps


def test_the_step_after_one_that_ended_is_the_current_one_and_knows_when_it_began():
    state = answered(TRIP, "May")

    assert statuses(state) == ["done", "current", "open"]
    assert state.progress[1].began_at == 4.0
    assert (state.progress[0].message, state.facts["Dates"].value) == ("m0", "May")


def test_a_step_the_user_goes_back_to_becomes_the_current_one():
    state = lived(Reopened(9.0, 0), before=answered(TRIP, "May"))

    assert statuses(state) == ["current", "open", "open"]
    assert state.progress[0].attempts == 0
    assert state.variables == {"Dates": "May"}


def test_a_step_the_user_goes_back_to_comes_before_an_earlier_one_that_is_open():
    later = lived(Judged(4.0, 1, "600", MET), StepEnded(4.0, 1, "done"), before=TRIP)

    state = lived(Reopened(9.0, 1), before=later)

    assert statuses(state) == ["open", "current", "open"]


def test_a_step_that_builds_on_a_corrected_one_waits_for_its_turn():
    state = lived(
        Corrected(9.0, 0, "June", "m7"),
        Reopened(9.0, 1, because="s1"),
        before=answered(TRIP, "May", "600"),
    )

    assert statuses(state) == ["done", "reopened", "current"]
    assert (state.progress[1].reopened_by, state.corrected) == ("s1", 0)


def test_a_correction_of_a_finished_plan_reopens_it():
    state = lived(Corrected(9.0, 0, "June"), Reopened(9.0, 2, because="s1"), before=ALL)

    assert statuses(state) == ["done", "done", "current"]


def test_a_corrected_answer_keeps_what_it_was():
    state = lived(Corrected(9.0, 1, "800 euros", "m7"), before=ALL)

    fact = state.facts["Budget"]
    assert (fact.value, fact.message) == ("800 euros", "m7")
    assert [(former.value, former.message) for former in fact.former] == [("600 euros", "m1")]
    assert state.progress[1].said == "800 euros"


def test_a_cancelled_correction_restores_the_answer_and_what_it_had_reopened():
    corrected = lived(Corrected(9.0, 1, "800 euros"), Reopened(9.0, 2, because="s2"), before=ALL)

    state = lived(CorrectionCancelled(10.0, 1), before=corrected)

    assert statuses(state) == statuses(ALL)
    assert state.variables == ALL.variables
    assert (state.progress[1].said, state.corrected) == ("600 euros", None)
    assert state.facts["Budget"].former == ()


def test_a_correction_can_be_cancelled_until_a_step_is_judged():
    corrected = lived(Corrected(9.0, 0, "June"), before=answered(TRIP, "May"))

    after = lived(Judged(10.0, 1, "600", MET), before=corrected)

    assert (corrected.corrected, after.corrected) == (0, None)


def test_the_user_overrules_a_verdict_either_way():
    failed = lived(Judged(4.0, 0, "spring", NOT_MET, "m0"), before=TRIP)

    enough = lived(Overruled(5.0, 0, met=True), before=failed)
    again = lived(Overruled(6.0, 0, met=False), before=enough)

    assert (statuses(enough), enough.variables) == (
        ["done", "current", "open"],
        {"Dates": "spring"},
    )
    assert enough.progress[0].verdict.by == "user"
    assert statuses(again) == ["current", "open", "open"]
    assert (again.progress[0].verdict.met, again.progress[0].attempts) == (False, 0)


# Plans


def test_a_revised_plan_keeps_the_answers_of_the_steps_that_stay():
    before = answered(TRIP, "May", "600 euros")
    kept = before.plan.steps
    plan = Plan("g", (kept[1], replace(step("Food"), id="new"), kept[0]))

    state = lived(PlanRevised(9.0, plan, "Another order", "user"), before=before)

    assert statuses(state) == ["done", "current", "done"]
    assert (state.version, state.versions[-1].because, state.approved) == (2, "Another order", True)
    assert state.variables == before.variables


def test_a_new_plan_begins_with_nothing_done():
    state = lived(Planned(9.0, Plan("Learn Spanish", (step("Level"),))), before=ALL)

    assert (statuses(state), state.version) == (["current"], 2)


def test_steps_of_older_conversations_get_ids():
    assert [one.id for one in TRIP.plan.steps] == ["s1", "s2", "s3"]


def test_a_plan_is_approved_stopped_and_begun_again():
    assert lived(PlanApproved(9.0), before=TRIP).approved
    stopped = lived(PlanStopped(9.0), before=ALL)
    assert (stopped.plan, stopped.progress, stopped.version) == (None, (), 1)
    assert stopped.variables == ALL.variables
    assert statuses(lived(Restarted(9.0), before=ALL)) == ["current", "open", "open"]


# Memory


def test_a_fact_is_superseded_and_forgotten_with_all_it_was():
    told = lived(
        Remembered(9.0, "Company", "two of us", message="m5"),
        Remembered(10.0, "Company", "three of us", source="page"),
        before=ALL,
    )

    state = lived(Forgotten(11.0, "Company"), before=told)

    assert [former.value for former in told.facts["Company"].former] == ["two of us"]
    assert "Company" not in state.facts
    assert state.forgotten == {"m5"}


def test_a_forgotten_answer_is_gone_from_its_step_which_stays_behind_us():
    state = lived(Forgotten(11.0, "Budget"), before=ALL)

    assert (state.progress[1].said, state.progress[1].status) == ("", "done")
    assert state.forgotten == {"m1"}


def test_what_is_not_known_cannot_be_forgotten():
    assert lived(Forgotten(11.0, "Shoe size"), before=ALL) == ALL


@pytest.mark.parametrize(("notified", "kept"), [(True, "notified"), (False, "exported")])
def test_a_hand_over_is_kept(notified, kept):
    assert lived(HandedOver(9.0, notified), before=TRIP).handed_over == kept
