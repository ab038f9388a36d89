"""Events are written as JSON and read back as they were."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.events import Event, from_json, to_json
from agents.dialogue.plan import MOST_STEPS, Plan, Progress, Step

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
st.register_type_strategy(float, NUMBER)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(
    Plan,
    st.builds(
        Plan,
        goal=TEXT,
        steps=st.lists(
            st.builds(
                Step,
                title=TEXT.filter(str.strip),
                description=TEXT.filter(str.strip),
                id=TEXT,
                needs=st.just(()),
            ),
            min_size=1,
            max_size=MOST_STEPS,
            unique_by=lambda step: step.id,
        ).map(tuple),
    ),
)
KINDS = get_args(Event)


@given(st.one_of([st.from_type(kind) for kind in KINDS]))
def test_an_event_is_read_as_it_was_written(event):
    assert from_json(to_json(event)) == event


def test_every_kind_of_event_has_a_name_of_its_own():
    names = {field.default for kind in KINDS for field in fields(kind) if field.name == "kind"}

    assert len(names) == len(KINDS)


@pytest.mark.parametrize("kind", [*KINDS, Step, Plan, Progress])
def test_an_event_cannot_be_changed(kind):
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "not JSON", '{"kind": "unheard_of", "at": 1}', '{"kind": "heard", "at": 1}'],
)
def test_what_is_no_event_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        from_json(text)


def test_the_form_on_disk_stays_what_it_is():
    text = '{"at":2.0,"goal":"Learn Spanish","kind":"goal_stated"}'

    assert to_json(from_json(text)) == text
