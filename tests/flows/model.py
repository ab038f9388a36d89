"""The scripted model of a flow: it drafts, judges and answers as the flow says, else sensibly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from tests.flows.script import ModelScript, StepText, plan_named
from tests.support.scripted_model import Reply, Request, Rule

Asked = Literal["plan", "verdict", "answer", "member"]

FAILURE: Final = Reply("The scripted model is overloaded.", status=503)
BOTCHED: Final = Reply("I had rather talk about the weather.")
NO_REWRITING: Final = "NONE"
"""What the model says when it is to put a follow-up so that it stands alone."""
CONCLUSION: Final = "Here is what I suggest, from all that you told me."
REACTION: Final = "That helps."
OTHER_WORDS: Final = "Put simply: what comes to your mind first?"
ANSWER: Final = "Here is what I know about that."
TOGETHER: Final = "Start small: all sides speak for it."
MEMBER: Final = (
    r"expert of a team|lead a small team|argue (?:for|against) it|You (?:chair|look for)"
)
"""What the members of the teams that come with Reprise are told that they are."""


def rules(script: ModelScript) -> list[Rule]:
    """The rules by which a scripted model does what the script says."""
    plans = list(script.plans)
    return [
        Rule(when=_is("plan"), reply=lambda _: _draft(plans.pop(0) if plans[1:] else plans[0])),
        Rule(when=_is("verdict"), reply=lambda request: _verdict(script, request)),
        Rule(when=_is("member"), reply=lambda request: _member(script, request)),
        *(Rule(last=a.when, reply=FAILURE if a.fails else Reply(a.says)) for a in script.answers),
        Rule(system="You rewrite the last message", reply=Reply(NO_REWRITING)),
        Rule(last=r"\[Everything is answered", reply=Reply(CONCLUSION)),
        Rule(last=r"\[This answers:", reply=Reply(REACTION)),
        Rule(last=r"\[This did not answer:", reply=Reply(OTHER_WORDS)),
        Rule(last="", reply=Reply(ANSWER)),
    ]


def kind_of(request: Request) -> Asked:
    """What a model is asked for."""
    if request.schema is None:
        return "member" if re.search(MEMBER, request.system) else "answer"
    return "plan" if "steps" in request.schema.get("properties", {}) else "verdict"


def _is(kind: Asked):
    return lambda request: kind_of(request) == kind


def _draft(plan: str) -> Reply:
    if plan == "fails":
        return FAILURE
    if plan == "botched":
        return BOTCHED
    steps = plan_named(plan).steps
    numbers = {text.title: number for number, text in enumerate(steps, 1)}
    return Reply.json({"steps": [_step(text, numbers) for text in steps]})


def _step(text: StepText, numbers: Mapping[str, int]) -> dict[str, object]:
    step = text.as_step(0, {title: title for title in text.needs})
    return {
        "title": step.title,
        "description": step.description,
        "expected_response": step.expected_response,
        "success_criteria": step.success_criteria,
        "fallback": step.fallback,
        "optional": step.optional,
        "needs": [numbers[title] for title in step.needs],
        "examples": list(step.examples),
    }


def _verdict(script: ModelScript, request: Request) -> Reply:
    if script.judging == "fails":
        return FAILURE
    if script.judging == "botched":
        return BOTCHED
    reply = request.last.rpartition("Reply: ")[2]
    refused = _any_in(script.not_enough, reply) and not _any_in(script.enough, reply)
    return Reply.json({"data": not refused})


def _member(script: ModelScript, request: Request) -> Reply:
    """What somebody of a team says: each their own, and who leads it all of it in one."""
    business = "business expert" in request.system
    if script.team == "fails" or (script.team == "loses_one" and business):
        return FAILURE
    leads = "lead a small team" in request.system or "You chair" in request.system
    return Reply(TOGETHER if leads else f"My side of it: {request.system[:40]}")


def _any_in(patterns: Sequence[str], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
