"""Follow-ups made to stand alone by a strong model, and what is refused of them."""

from __future__ import annotations

import pytest

from agents.dialogue.rewriting import LONGEST, ModelRewriter, doubt
from agents.models.failures import explain_failure
from agents.models.pending import PendingModel
from agents.models.providers import http_client, model_config
from agents.settings import Settings
from tests.support.scripted_model import Reply, Rule, ScriptedModel

ABOUT = [("Tell me about the Belém Tower", "It was built from 1514 to 1519 by Arruda.")]
BEFORE = [part for pair in ABOUT for part in pair]
FOLLOW_UP = "Who designed it?"
REWRITE = "Who designed the Belém Tower?"


@pytest.fixture
async def rewritten():
    """What comes of a message when the model gives a reply."""
    clients = []

    async def rewrite(reply: Reply, *, text=FOLLOW_UP, before=ABOUT, seconds=30.0):
        with ScriptedModel([Rule(last=".", reply=reply)]) as model:
            settings = Settings(provider="openai", model="scripted", base_url=model.base_url)
            clients.append(http_client(settings))
            config = model_config(settings, http_client=clients[-1], embedded=None)

            async def ready():
                return config

            pending = PendingModel(
                config.provider, "scripted", ready, lambda error: explain_failure(error, settings)
            )
            written = await ModelRewriter(pending, seconds=seconds).rewrite(text, before)
            return written, model.requests

    yield rewrite
    for client in clients:
        await client.aclose()


async def test_a_follow_up_becomes_a_question_of_its_own(rewritten):
    written, (request,) = await rewritten(Reply(f' "{REWRITE}"\n'))

    assert written == REWRITE
    assert request.last.endswith(f"Last message: {FOLLOW_UP}")
    assert all(part in request.last for part in BEFORE)


@pytest.mark.parametrize(
    "reply",
    [
        Reply("NONE"),
        Reply(""),
        Reply(FOLLOW_UP),
        Reply("Who designed the Eiffel Tower?"),
        Reply("overloaded", status=500),
        Reply(REWRITE, cut_after=1),
    ],
    ids=["none", "empty", "unchanged", "another thing", "failed", "cut"],
)
async def test_in_doubt_there_is_no_rewrite(rewritten, reply):
    written, requests = await rewritten(reply)

    assert written is None
    assert len(requests) == 1


async def test_a_model_that_takes_too_long_is_not_waited_for(rewritten):
    written, _ = await rewritten(Reply(REWRITE, hold_after=1), seconds=0.2)

    assert written is None


async def test_where_nothing_was_said_no_model_is_asked(rewritten):
    assert await rewritten(Reply(REWRITE), before=[]) == (None, [])


async def test_only_the_last_exchanges_are_shown(rewritten):
    long_ago = [(f"Question {n}", "x" * 2_000) for n in range(9)]

    _, (request,) = await rewritten(Reply(REWRITE), before=[*long_ago, *ABOUT])

    assert "Question 0" not in request.last
    assert len(request.last) < 4_000


@pytest.mark.parametrize(
    "rewrite, message",
    [
        (REWRITE, FOLLOW_UP),
        ("Was the Belém Tower built by 1519?", "Was it built by 1519?"),
        ("Why was the Belém Tower not destroyed?", "why was it not destroyed?"),
        ("Wer hat den Belém Tower entworfen?", "Wer hat ihn entworfen?"),
    ],
)
def test_a_faithful_rewrite_is_taken(rewrite, message):
    assert doubt(rewrite, message, BEFORE) == ""


@pytest.mark.parametrize(
    "rewrite, message, why",
    [
        ("", FOLLOW_UP, "empty"),
        ("Who designed the Belém Tower? " * LONGEST, FOLLOW_UP, "too long"),
        ("Who designed that tower?", FOLLOW_UP, "stand alone"),
        ("Who designed my Belém Tower?", FOLLOW_UP, "stand alone"),
        ("Who designed the Belém Tower in Lisbon?", FOLLOW_UP, "nobody said"),
        ("Who designed the Belém Tower in 1520?", FOLLOW_UP, "nobody said"),
        ("Was the Belém Tower built?", "Was it built by 1519?", "leaves out"),
        ("Who hired Arruda for the Belém Tower?", "Did Diogo design it?", "leaves out"),
        ("Why was the Belém Tower destroyed?", "why was it not destroyed?", "yes into no"),
        ("Why was the Belém Tower painted?", "how much does a guided tour cost?", "something else"),
    ],
)
def test_an_unfaithful_one_is_refused_with_a_reason(rewrite, message, why):
    assert why in doubt(rewrite, message, BEFORE)
