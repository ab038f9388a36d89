"""Who may be given whose answer: whole conversations, and what the cache keeps of them."""

from __future__ import annotations

import pytest

from tests.agents.room import GOAL
from tests.support.scripted_model import Reply, Rule

TOWER = "Tell me about the Belém Tower"
BUILT = "Who designed it?"
STANDALONE = "Who designed the Belém Tower?"
KNOWS_TOWER = Rule(last=TOWER, reply=Reply("A tower in Lisbon, finished in 1519."))
REWRITES = Rule(last=f"Last message: {BUILT}", reply=Reply(STANDALONE))
WIFE = "What is the best present for my wife Anna?"


def shared(cache) -> set[str]:
    return {entry.question for entry in cache.entries() if entry.shared}


# In its own conversation


def test_the_same_words_after_another_offer_are_answered_afresh(enter):
    room = enter(
        Rule(last="a tram", reply=Reply("Yes. Shall I look up the tram?")),
        Rule(last="a train", reply=Reply("Yes. Shall I look up the train?")),
        Rule(last="worth", reply=lambda r: Reply(f"It is, after {len(r.messages)}.")),
    )
    room.say("Is there a tram to Belém?")
    first = room.say("Is it worth it?")
    room.say("Is there a train to Sintra?")

    second = room.say("Is it worth it?", threshold=0.0)

    assert first.served.tier is second.served.tier is None
    assert first.answer != second.answer


def test_a_personal_question_is_served_again_in_its_conversation_after_idle_talk(enter):
    room = enter(
        Rule(last="wife", reply=lambda r: Reply(f"A book, {len(r.messages)}.")),
        Rule(last="capital", reply=Reply("It is Lisbon.")),
    )
    first = room.say(WIFE)
    room.say("Hello again")
    room.say("What is the capital of Portugal?")
    count = room.answers_asked

    again = room.say(WIFE)

    assert (again.answer, again.served.tier) == (first.answer, "exact")
    assert room.answers_asked == count


def test_a_personal_question_is_answered_afresh_once_more_is_known(enter):
    room = enter(Rule(last="wife", reply=lambda r: Reply(f"A book, {len(r.messages)}.")))
    first = room.say(WIFE)
    room.say("I like trains. What does she think of boats?")

    again = room.say(WIFE, threshold=0.0)

    assert again.served.tier is None
    assert again.answer != first.answer


def test_a_personal_question_is_answered_afresh_in_another_step(enter):
    room = enter(Rule(last="wife", reply=lambda r: Reply(f"A book, {len(r.messages)}.")))
    room.say(GOAL)
    room.say(WIFE)
    room.say("About 900 euros")

    assert room.say(WIFE, threshold=0.0).served.tier is None


@pytest.mark.parametrize("owner", ["ann", "bob"])
def test_what_leans_on_its_conversation_is_kept_from_all_others(enter, cache, owner):
    room = enter(KNOWS_TOWER)
    room.say(TOWER, to="c1", owner="ann")
    room.say(BUILT, to="c1", owner="ann")
    room.say(TOWER, to="c2", owner=owner)

    reply = room.say(BUILT, to="c2", owner=owner, threshold=0.0)

    assert reply.served.tier is None
    assert BUILT not in shared(cache)


# What used remembered facts


def test_answers_that_used_what_is_remembered_are_never_shared(enter, cache):
    room = enter()
    for text in ("I love trains.", GOAL, "About 900 euros", "Which is cheaper?", "May", WIFE):
        room.say(text)

    answers = {e.question for e in cache.entries() if e.shared and e.purpose == "answer"}

    assert answers == set()


def test_what_is_shared_was_written_without_anything_that_is_remembered(enter, cache):
    room = enter(KNOWS_TOWER)
    for text in ("I love trains.", GOAL, "About 900 euros", TOWER):
        room.say(text)

    assert TOWER in shared(cache)
    asked = next(r for r in room.model.requests if r.last.startswith(TOWER))
    for fact in ("trains", "900", GOAL):
        assert fact not in asked.everything


def test_half_a_name_is_asked_and_shared_as_fully_as_it_was_said_before(enter, cache):
    room = enter()
    room.say("Tell me about Marie Curie")

    room.say("Where was Curie born?")

    assert shared(cache) == {"Tell me about Marie Curie", "Where was Marie Curie born?"}
    assert room.model.requests[-1].last.startswith("Where was Marie Curie born?")


def test_half_a_name_that_two_names_end_in_is_answered_in_its_context(enter, cache):
    room = enter()
    room.say("Tell me about Marie Curie")
    room.say("Tell me about Pierre Curie")

    room.say("Where was Curie born?")

    assert shared(cache) == {"Tell me about Marie Curie", "Tell me about Pierre Curie"}
    assert "Pierre" in room.model.requests[-1].everything


# Made to stand alone


def test_a_strong_model_makes_a_follow_up_stand_alone_and_it_is_shared(enter, cache):
    room = enter(REWRITES, KNOWS_TOWER, Rule(last=STANDALONE, reply=Reply("Arruda.")), strong=True)
    room.say(TOWER, to="c1", owner="ann")

    reply = room.say(BUILT, to="c1", owner="ann")

    assert reply.answer == "Arruda."
    assert shared(cache) == {TOWER, STANDALONE}
    assert [m["role"] for m in room.model.requests[-1].messages] == ["system", "user"]


def test_the_rewritten_question_is_served_to_another_conversation(enter):
    room = enter(REWRITES, KNOWS_TOWER, Rule(last=STANDALONE, reply=Reply("Arruda.")), strong=True)
    for owner in ("ann", "bob"):
        room.say(TOWER, to=owner, owner=owner)
        reply = room.say(BUILT, to=owner, owner=owner)

    assert (reply.answer, reply.served.tier) == ("Arruda.", "exact")


def test_a_rewrite_that_is_doubted_leaves_the_message_in_its_context(enter, cache):
    invented = Rule(last=f"Last message: {BUILT}", reply=Reply("Who designed the Eiffel Tower?"))
    room = enter(invented, KNOWS_TOWER, strong=True)
    room.say(TOWER)

    reply = room.say(BUILT)

    assert reply.status == "complete"
    assert shared(cache) == {TOWER}
    assert len(room.model.requests[-1].messages) == 4


def test_a_personal_question_is_not_given_to_the_rewriter(enter, cache):
    room = enter(KNOWS_TOWER, strong=True)
    room.say(TOWER)

    room.say(WIFE)

    assert not any("Last message:" in request.last for request in room.model.requests)
    assert WIFE not in shared(cache)


def test_a_weak_model_is_never_asked_to_rewrite(enter):
    room = enter(REWRITES, KNOWS_TOWER)
    room.say(TOWER)

    room.say(BUILT)

    assert not any("Last message:" in request.last for request in room.model.requests)
