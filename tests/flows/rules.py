"""What holds after every turn of every conversation, whatever a flow expects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from agents.dialogue import prompts, summary
from agents.dialogue.events import Acted, Event, Judged, from_json, to_json
from agents.dialogue.folding import fold
from agents.dialogue.ladder import MOST_TRIES
from agents.dialogue.machine import State, machine
from agents.dialogue.state import ChatState
from agents.dialogue.travel import Travel
from tests.flows.stage import Outcome

MACHINE: Final = machine()
PROMPTS: Final = (prompts.CHAT, prompts.PLANNER, prompts.JUDGE, prompts.REWRITER)
TELLING: Final = 60
"""Characters of a prompt by which it would be known again."""
COMPARED: Final = (
    "state", "goal", "topic", "plan", "progress", "versions", "facts", "forgotten", "offer",
    "corrected", "approved", "transitions",
)  # fmt: skip


def broken(outcome: Outcome) -> list[str]:
    """The rules that a turn broke, each in a sentence."""
    return [
        *_replayed(outcome),
        *_lived_as_stored(outcome),
        *_steps_in_order(outcome),
        *_moves(outcome.after),
        *_said_something(outcome),
        *_prompts_kept(outcome),
        *_nothing_twice(outcome),
    ]


def broken_on_the_way(travel: Travel, state: ChatState) -> list[str]:
    """What is lost of a conversation that is taken along, told event by event or summed up."""
    return [
        problem
        for problem, lost in (
            ("it is another one after its export and import", not _survives(travel, state)),
            ("there is a moment of it without words", not _all_told(travel, state)),
            ("its summary lacks an answer", not _summed_up(state)),
        )
        if lost
    ]


def _survives(travel: Travel, state: ChatState) -> bool:
    file = travel.export(state.id, state.owner).encode()
    copy = travel.store.load(travel.take_in(file, state.owner), state.owner)
    return _gist(copy) == _gist(state)


def _all_told(travel: Travel, state: ChatState) -> bool:
    return all(moment.words for moment in travel.moments(state.id, state.owner))


def _summed_up(state: ChatState) -> bool:
    summed_up = summary.of(state)
    told = {entry.value for entry in summed_up.answers}
    return told.issuperset(state.answers.values()) and bool(summed_up.markdown("de"))


def _gist(state: ChatState) -> tuple[object, ...]:
    """What a copy has in common with its source: all but the ids of messages."""
    return (
        state.state, state.goal, state.topic, state.plan, state.offer, state.corrected,
        state.approved, state.transitions, [v.plan for v in state.versions],
        [(p.status, p.attempts, p.said, p.verdict) for p in state.progress],
        [(f.name, f.value, f.about, [old.value for old in f.former]) for f in state.facts.values()],
        [m.text for m in state.messages],
    )  # fmt: skip


def _replayed(outcome: Outcome) -> Iterator[str]:
    """The events give the state that is stored, written as JSON and read again."""
    events = [from_json(to_json(event)) for event in outcome.events]
    empty = ChatState(id=outcome.after.id, owner=outcome.after.owner)
    if events and fold(MACHINE, empty, events) != outcome.after:
        yield "replaying the events gives another state"


def _lived_as_stored(outcome: Outcome) -> Iterator[str]:
    if outcome.live is None:
        return
    for name in COMPARED:
        if getattr(outcome.live, name) != getattr(outcome.after, name):
            yield f"the reply ended with another {name} than what is stored"


def _steps_in_order(outcome: Outcome) -> Iterator[str]:
    """One step is the current one unless all are behind us; none is tried more than thrice."""
    for state in _states(outcome):
        current = [p for p in state.progress if p.status == "current"]
        left = [p for p in state.progress if not p.behind]
        if len(current) != bool(left):
            yield f"{len(current)} steps are the current one, {len(left)} are left"
        if any(p.attempts > MOST_TRIES for p in state.progress):
            yield f"a step was tried more than {MOST_TRIES} times"


def _states(outcome: Outcome) -> Iterator[ChatState]:
    """The state after each event of the turn."""
    state = outcome.before
    for event in outcome.happened:
        state = fold(MACHINE, state, [event])
        yield state


def _moves(state: ChatState) -> Iterator[str]:
    """Every move is in the machine's table, and each begins where the last one ended."""
    here = State.IDLE
    for move in state.transitions:
        if move.source is not here:
            yield f"a move begins at {move.source}, the one before ended at {here}"
        if not MACHINE.allows(move.source, move.target):
            yield f"the table has no move from {move.source} to {move.target}"
        here = move.target
    if here is not state.state:
        yield f"the moves end at {here}, the state is {state.state}"


def _said_something(outcome: Outcome) -> Iterator[str]:
    reply = outcome.reply
    if reply is not None and reply.status == "complete" and not reply.text.strip():
        yield "nothing was said"
    if outcome.after.writing:
        yield "a reply is still being written"


def _prompts_kept(outcome: Outcome) -> Iterator[str]:
    if outcome.reply and any(prompt[:TELLING] in outcome.reply.text for prompt in PROMPTS):
        yield "a prompt was printed"


def _nothing_twice(outcome: Outcome) -> Iterator[str]:
    """While one step is asked, no sentence of help is said twice; its question may come again."""
    if outcome.reply is None or outcome.before.step is None or not _helped(outcome.happened):
        return
    step = outcome.before.step
    said = [s for text in _help_for(outcome, step.id) for s in _sentences(text, outcome.before)]
    for sentence in dict.fromkeys(said):
        if said.count(sentence) > 1:
            yield f"said twice while {step.title} was asked: {sentence!r}"


def _help_for(outcome: Outcome, step_id: str) -> list[str]:
    """The guidance of every reply that helped with the step since it was asked anew."""
    state = ChatState(id=outcome.after.id, owner=outcome.after.owner)
    texts: list[str] = []
    asked, helped = "", False
    for event in outcome.events:
        state_before, state = state, fold(MACHINE, state, [event])
        match event.kind:
            case "heard":
                step = state_before.step
                asked, helped = (step.id if step else ""), False
            case "reply_ended" if helped and asked == step_id:
                texts.append(event.reply.guidance)
            case "reopened" | "restarted":
                texts.clear()
            case _:
                helped = helped or _helped([event])
    return texts


def _helped(events: Iterable[Event]) -> bool:
    """Whether somebody was helped on who did not answer a step."""
    return any(
        event.did is State.CLARIFYING
        if isinstance(event, Acted)
        else isinstance(event, Judged) and not event.verdict.met
        for event in events
    )


def _sentences(text: str, state: ChatState) -> list[str]:
    """The sentences of a text but for the plan's questions."""
    for step in state.plan.steps if state.plan else ():
        text = text.replace(step.description, "")
    parts = re.split(r"(?<=[.!?…])\s+|\n+", text)
    return [part.strip() for part in parts if re.search(r"\w{2}", part)]
