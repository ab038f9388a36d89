"""The chat page, without a browser."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from agents.dialogue.machine import State
from agents.dialogue.messages import MessageType, Served
from pages.parts import session
from tests.pages.conftest import SHELL, conversation_of, say, shown, wait_for
from tests.pages.conversations import exchange, stored
from tests.support.scripted_model import ScriptedModel

App = Callable[..., AppTest]


def _texts(at: AppTest) -> list[str]:
    return [message.text[0].value for message in at.chat_message if message.name == "user"]


def test_an_empty_chat_offers_four_goals(app: App) -> None:
    at = app()
    assert not at.exception
    assert at.title[0].value == "What shall we work out?"
    assert len([button for button in at.button if button.key.startswith("starter-")]) == 4


def test_a_starter_begins_a_plan(app: App) -> None:
    at = app()
    at.button("starter-0").click().run()
    session.runtime().turn(conversation_of(at), "local").wait(60)
    at.run()
    assert _texts(at) == ["Plan a weekend in Lisbon"]
    assert "When would you like to go?" in at.chat_message[1].markdown[0].value


def test_a_question_is_answered_and_the_answer_tells_how(app: App) -> None:
    at = say(app(), "What is the capital of Peru?")
    reply = at.chat_message[1]
    assert reply.markdown[0].value.startswith("It is a city on a river.")
    assert "first token" in reply.caption[0].value
    assert "tokens" in reply.caption[0].value


def test_the_same_question_is_marked_as_from_the_cache(app: App) -> None:
    at = app()
    say(at, "What is the capital of Chile?")
    say(at, "what is the capital of chile")
    reply = at.chat_message[3]
    assert any("From the cache" in markdown.value for markdown in reply.markdown)
    assert "the same question" in reply.caption[0].value
    assert not any("CACHE HIT" in markdown.value for markdown in at.markdown)


def test_the_first_message_puts_the_conversation_into_the_address(app: App) -> None:
    at = app()
    assert session.PARAMETER not in at.query_params
    say(at, "What is the capital of Cuba?")
    again = app(conversation=conversation_of(at))
    assert _texts(again) == ["What is the capital of Cuba?"]


def test_a_message_sent_meanwhile_is_kept_in_the_input(app: App, model: ScriptedModel) -> None:
    at = app()
    at.chat_input[0].set_value("Explain at length how rain falls.").run()
    turn = session.runtime().turn(conversation_of(at), "local")
    wait_for(lambda: "word9" in turn.view.reply.answer)
    at.chat_input[0].set_value("And snow?").run()
    assert "The last reply is still being written" in at.warning[0].value
    assert _texts(at) == ["Explain at length how rain falls."]
    model.release()
    assert turn.wait(60)


def test_stop_ends_the_reply_and_offers_to_try_again(app: App) -> None:
    at = app()
    at.chat_input[0].set_value("Explain at length how wind blows.").run()
    turn = session.runtime().turn(conversation_of(at), "local")
    wait_for(lambda: "word9" in turn.view.reply.answer)
    at.run()
    at.button("stop").click().run()
    assert turn.wait(60)
    at.run()
    assert any("Stopped" in markdown.value for markdown in at.markdown)
    assert any(button.label == "Try again" for button in at.button)


def test_a_blank_message_and_one_too_long_are_refused(app: App) -> None:
    at = app()
    at.chat_input[0].set_value(" \t ").run()
    assert "This message is empty" in at.warning[0].value
    at.chat_input[0].set_value("x" * 100_000).run()
    assert "100,000 characters; at most 8,000" in shown(at.warning[0].value)
    assert not at.chat_message


def test_a_failure_says_what_happened(app: App) -> None:
    at = say(app(), "Give me a server error, will you?")
    assert at.error
    assert any(button.label == "Try again" for button in at.button)
    assert _texts(at) == ["Give me a server error, will you?"]


def test_thumbs_are_kept(app: App) -> None:
    at = say(app(), "What is the capital of Mali?")
    at.feedback[0].set_value(1).run()
    again = app(conversation=conversation_of(at))
    assert again.feedback[0].value == 1


def test_somebody_elses_conversation_is_not_shown(app: App) -> None:
    app()
    runtime = session.runtime()
    turn = runtime.send(
        "theirs", "somebody-else", "My secret?", threshold=0.9, message_id="their-message"
    )
    assert turn.wait(60)
    at = app(conversation="theirs")
    assert "does not exist here" in at.error[0].value
    assert not at.chat_message


def test_a_run_leaves_the_path_of_imports_alone(app: App) -> None:
    """Else an import in another thread may miss an installed package; see app.py."""
    at = app()
    before = list(sys.path)

    at.run()

    assert sys.path == before
    assert str(SHELL.parent) in before


WEIGHTY = (
    "We run a small bakery. Should we open a second shop or deliver to offices, given the costs, "
    "our staff and what customers want?"
)


def test_a_weighty_question_offers_the_team_whose_answer_says_who_worked_on_it(app: App) -> None:
    at = say(app(), WEIGHTY)
    offer = next(button for button in at.button if button.label == "Ask the team")
    offer.click().run()
    turn = session.runtime().turn(conversation_of(at), "local")
    assert turn is None or turn.wait(60)
    at.run()

    assert _texts(at) == [WEIGHTY, "Ask the team"]
    told = [caption.value for caption in at.chat_message[3].caption]
    assert "Answered by" in told[0]
    assert "Technical expert" in told[0]
    assert not any(button.label == "Ask the team" for button in at.button)


def test_an_ordinary_question_offers_no_team(app: App) -> None:
    at = say(app(), "What is the capital of Malta, and how many people live there all in all?")
    assert not any(button.label == "Ask the team" for button in at.button)


def test_a_failure_has_a_reference_that_the_log_knows_it_by(app: App) -> None:
    at = say(app(), "Give me a server error, won't you?")
    state = session.runtime().open(conversation_of(at), "local")

    assert f"Reference {state.messages[-1].id[:8]}" in [c.value for c in at.caption]


def test_an_answer_given_for_want_of_a_model_says_so(home: Path, app: App) -> None:
    served = Served("semantic", 0.83, 1, "served", degraded=True)
    heard, understood, began, acted, ended = exchange(
        "m1", "What is tea?", MessageType.QUESTION_ASKED, State.ANSWERING
    )
    reply = replace(ended.reply, served=served)
    talk = stored(home, [heard, understood, began, acted, replace(ended, reply=reply)])

    shown_now = [markdown.value for markdown in app(conversation=talk).chat_message[1].markdown]

    assert any("From an earlier answer, model unavailable" in text for text in shown_now)
    assert not any("From the cache" in text for text in shown_now)
