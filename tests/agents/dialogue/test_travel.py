"""A conversation's time: replayed, branched, taken along in a file and taken in again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.dialogue import transfer
from agents.dialogue.events import (
    Acted,
    Branched,
    Corrected,
    Event,
    Forgotten,
    GoalStated,
    HandedOver,
    Heard,
    Judged,
    Offer,
    Offered,
    Overruled,
    PlanApproved,
    Planned,
    PlanRevised,
    PlanStopped,
    Rated,
    Remembered,
    Reopened,
    ReplyBegan,
    ReplyEnded,
    Restarted,
    Started,
    StepEnded,
    Understood,
)
from agents.dialogue.machine import State, machine
from agents.dialogue.messages import MessageType, Mood, Reply, Served, UserMessage
from agents.dialogue.state import ChatState
from agents.dialogue.store import ConversationStore
from agents.dialogue.travel import AWAY_SECONDS, Travel, away
from agents.errors import (
    BusyError,
    ConversationNotFoundError,
    ImportInvalidError,
    ImportRefusedError,
    ImportTooLargeError,
    ImportVersionError,
    MessageNotFoundError,
)
from tests.agents.dialogue.examples import MET, NOT_MET, message, plan, said_and_answered

ME = ("c1", "ann")
SERVED = Served("semantic", 0.97, entry=987_654, reason="close enough", lookup="lookup-9")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    opened = ConversationStore.open(tmp_path / "conversations.sqlite3", machine())
    yield opened
    opened.close()


@pytest.fixture
def travel(store: ConversationStore) -> Travel:
    return Travel(store)


def judged(index: int, said: str, message_id: str) -> tuple[Event, ...]:
    return Judged(4.0, index, said, MET, message_id), StepEnded(5.0, index, "done")


@pytest.fixture
def trip(store: ConversationStore) -> ChatState:
    """Three exchanges: the goal, the budget, and a question that the cache answered."""
    budget = said_and_answered("900 euros", "Noted.", 2)
    asked = said_and_answered(
        "What is a fado?", "A song.", 3, served=SERVED, sent="What is a fado? [be brief]"
    )
    return store.append(
        store.start(*ME),
        *said_and_answered("Plan a trip to Lisbon", "", guidance="Step 1"),
        GoalStated(2.0, "Plan a trip to Lisbon"),
        Planned(3.0, plan()),
        *budget[:2],
        *judged(0, "900 euros", "m2"),
        budget[2],
        *asked,
        Rated(20.0, "r3", liked=True),
    )


def texts(state: ChatState) -> list[str]:
    return [m.text for m in state.messages]


def without_ids(state: ChatState) -> ChatState:
    """The state with its ids told by their places, and without what is not taken along."""
    places = {m.id: str(place) for place, m in enumerate(state.messages)} | {"": ""}

    def placed(m: UserMessage | Reply) -> UserMessage | Reply:
        if isinstance(m, UserMessage):
            return replace(m, id=places[m.id])
        served = m.served and replace(m.served, entry=None, lookup="")
        return replace(m, id=places[m.id], to=places[m.to], served=served, sent="")

    def unnamed(fact):
        former = tuple(replace(f, message=places[f.message]) for f in fact.former)
        return replace(fact, message=places[fact.message], former=former)

    return replace(
        state,
        id="",
        owner="",
        messages=tuple(placed(m) for m in state.messages),
        progress=tuple(replace(p, message=places[p.message]) for p in state.progress),
        facts={name: unnamed(fact) for name, fact in state.facts.items()},
        forgotten=frozenset(places[m] for m in state.forgotten),
    )


def ids(state: ChatState) -> set[str]:
    return {m.id for m in state.messages}


# Replay


def test_a_conversation_is_replayed_event_by_event(travel, trip):
    moments = travel.moments(*ME)

    assert [m.index for m in moments] == list(range(len(moments)))
    assert [(m.kind, m.words) for m in moments][1:9] == [
        ("heard", "You said “Plan a trip to Lisbon”"),
        ("reply_began", "The reply began"),
        ("reply_ended", "The reply was complete: “Step 1”"),
        ("goal_stated", "The goal is “Plan a trip to Lisbon”"),
        ("planned", "A plan was made: Budget, Dates"),
        ("heard", "You said “900 euros”"),
        ("reply_began", "The reply began"),
        ("judged", "Step 1 (Budget): “900 euros” is enough (model): It is enough: an amount"),
    ]
    assert [(m.step, m.title) for m in moments][4:6] == [(None, ""), (1, "Budget")]
    assert (moments[-1].step, moments[-1].title, moments[-1].at) == (2, "Dates", 20.0)


def test_the_state_after_any_event_is_the_one_that_was_lived_through(travel, trip):
    moments = travel.moments(*ME)

    assert travel.state_at(*ME, len(moments) - 1) == trip
    for moment in moments:
        state = travel.state_at(*ME, moment.index)
        assert (state.state, state.current) == (
            moment.state,
            None if moment.step is None else moment.step - 1,
        )
    assert travel.state_at(*ME, -1) == ChatState(*ME)


def test_what_was_said_is_told_on_one_line_without_signs_that_steer_a_terminal(travel, store):
    nasty = Heard(10.0, UserMessage("m1", "one\x1b[2J\ntwo\u202e\rthree", 10.0))
    store.append(store.start(*ME), nasty, Remembered(11.0, "a\nb", "\x07bell"))

    told = [m.words for m in travel.moments(*ME)]

    assert told[1:] == ["You said “one[2J two three”", "Noted “a b”: “bell”"]


# Branches


def test_a_branch_holds_all_up_to_a_message_and_its_reply(travel, store, trip):
    branch = store.load(travel.branch(*ME, "m2"), "ann")

    assert texts(branch) == ["Plan a trip to Lisbon", "Step 1", "900 euros", "Noted."]
    assert branch.variables == {"Budget": "900 euros"}
    assert branch.title == trip.title
    assert without_ids(branch) == without_ids(travel.state_at(*ME, 11 - 1))


def test_a_sent_message_is_edited_in_a_branch_from_before_it(travel, store, trip):
    branch = store.load(travel.branch(*ME, "m2", before=True), "ann")

    assert texts(branch) == ["Plan a trip to Lisbon", "Step 1"]
    assert branch.current == 0
    assert branch.variables == {}


def test_a_reply_stands_for_the_message_it_answers(travel, store, trip):
    by_message, by_reply = (travel.branch(*ME, name) for name in ("m2", "r2"))

    assert texts(store.load(by_message, "ann")) == texts(store.load(by_reply, "ann"))


def test_the_first_message_can_be_said_otherwise(travel, store, trip):
    branch = store.load(travel.branch(*ME, "m1", before=True), "ann")

    assert branch.messages == ()


def test_the_original_stays_as_it_is_and_the_branch_goes_on_without_it(travel, store, trip):
    name = travel.branch(*ME, "m3")
    branch = store.load(name, "ann")
    assert ids(branch).isdisjoint(ids(trip))

    gone_on = store.append(branch, *said_and_answered("And a ginjinha?", "A liqueur.", 7))

    assert store.load(*ME) == trip
    assert store.load(name, "ann") == gone_on
    assert {summary.id for summary in store.recent("ann")} == {"c1", name}


def test_a_branch_knows_where_it_came_from(travel, store, trip):
    *_, last = store.events(travel.branch(*ME, "m2"), "ann")

    assert isinstance(last, Branched)
    assert (last.source, last.message) == ("c1", "m2")


def test_what_refers_to_a_message_refers_to_its_copy(travel, store, trip):
    branch = store.load(travel.branch(*ME, "m3"), "ann")

    said = {m.text: m.id for m in branch.messages}
    assert branch.facts["Budget"].message == said["900 euros"] == branch.progress[0].message
    assert all(m.to in ids(branch) for m in branch.messages if isinstance(m, Reply))


def test_what_was_forgotten_later_stays_forgotten_in_a_branch_from_before(travel, store, trip):
    store.append(trip, Forgotten(30.0, "Budget"))

    branch = store.load(travel.branch(*ME, "m2"), "ann")

    assert branch.variables == {}
    assert len(branch.forgotten) == 1
    assert branch.forgotten <= ids(branch)


def test_a_conversation_that_is_being_written_is_branched_at_what_is_finished(travel, store, trip):
    heard = Heard(40.0, message("And now?", id="m4"))
    store.begin(*ME, heard, ReplyBegan(40.0, Reply(id="r4", to="m4", at=40.0)))

    with pytest.raises(BusyError, match="then branch off again"):
        travel.branch(*ME, "m4")

    assert texts(store.load(travel.branch(*ME, "m2"), "ann"))[-1] == "Noted."
    assert texts(store.load(travel.branch(*ME, "m4", before=True), "ann"))[-1] == "A song."


def test_a_branch_can_be_branched(travel, store, trip):
    first = travel.branch(*ME, "m3")
    message_id = store.load(first, "ann").messages[2].id

    second = store.load(travel.branch(first, "ann", message_id), "ann")

    assert texts(second)[-1] == "Noted."


@pytest.mark.parametrize("name", ["m9", "", "c1"])
def test_a_message_that_is_not_there_is_told(travel, store, trip, name):
    with pytest.raises(MessageNotFoundError):
        travel.branch(*ME, name)

    assert len(store.recent("ann")) == 1


# Files


def test_a_file_holds_the_whole_conversation_and_its_version(travel, trip, store):
    file = json.loads(travel.export(*ME))

    assert (file["format"], file["version"]) == ("reprise-conversation", 1)
    assert file["exported_at"].endswith("+00:00")
    assert [e["kind"] for e in file["events"]] == [e.kind for e in store.events(*ME)]


def test_a_file_names_no_owner_and_nothing_of_the_cache_or_the_prompt(travel, trip):
    file = travel.export(*ME)

    for secret in ('"ann"', "lookup-9", "987654", "be brief"):
        assert secret not in file


def test_a_conversation_that_was_taken_along_is_the_same_elsewhere(travel, trip, tmp_path):
    with_file = travel.export(*ME).encode()
    elsewhere = ConversationStore.open(tmp_path / "elsewhere.sqlite3", machine())

    taken = elsewhere.load(Travel(elsewhere).take_in(with_file, "bob"), "bob")

    assert without_ids(taken) == without_ids(trip)
    assert ids(taken).isdisjoint(ids(trip))
    assert taken.owner == "bob"
    elsewhere.close()


def test_a_file_is_taken_in_twice_as_two_conversations(travel, store, trip):
    file = travel.export(*ME).encode()

    first, second = (travel.take_in(file, "ann") for _ in range(2))

    assert len({first, second, "c1"}) == 3
    assert store.load(*ME) == trip


def test_what_was_taken_in_belongs_to_who_took_it_in(travel, store, trip):
    name = travel.take_in(travel.export(*ME).encode(), "bob")

    with pytest.raises(ConversationNotFoundError):
        store.load(name, "ann")
    assert [s.id for s in store.recent("bob")] == [name]


def test_a_reply_that_was_being_written_is_interrupted_in_the_copy(travel, store, trip):
    heard = Heard(40.0, message("And now?", id="m4"))
    store.begin(*ME, heard, ReplyBegan(40.0, Reply(id="r4", to="m4", at=40.0)))

    taken = store.load(travel.take_in(travel.export(*ME).encode(), "ann"), "ann")

    assert taken.messages[-1].status == "interrupted"
    assert not taken.writing


def test_a_byte_order_mark_does_no_harm(travel, trip):
    assert travel.take_in(b"\xef\xbb\xbf" + travel.export(*ME).encode(), "ann")


STEPS = st.integers(0, 1)
SAID = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
MEANWHILE: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from(State).map(lambda did: Acted(5.0, did)),
    st.tuples(STEPS, SAID, st.sampled_from([MET, NOT_MET])).map(
        lambda t: Judged(5.0, *t, message="m1")
    ),
    st.tuples(STEPS, st.sampled_from(["done", "skipped"])).map(lambda t: StepEnded(5.0, *t)),
    st.tuples(STEPS, st.booleans()).map(lambda t: Overruled(5.0, *t)),
    STEPS.map(lambda step: Reopened(5.0, step, "s1")),
    st.tuples(STEPS, SAID).map(lambda t: Corrected(5.0, *t, message="m1")),
    st.tuples(SAID, SAID).map(lambda t: Remembered(5.0, *t, message="m1")),
    SAID.map(lambda name: Forgotten(5.0, name)),
    st.sampled_from(["Budget", "Dates"]).map(lambda name: Forgotten(5.0, name)),
    st.sampled_from(["stop_plan", "hand_over"]).map(lambda what: Offered(5.0, what)),
    st.booleans().map(lambda notified: HandedOver(5.0, notified)),
    st.just(PlanApproved(5.0)),
    st.just(Restarted(5.0)),
    st.just(PlanRevised(5.0, plan("Dates", "Food"), "shorter", "model")),
    st.just(Understood(5.0, "m1", (MessageType.ANSWER,), (), Mood.CONFUSED)),
)
EXCHANGES = st.lists(st.tuples(SAID, SAID, st.lists(MEANWHILE, max_size=5)), max_size=4)


def a_life(exchanges: list[tuple[str, str, list[Event]]]) -> list[Event]:
    events: list[Event] = [Started(1.0), *said_and_answered("A goal", "Step 1", 1)]
    events.append(Planned(3.0, plan()))
    for number, (said, answer, meanwhile) in enumerate(exchanges, 2):
        heard, began, ended = said_and_answered(said, answer, number)
        events += [heard, began, *meanwhile, ended]
    return events


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXCHANGES)
def test_whatever_was_lived_through_is_the_same_after_a_journey(travel, store, exchanges):
    lived = store.folded(ChatState("", ""), a_life(exchanges))
    file = transfer.to_file(a_life(exchanges), 99.0).encode()

    taken = store.load(travel.take_in(file, "ann"), "ann")

    assert without_ids(taken) == without_ids(lived)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXCHANGES, st.data())
def test_a_branch_is_the_conversation_as_it_was_then(travel, store, exchanges, data):
    events = transfer.to_file(a_life(exchanges), 99.0).encode()
    conversation = travel.take_in(events, "ann")
    stored = store.events(conversation, "ann")
    ends = [i for i, event in enumerate(stored) if isinstance(event, ReplyEnded)]
    place = data.draw(st.sampled_from(ends))
    forgotten = any(isinstance(event, Forgotten) for event in stored[place:])

    branch = store.load(travel.branch(conversation, "ann", stored[place].reply.to), "ann")

    then = travel.state_at(conversation, "ann", place)
    assert texts(branch) == texts(then)
    assert forgotten or without_ids(branch) == without_ids(then)


# Files that are refused: nothing of them is stored


def a_file(events: Any, **changes: Any) -> bytes:
    frame = {"format": "reprise-conversation", "version": 1, "exported_at": "", "events": events}
    return json.dumps(frame | changes).encode()


HEARD = json.loads(transfer.to_file([Heard(1.0, message("Hello"))], 2.0))["events"][0]
BEGAN = {"kind": "reply_began", "at": 2.0, "reply": {"id": "r1", "to": "m1", "at": 2.0}}
ENDED = {**BEGAN, "kind": "reply_ended"}
PLANNED = json.loads(transfer.to_file([Planned(3.0, plan())], 2.0))["events"][0]
STARTED = {"kind": "started", "at": 1.0}


def told_as(reply: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**reply, "reply": {**reply["reply"], **changes}}


def said_as(**changes: Any) -> dict[str, Any]:
    return {**HEARD, "message": {**HEARD["message"], **changes}}


REFUSED = {
    "nothing": (b"", "not JSON"),
    "no JSON": (b"Dear diary", "not JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "not JSON"),
    "endless brackets": (b"[" * 1_000_000, "not JSON"),
    "half a surrogate": (a_file([STARTED], note="\ud800"), "not JSON"),
    "something else": (b"[]", "format"),
    "another format": (a_file([STARTED], format="diary"), "format"),
    "no version": (a_file([STARTED], version=None), "version"),
    "a version of no number": (a_file([STARTED], version="1"), "version"),
    "version zero": (a_file([STARTED], version=0), "version"),
    "no events": (a_file([]), "no events"),
    "events that are none": (a_file({"kind": "started"}), "no events"),
    "a foreign event": (a_file([STARTED, {"kind": "exploded", "at": 1.0}]), "event 2 is none"),
    "an event that is none": (a_file([STARTED, 7]), "event 2 is none"),
    "a field of another type": (a_file([{"kind": "started", "at": "soon"}]), "event 1 is none"),
    "a plan without steps": (
        a_file([{**PLANNED, "plan": {"goal": "x", "steps": []}}]),
        "event 1 is none",
    ),
    "a time that is none": (a_file([]).replace(b"[]", b'[{"kind":"started","at":NaN}]'), "JSON"),
    "a time without end": (
        a_file([]).replace(b"[]", b'[{"kind":"started","at":1e999}]'),
        "event 1 has a number out of all range",
    ),
    "a number of many digits": (
        a_file([]).replace(b"[]", b'[{"kind":"started","at":' + b"9" * 9_999 + b"}]"),
        "not JSON",
    ),
    "a time after all times": (a_file([{"kind": "started", "at": 1e15}]), "out of all range"),
    "a time before all times": (a_file([{"kind": "started", "at": -1.0}]), "before all times"),
    "a text without end": (a_file([said_as(text="x" * 300_000)]), "200,000 characters"),
    "a message twice": (a_file([HEARD, HEARD]), r"event 2 \(heard\) cannot follow"),
    "a part without a type": (a_file([said_as(parts=["a", "b"])]), "parts without a type"),
    "a reply to nothing": (a_file([STARTED, BEGAN]), "replies to nothing"),
    "a reply twice": (a_file([HEARD, BEGAN, BEGAN]), "a reply comes twice"),
    "an end without a beginning": (a_file([HEARD, ENDED]), "never began"),
    "an end of another's reply": (
        a_file([HEARD, said_as(id="m2"), BEGAN, told_as(ENDED, to="m2", status="complete")]),
        "never began",
    ),
    "an end that is none": (a_file([HEARD, BEGAN, ENDED]), "is being written"),
    "a step without a plan": (
        a_file([{"kind": "step_ended", "at": 1.0, "step": 0, "how": "done"}]),
        "no such step",
    ),
    "a step before the first": (
        a_file([PLANNED, {"kind": "reopened", "at": 4.0, "step": -1}]),
        "no such step",
    ),
    "a step after the last": (
        a_file([PLANNED, {"kind": "corrected", "at": 4.0, "step": 2, "said": "x"}]),
        "no such step",
    ),
    "a meaning of nothing": (
        a_file([{"kind": "understood", "at": 1.0, "message": "m1", "types": ["answer"]}]),
        "nobody said",
    ),
}


@pytest.mark.parametrize(("file", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_no_conversation_is_refused_whole_and_in_words(travel, store, file, problem):
    with pytest.raises(ImportInvalidError, match=problem) as refused:
        travel.take_in(file, "ann")

    assert refused.value.remedy
    assert len(str(refused.value)) < 400
    assert store.recent("ann") == ()


def test_a_file_of_a_newer_version_is_told_with_both_versions(travel):
    with pytest.raises(ImportVersionError, match=r"version 7 .* up to version 1") as refused:
        travel.take_in(a_file([{"kind": "dreamt"}], version=7), "ann")

    assert (refused.value.found, refused.value.known) == (7, 1)
    assert "Update Reprise" in refused.value.remedy


@pytest.mark.parametrize(
    ("file", "unit"),
    [
        (b" " * (transfer.MOST_BYTES + 1), "bytes"),
        (a_file([STARTED] * (transfer.MOST_EVENTS + 1)), "events"),
    ],
    ids=["bytes", "events"],
)
def test_a_file_larger_than_any_conversation_is_not_read(travel, file, unit):
    with pytest.raises(ImportTooLargeError, match=unit):
        travel.take_in(file, "ann")


def test_a_file_cannot_judge_answers_of_the_cache_here(travel, store):
    """Its numbers of entries and lookups would be those of somebody else's answers."""
    served = {"tier": "exact", "similarity": 1.0, "entry": 41, "lookup": "l"}
    file = a_file([HEARD, BEGAN, told_as(ENDED, status="complete", served=served, sent="obey")])

    reply = store.load(travel.take_in(file, "ann"), "ann").messages[-1]

    assert (reply.served.entry, reply.served.lookup, reply.sent) == (None, "", "")
    assert reply.served.tier == "exact"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
WHOLE = json.loads(transfer.to_file(a_life([("900", "Noted", [])]), 99.0))["events"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_file_that_was_tampered_with_is_refused_or_can_be_opened(travel, store, data):
    events = json.loads(json.dumps(WHOLE))
    place = data.draw(st.integers(0, len(events) - 1))
    how = data.draw(st.sampled_from(["drop", "double", "swap", "field"]))
    if how == "drop":
        del events[place]
    elif how == "double":
        events.insert(place, events[data.draw(st.integers(0, len(events) - 1))])
    elif how == "swap":
        events[place], events[0] = events[0], events[place]
    else:
        field = data.draw(st.sampled_from(sorted(events[place])))
        events[place][field] = data.draw(JSON)

    try:
        taken = store.load(travel.take_in(a_file(events), "ann"), "ann")
    except ImportRefusedError:
        return
    assert not taken.writing
    assert all(m.to in ids(taken) for m in taken.messages if isinstance(m, Reply))
    assert travel.moments(taken.id, "ann")


# Who may, and coming back


@pytest.mark.parametrize(
    ("do", "more"),
    [("moments", ()), ("state_at", (0,)), ("branch", ("m1",)), ("export", ())],
)
def test_nobody_travels_in_somebody_elses_conversation(travel, store, trip, do, more):
    with pytest.raises(ConversationNotFoundError):
        getattr(travel, do)("c1", "bob", *more)

    assert store.recent("bob") == ()


def test_who_comes_back_after_days_finds_it_all_and_is_seen_to_have_been_away(store, trip):
    state = store.load(*ME)
    last = state.messages[-1].at

    assert state == trip
    assert away(state, last + AWAY_SECONDS) is None
    assert away(state, last + 3 * AWAY_SECONDS) == 3 * AWAY_SECONDS
    assert away(ChatState(*ME), 1e9) is None


@pytest.mark.parametrize("what", get_args(Offer))
def test_every_offer_has_words(travel, store, what):
    store.append(store.start(*ME), Offered(5.0, what))

    assert travel.moments(*ME)[-1].words.startswith("The assistant offered ")


def test_every_kind_of_event_has_words(travel, store):
    every = [
        *a_life([]),
        PlanApproved(5.0),
        Judged(5.0, 0, "900", NOT_MET, "m1"),
        Overruled(5.0, 0, met=True),
        Corrected(5.0, 0, "800"),
        Reopened(5.0, 1, "s1"),
        PlanRevised(5.0, plan("Dates"), "You removed “Budget”.", "user"),
        Offered(5.0, "leave_open"),
        HandedOver(5.0, notified=False),
        Understood(5.0, "m1", (MessageType.QUESTION_ASKED, MessageType.ANSWER)),
        Restarted(5.0),
        PlanStopped(5.0),
    ]
    conversation = travel.take_in(transfer.to_file(every, 9.0).encode(), "ann")

    told = [moment.words for moment in travel.moments(conversation, "ann")]

    assert all(told)
    assert "Understood as question asked, answer; mood neutral" in told
    assert told[-1] == "Taken in from a file"
