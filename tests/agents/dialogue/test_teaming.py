"""Asking the team from a conversation: what it is told, how it is stopped, and what stays."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from agents.dialogue.events import GoalStated, Heard, Planned, ReplyBegan, TeamAsked
from agents.dialogue.machine import machine
from agents.dialogue.messages import Reply, TeamWork, UserMessage
from agents.dialogue.plan import Plan
from agents.dialogue.saying import wish_for_team
from agents.dialogue.store import ConversationStore
from agents.dialogue.teaming import LONGEST_SAID, MOST_EXCHANGES, context_of
from agents.dialogue.travel import Travel
from tests.agents.dialogue.examples import a_conversation, lived, step
from tests.agents.loops import WAIT_SECONDS
from tests.support.scripted_model import Reply as Says
from tests.support.scripted_model import Rule

EXPERTS = Rule(system="expert of a team", reply=Says("Begin with one thing."))
HELD = Rule(system="expert of a team", reply=Says("one two three", hold_after=1))
BUSY = Rule(system="expert of a team", reply=Says("Overloaded.", status=503))
DIRECTOR = Rule(system="lead a small team", reply=Says("All in all: begin with one thing."))
TASK = "how a choir finds more tenors"
WISH = f"Ask the team {TASK}"


def reached(condition) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.01)


# A run


def test_the_result_is_the_reply_and_leads_to_the_run(enter):
    room = enter(EXPERTS, DIRECTOR)

    reply = room.say(WISH)

    run = room.teams.open(reply.team.run, "ann")
    assert (run.result, run.conversation, run.kind) == (reply.answer, "c1", "nested")
    assert reply.team.task == run.task == "How a choir finds more tenors"
    assert reply.tokens == run.tokens > 0
    assert room.state().reply(reply.id) == reply


def test_progress_is_shown_and_a_stop_reaches_the_run(enter):
    room = enter(HELD, DIRECTOR)
    turn = room.send(WISH)
    reached(lambda: turn.reply.team is not None and "working" in _statuses(turn.reply.team))

    stage = turn.view.stage
    turn.stop()

    assert turn.wait(WAIT_SECONDS)
    assert (stage, turn.reply.status) == ("consulting", "stopped")
    run = room.teams.live(turn.reply.team.run, "ann")
    assert run is None or run.wait(WAIT_SECONDS)
    assert room.teams.open(turn.reply.team.run, "ann").status == "stopped"
    assert room.state().offer == "ask_team"


def test_a_run_that_is_stopped_on_its_page_ends_the_reply_with_what_to_do(enter):
    room = enter(HELD, DIRECTOR)
    turn = room.send(WISH)
    reached(lambda: turn.reply.team is not None)

    room.teams.live(turn.reply.team.run, "ann").stop()

    assert turn.wait(WAIT_SECONDS)
    assert turn.reply.status == "failed"
    assert "stopped before its end" in turn.reply.failure.message
    assert turn.reply.failure.remedy


def test_where_nobody_answers_the_reply_fails_and_a_yes_asks_again(enter):
    room = enter(BUSY, BUSY)

    failed = room.say(WISH)

    assert failed.status == "failed"
    assert failed.failure.remedy
    assert room.state().offer_about == "How a choir finds more tenors"
    room.model.rules[:0] = [EXPERTS, DIRECTOR]
    assert room.say("yes").answer == "All in all: begin with one thing."


def test_more_than_the_team_can_do_at_once_is_refused_in_words(enter):
    room = enter(HELD, DIRECTOR)
    turns = [room.send(f"{WISH} in {place}", to=place) for place in ("Graz", "Linz", "Wels")]
    for turn in turns:
        reached(lambda turn=turn: turn.reply.team is not None)

    refused = room.say(WISH, to="Enns")

    assert refused.status == "failed"
    assert "working for you already" in refused.failure.message
    assert refused.team is None
    room.model.release()
    assert all(turn.wait(WAIT_SECONDS) for turn in turns)


def test_a_killed_process_leaves_the_way_to_the_run_and_the_offer(tmp_path):
    store = ConversationStore.open(tmp_path / "talks.sqlite3", machine())
    message, reply = UserMessage("m1", WISH, 1.0), Reply("r1", "m1", 1.0)
    state = store.begin("c1", "ann", Heard(1.0, message), ReplyBegan(1.0, reply))
    store.append(state, TeamAsked(2.0, "r1", "x", TASK))

    store.recover()

    state = store.load("c1", "ann")
    left = state.reply("r1")
    assert (left.status, left.team) == ("interrupted", TeamWork("x", TASK))
    assert (state.offer, state.offer_about) == ("ask_team", TASK)
    store.close()


def test_a_copy_of_a_conversation_does_not_lead_to_somebody_elses_run(enter):
    room = enter(EXPERTS, DIRECTOR)
    room.say(WISH)
    travel = Travel(room.store)

    taken = travel.take_in(travel.export("c1", "ann").encode(), "bob")

    copy = room.store.load(taken, "bob").messages[-1]
    assert (copy.team.run, len(copy.team.members)) == ("", 4)


# What it is told


def test_a_task_that_stands_alone_is_told_without_any_context(enter):
    room = enter(EXPERTS, DIRECTOR)

    room.say(WISH)

    told = [request.last for request in room.model.requests if "expert of" in request.system]
    assert len(told) == 3
    assert set(told) == {"How a choir finds more tenors"}


def test_the_context_is_the_goal_what_is_known_and_what_was_said_last(enter):
    room = enter(EXPERTS, DIRECTOR)
    room.say("Plan a trip to Lisbon")
    room.say("About 900 euros")
    room.say("I prefer trains. What is a tram?")

    context = context_of(room.state(), TASK)

    assert "Plan a trip to Lisbon" in context
    assert "**Budget:** About 900 euros" in context
    assert "trains" in context
    assert context.index("Said before") > context.index("Budget")


def test_long_conversations_are_told_by_their_last_words():
    pairs = [(f"Question {number}? " + "word " * 500, "Yes. " * 500) for number in range(9)]

    context = context_of(a_conversation(pairs), "something else")

    assert context.count("User:") == MOST_EXCHANGES
    assert "Question 8?" in context
    assert len(context) < (2 * LONGEST_SAID + 40) * MOST_EXCHANGES + 40


def test_what_was_answered_to_the_task_itself_is_not_told():
    state = a_conversation([("Should we rent or buy?", "It depends.")])

    assert context_of(state, "Should we rent or buy?") == ""
    assert "It depends." in context_of(state, "What else is there?")


@pytest.mark.parametrize(
    ("text", "wish"), [("Should we?", "Ask the team"), ("Sollen wir das?", "Frag das Team")]
)
def test_the_button_speaks_the_language_of_the_talk(text, wish):
    assert wish_for_team(lived(Heard(1.0, UserMessage("m1", text, 1.0)))) == wish


def test_no_team_is_offered_where_a_yes_would_answer_the_step(enter):
    room = enter(EXPERTS, DIRECTOR)
    weighty = (
        "We are a small club. Should we buy a bus or rent one for the trip, given the costs, the "
        "insurance and the members who want to drive?"
    )
    room.store.append(room.store.start("c1", "ann"), *_waiting_for_yes())

    reply = room.say(weighty)

    assert reply.answer
    assert room.state().offer is None


def _waiting_for_yes():
    asked = replace(step("Bus"), description="Do you need a bus?")
    return GoalStated(1.0, "Plan a trip"), Planned(1.0, Plan("Plan a trip", (asked,)))


def _statuses(work: TeamWork) -> set[str]:
    return {member.status for member in work.members}
