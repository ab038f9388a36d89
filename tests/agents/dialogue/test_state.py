"""How events change the state of a conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.events import (
    Acted,
    GoalStated,
    Heard,
    Judged,
    Planned,
    Rated,
    ReplyBegan,
    Started,
    StepEnded,
    from_json,
    to_json,
)
from agents.dialogue.folding import fold
from agents.dialogue.machine import MOVES, State, machine
from agents.dialogue.messages import MessageType, Mood, Reply
from agents.dialogue.state import ChatState, shortened
from tests.agents.dialogue.examples import (
    MET,
    NOT_MET,
    in_a_plan,
    lived,
    message,
    plan,
    said_and_answered,
)

NEW = ChatState(id="c1", owner="ann")
PIECES = st.one_of(
    st.sampled_from(MessageType).map(lambda kind: Heard(1.0, message("x", kind=kind))),
    st.sampled_from(State).map(lambda did: Acted(2.0, did)),
    st.just(GoalStated(3.0, "Learn Spanish")),
    st.just(Planned(3.0, plan("Level", "Time"))),
    st.tuples(st.integers(0, 1), st.sampled_from([MET, NOT_MET])).map(
        lambda judged: Judged(4.0, judged[0], "said", judged[1])
    ),
    st.tuples(st.integers(0, 1), st.sampled_from(["done", "skipped"])).map(
        lambda ended: StepEnded(5.0, *ended)
    ),
    st.just(ReplyBegan(6.0, Reply(id="r1", to="m1", at=6.0))),
    st.sampled_from([True, False, None]).map(lambda liked: Rated(7.0, "r1", liked)),
)
LIVES = st.lists(PIECES, max_size=12).filter(
    lambda events: (
        not any(isinstance(e, StepEnded) for e in events)
        or any(isinstance(e, Planned) for e in events[: _first_end(events)])
    )
)


def _first_end(events):
    return next(i for i, event in enumerate(events) if isinstance(event, StepEnded))


@given(LIVES)
def test_replaying_the_events_from_disk_gives_the_state_that_was_lived_through(events):
    lived_through = NEW
    for event in events:
        lived_through = fold(machine(), lived_through, [event])

    replayed = fold(machine(), NEW, [from_json(to_json(event)) for event in events])

    assert replayed == lived_through


@given(LIVES, LIVES)
def test_going_on_does_not_change_the_state_before(before, after):
    state = lived(*before)
    copy = replace(state)

    lived(*after, before=state)

    assert state == copy


@given(LIVES)
def test_every_recorded_move_is_in_the_table_and_leads_on_from_the_last(events):
    state = lived(*events)

    here = State.IDLE
    for move in state.transitions:
        assert move.source is here
        assert move.target in MOVES[here]
        here = move.target
    assert state.state is here


def test_a_move_says_what_caused_it_and_when():
    state = lived(Heard(10.0, message("What is a fado?")), Acted(12.0, State.ANSWERING))

    assert [(m.source, m.target, m.because, m.at) for m in state.transitions] == [
        (State.IDLE, State.QUESTION_ASKED, "question_asked", 10.0),
        (State.QUESTION_ASKED, State.ANSWERING, "answering", 12.0),
    ]


def test_a_plan_begins_at_its_first_step():
    state = in_a_plan("Budget", "Dates")

    assert [p.status for p in state.progress] == ["current", "open"]
    assert (state.current, state.step.title, state.finished) == (0, "Budget", False)


def test_a_steps_life():
    judged = lived(Judged(4.0, 0, "hm", NOT_MET), before=in_a_plan("Budget", "Dates"))
    assert (judged.progress[0].attempts, judged.progress[0].verdict) == (1, NOT_MET)
    assert judged.current == 0

    done = lived(Judged(5.0, 0, "900 euros", MET), StepEnded(6.0, 0, "done"), before=judged)
    first = done.progress[0]
    assert (first.status, first.attempts, first.said) == ("done", 2, "900 euros")
    assert first.finished_at == 6.0
    assert done.variables == {"Budget": "900 euros"}
    assert done.current == 1

    over = lived(StepEnded(7.0, 1, "skipped"), before=done)
    assert [p.status for p in over.progress] == ["done", "skipped"]
    assert over.finished
    assert over.step is None


def test_what_was_said_for_a_skipped_step_is_kept_but_is_no_answer():
    state = lived(
        Judged(4.0, 0, "purple", NOT_MET), StepEnded(5.0, 0, "skipped"), before=in_a_plan()
    )

    assert state.progress[0].said == "purple"
    assert state.variables == {}


def test_a_thumb_is_given_and_taken_back():
    state = lived(*said_and_answered("What is a fado?", "A song."))

    up = lived(Rated(20.0, "r1", liked=True), before=state)
    assert up.reply("r1").liked is True
    assert lived(Rated(21.0, "r1", liked=None), before=up) == state


def test_the_end_of_a_reply_takes_the_place_of_its_beginning():
    state = lived(*said_and_answered("What is a fado?", "A song."))

    assert len(state.messages) == 2
    assert state.reply("r1").text == "A song."
    assert state.reply("r2") is None


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("What is a fado?", "What is a fado?"),
        ("Compare trains and buses", "Compare trains and buses"),
        ("Hello", ""),
        ("Tell me more", ""),
    ],
)
def test_a_topic_is_what_a_message_is_about(text, topic):
    assert lived(Heard(1.0, message(text))).topic == topic


def test_an_answer_to_a_step_does_not_change_the_topic_but_a_question_does():
    state = in_a_plan("Budget")

    answered = lived(Heard(5.0, message("900 euros")), before=state)
    asked = lived(Heard(5.0, message("Is the metro expensive?")), before=state)

    assert answered.topic == "Plan a trip to Lisbon"
    assert asked.topic == "Is the metro expensive?"


def test_mood_and_preferences_follow_the_messages():
    first = Heard(1.0, message("I like trains"), (("likes", "trains"),))
    second = Heard(2.0, message("I don't understand"), (("dislikes", "planes"),))

    assert lived(first).mood is Mood.NEUTRAL
    state = lived(first, second)
    assert state.mood is Mood.CONFUSED
    assert state.preferences == {"likes": "trains", "dislikes": "planes"}


def test_the_title_is_the_goal_else_what_was_said_first():
    assert NEW.title == ""
    assert lived(Heard(1.0, message("What is a fado?"))).title == "What is a fado?"
    assert in_a_plan().title == "Plan a trip to Lisbon"


def test_a_conversation_knows_which_messages_it_heard():
    state = lived(Started(1.0), Heard(2.0, message("Hello", id="m7")))

    assert state.has_message("m7")
    assert not state.has_message("m8")


@given(st.text(max_size=200), st.integers(2, 60))
def test_a_short_form_is_one_line_of_at_most_the_length(text, longest):
    short = shortened(text, longest)

    assert len(short) <= longest
    assert "\n" not in short
    assert short == " ".join(text.split()) or short.endswith("…")


def test_an_event_without_a_rule_is_a_mistake_of_the_programmer():
    with pytest.raises(TypeError, match="no rule for the event str"):
        lived("surprise")
