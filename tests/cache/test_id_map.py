"""A map of ids in plain memory behaves as a dictionary does."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cache.id_map import NOWHERE, Growing, IdMap

IDS = st.integers(0, 30)


def array(values):
    return np.array(values, np.int64)


@given(st.lists(st.tuples(st.sampled_from(["add", "take", "ask"]), st.lists(IDS, unique=True))))
def test_it_holds_what_a_dictionary_holds(steps):
    held, expected = IdMap(), {}
    for number, (step, ids) in enumerate(steps):
        if step == "add":
            new = [one for one in ids if one not in expected]
            held.add(array(new), np.full(len(new), number, np.int32))
            expected |= dict.fromkeys(new, number)
        elif step == "take":
            taken = held.take(array(sorted(ids))).tolist()
            assert taken == [expected.pop(one, NOWHERE) for one in sorted(ids)]
        assert held.get(array(ids)).tolist() == [expected.get(one, NOWHERE) for one in ids]
        assert len(held) == len(expected)
    assert held.ids.tolist() == sorted(expected)


@given(st.lists(st.lists(IDS)))
def test_an_array_grows_at_its_end(parts):
    growing = Growing(np.int64)
    for part in parts:
        growing.extend(array(part))
    assert growing.view.tolist() == [one for part in parts for one in part]
