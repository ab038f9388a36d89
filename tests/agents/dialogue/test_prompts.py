"""What the models are told: static text first, what changes last."""

from __future__ import annotations

import itertools
import json

import pytest

from agents.dialogue import prompts
from agents.dialogue.messages import MessageType, Mood
from agents.dialogue.plan_drafts import PlanDraft
from tests.agents.dialogue.examples import step

STATIC = [prompts.CHAT, prompts.PLANNER, prompts.JUDGE]


@pytest.mark.parametrize("prompt", STATIC)
def test_a_system_prompt_holds_nothing_that_changes(enter, prompt):
    """Whoever talks about whatever in whichever conversation: the models are told the same."""
    room = enter()
    room.say("Plan a trip to Lisbon", to="c1", owner="ann")
    room.say("900 euros", to="c1", owner="ann")
    room.say("Learn the piano", to="c2", owner="bob")
    room.say("I am annoyed, this is useless", to="c2", owner="bob")

    systems = {request.system for request in room.model.requests}

    assert systems == set(STATIC)
    assert prompt in systems


def test_the_planners_examples_are_plans_of_the_form_it_asks_for():
    written = [line for line in prompts.PLANNER.splitlines() if line.startswith('{"steps"')]

    assert len(written) == 2, "one in each language"
    for example in written:
        draft = PlanDraft.model_validate_json(example)
        assert len(draft.steps) == len(json.loads(example)["steps"]) == 4


def test_what_a_model_is_told_continues_what_it_was_told_before(enter):
    """Each turn's prompt begins with the whole prompt of the turn before, to the letter."""
    room = enter()
    room.say("Plan a trip to Lisbon")
    for text in ("900 euros", "Is it expensive there?", "I like fado", "So what do we do first?"):
        room.say(text)
    talks = [r.messages for r in room.model.requests if r.system == prompts.CHAT]

    assert len(talks) == 4
    for before, after in itertools.pairwise(talks):
        assert after[: len(before)] == before
        assert len(after) > len(before)


def test_a_judgement_ends_with_the_reply_and_begins_with_the_step():
    first = prompts.judgement(step(), "900 euros")
    second = prompts.judgement(step(), "purple")

    assert first.endswith("900 euros")
    assert first.removesuffix("900 euros") == second.removesuffix("purple")


@pytest.mark.parametrize("kind", MessageType)
@pytest.mark.parametrize("mood", Mood)
def test_a_note_comes_after_the_message_and_never_changes_it(kind, mood):
    shaped = prompts.shaped("What is a fado?", kind, mood)

    message, _, note = shaped.partition("\n\n")
    assert message == "What is a fado?"
    assert note == "" or (note.startswith("[") and note.endswith("]"))


def test_a_confused_user_is_answered_in_simple_words_and_a_neutral_one_as_usual():
    told = {m: prompts.shaped("Why?", MessageType.QUESTION_ASKED, m) for m in Mood}

    assert "simple words" in told[Mood.CONFUSED]
    assert "brief" in told[Mood.FRUSTRATED]
    assert told[Mood.SATISFIED] == told[Mood.NEUTRAL]


def test_other_prompts_have_other_fingerprints():
    assert len({prompts.fingerprint(prompt) for prompt in STATIC}) == 3
    assert prompts.fingerprint("a") == prompts.fingerprint("a")


def test_the_result_is_asked_for_with_the_goal_and_all_that_is_known():
    told = prompts.concluded("May", "Go to Lisbon", {"Budget": "900 euros", "Dates": "May"})

    assert told.startswith("May\n\n[")
    for fact in ("Go to Lisbon", "Budget: 900 euros", "Dates: May"):
        assert fact in told


def test_a_small_model_is_asked_for_next_steps_in_the_language_of_the_talk():
    asked = prompts.next_steps("Einen Raum mieten", {"Gäste": "fünfzig"}, "de")

    assert asked == (
        "Einen Raum mieten\n\n- Gäste: fünfzig\n\n"
        "Nenne mir die vier wichtigsten nächsten Schritte als kurze Liste."
    )
