"""Members asked through the cache: who may be given whose answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.errors import ModelError
from agents.teams.jobs import Assessment
from agents.teams.member import Message
from tests.agents.teams.stage import WRITER, open_desk
from tests.support.scripted_model import Reply, Rule, ScriptedModel

TASK = "How is bread baked?"
CRITIC = replace(WRITER, prompt="You find faults.")


@pytest.fixture
def model():
    rules = [
        Rule(schema="Assessment", reply=Reply.json({"complexity": "simple"})),
        Rule(last="bread", reply=Reply("In an oven.")),
    ]
    with ScriptedModel(rules) as scripted:
        yield scripted


@pytest.fixture
async def desk(model, cache):
    async with open_desk(model.base_url, cache) as opened:
        yield opened


async def test_a_member_is_told_who_it_is_then_the_context_then_the_task(desk, model):
    said = await desk.ask(WRITER, Message(TASK, "We have flour."), owner="ann")

    (request,) = model.requests
    assert request.system == "You write."
    assert request.last == f"Context:\nWe have flour.\n\nTask: {TASK}"
    assert (said.text, said.source, said.tokens, said.value) == ("In an oven.", "model", 3, None)


async def test_a_task_that_says_all_is_answered_once_for_everybody(desk, model):
    await desk.ask(WRITER, Message(TASK), owner="ann")
    again = await desk.ask(WRITER, Message("how is bread baked"), owner="bob")

    assert (again.text, again.source, again.tokens) == ("In an oven.", "cache", 0)
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("ann", TASK, "We have flour."), ("bob", TASK, "We have flour.")),
        (("ann", TASK, "We have flour."), ("ann", TASK, "We have none.")),
        (("ann", TASK, "We have flour."), ("ann", TASK, "")),
        (("ann", TASK, ""), ("ann", TASK, "We have flour.")),
        (("ann", "How is my bread baked?", ""), ("bob", "How is my bread baked?", "")),
        (("ann", TASK, ""), ("ann", "How is bread sold?", "")),
    ],
    ids=["another's context", "other context", "no context", "a context", "personal", "other task"],
)
async def test_no_answer_serves_where_it_need_not_be_true(desk, model, first, then):
    for owner, task, context in (first, then):
        said = await desk.ask(WRITER, Message(task, context), owner=owner)

    assert said.source == "model"
    assert len(model.requests) == 2


async def test_in_the_same_context_its_owner_is_served(desk, model):
    for _ in range(2):
        said = await desk.ask(WRITER, Message(TASK, "We have flour."), owner="ann")

    assert said.source == "cache"


async def test_no_member_is_given_the_answer_of_another(desk, model):
    await desk.ask(WRITER, Message(TASK), owner="ann")
    said = await desk.ask(CRITIC, Message(TASK), owner="ann")

    assert said.source == "model"


async def test_text_never_serves_where_a_form_is_asked_for(desk, model):
    await desk.ask(WRITER, Message(TASK), owner="ann")
    said = await desk.ask(WRITER, Message(TASK), owner="ann", schema=Assessment)

    assert (said.value, said.source) == (Assessment(complexity="simple"), "model")


async def test_what_does_not_fit_the_form_is_refused_and_not_kept(desk, model):
    model.rules.insert(0, Rule(schema="Assessment", reply=Reply.json({"complexity": "huge"})))
    for _ in range(2):
        with pytest.raises(ModelError) as caught:
            await desk.ask(WRITER, Message(TASK), owner="ann", schema=Assessment)

    assert caught.value.kind == "unreadable"
    assert len(model.requests) == 2


@pytest.mark.parametrize(
    ("why", "shown"), [("length", "In a box …"), ("repetition", "In a box")], ids=["cut", "circles"]
)
async def test_an_answer_that_ended_before_its_end_is_taken_and_not_kept(desk, model, why, shown):
    model.rules.insert(0, Rule(last="bread", reply=Reply("In a box", finish_reason=why)))
    said = await desk.ask(WRITER, Message(TASK), owner="ann")
    await desk.ask(WRITER, Message(TASK), owner="ann")

    assert said.text == shown
    assert len(model.requests) == 2


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b"])
async def test_an_empty_answer_is_none(desk, model, nothing):
    model.rules.insert(0, Rule(last="bread", reply=Reply(nothing)))

    with pytest.raises(ModelError, match="Writer gave an empty answer") as caught:
        await desk.ask(WRITER, Message(TASK), owner="ann")
    assert caught.value.kind == "empty"


async def test_what_the_model_cannot_do_is_told(desk, model):
    model.rules.insert(0, Rule(last="bread", reply=Reply("No such key.", status=401)))

    with pytest.raises(ModelError) as caught:
        await desk.ask(WRITER, Message(TASK), owner="ann")
    assert caught.value.kind == "key"
