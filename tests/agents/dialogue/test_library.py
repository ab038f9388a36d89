"""The library of templates: what is in it, which goal gets which, and files that cannot be used."""

from __future__ import annotations

import csv
import logging
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import yaml

from agents.dialogue.language import Language
from agents.dialogue.library import GENERAL, Library, read_vectors
from agents.dialogue.plan import MOST_STEPS
from agents.dialogue.template_file import FEWEST_GOALS, load
from agents.errors import ContentError

LANGUAGES = get_args(Language)
OPENED = Library.open()
ALL = (*OPENED.templates, OPENED.general)
GOALS = [
    (row["goal"], row["template"])
    for row in csv.DictReader(Path(__file__).with_name("goals.csv").read_text("utf-8").splitlines())
]
FOLDER = Path(load.__code__.co_filename).parent / "templates"
EVERYDAY = {
    "bank-customer", "choose-technology", "device", "fitness", "interview", "it-fault",
    "learn-language", "move-house", "trip", "venue", "warranty-claim", "will",
}  # fmt: skip


@pytest.fixture(scope="module")
def library():
    return Library.open()


@pytest.fixture(scope="module")
def embed(embedder):
    """The goals of the file, embedded in one go."""
    known = dict(
        zip([goal for goal, _ in GOALS], embedder.embed([g for g, _ in GOALS]), strict=True)
    )
    return lambda texts: np.stack([known[text] for text in texts])


@pytest.fixture
def own(tmp_path):
    """Writes a template of the user's: one that comes with Reprise, with a change."""

    def write(name: str = "own.yml", *, of: str = "trip.yml", **changes: object) -> Path:
        written = yaml.safe_load((FOLDER / of).read_text("utf-8"))
        written.update(changes)
        path = tmp_path / name
        path.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), "utf-8")
        return path

    return write


def steps_with(**changes: object) -> list[dict[str, object]]:
    """Two good steps, the second of them changed."""
    texts = {
        "title": "Colour", "description": "Which colour?", "expected_response": "a colour",
        "success_criteria": "a colour is named",
    }  # fmt: skip
    return [
        {"id": "one", "en": {**texts}, "de": {**texts}},
        {"id": "two", "en": {**texts}, "de": {**texts}, **changes},
    ]


# What there is


def test_there_is_a_template_for_each_of_a_dozen_goals_of_everyday_life():
    assert {template.id for template in OPENED.templates} == EVERYDAY
    assert OPENED.general.id == GENERAL
    assert OPENED.refused == ()


@pytest.mark.parametrize("template", ALL, ids=lambda template: template.id)
def test_a_template_is_whole_in_every_language(template):
    structures = set()
    for language in LANGUAGES:
        steps = template.steps[language]
        assert 3 <= len(steps) <= MOST_STEPS
        assert sum(not step.optional for step in steps) >= 3
        structures.add(tuple((step.id, step.optional, step.needs) for step in steps))
        for step in steps:
            assert step.description.count("?") == 1
            assert len(step.examples) >= 3
            assert len(step.title.split()) <= 4
            assert not step.expected_response.endswith(".")
            assert step.fallback != "clarify", "it says something of its own"
    assert len(structures) == 1, "the languages ask for the same, in the same order"


@pytest.mark.parametrize("template", OPENED.templates, ids=lambda template: template.id)
def test_a_template_says_what_people_say_who_want_it(template):
    assert len(template.goals) >= FEWEST_GOALS * len(LANGUAGES)
    assert template.cues
    assert any(step.needs for step in template.steps["en"])


def test_a_hotel_is_looked_for_anew_when_the_dates_change():
    trip = next(template for template in OPENED.templates if template.id == "trip")

    assert "stay" in trip.plan("Plan a trip").dependents("dates")
    assert "interests" not in trip.plan("Plan a trip").dependents("dates")


# Which goal gets which


def test_goals_get_their_template_and_other_goals_get_none(library, embed):
    """The goals were written before the cues, by the same hand, so the floor is not a promise."""
    given = [(library.match(goal, embed), wanted) for goal, wanted in GOALS]

    right = sum(bool(t and t.id == wanted) for t, wanted in given)
    wrong = sum(bool(t and t.id != wanted) for t, wanted in given)
    assert right >= 0.95 * sum(bool(wanted) for _, wanted in given)
    assert wrong <= 0.02 * len(given)


def test_without_the_embedding_model_the_cues_tell(library):
    given = [(library.match(goal, None), wanted) for goal, wanted in GOALS]

    assert sum((t.id if t else "") == wanted for t, wanted in given) >= 0.9 * len(given)


@pytest.mark.parametrize(
    "goal, title",
    [("Plan a weekend in Lisbon", "Destination"), ("Ein Wochenende in Porto planen", "Reiseziel")],
)
def test_a_plan_from_a_template_is_in_the_goals_language(library, embedder, goal, title):
    plan = library.match(goal, embedder.embed).plan(goal)

    assert (plan.goal, plan.source) == (goal, "template")
    assert plan.steps[0].title == title


def test_the_vectors_of_the_examples_are_those_of_the_embedding_model(embedder):
    stored = read_vectors()

    assert stored.keys() == {goal for template in ALL for goal in template.goals}
    some = sorted(stored)[::40]
    nearness = np.sum(embedder.embed(some) * np.stack([stored[goal] for goal in some]), axis=1)
    assert nearness == pytest.approx(1.0, abs=1e-3)


# Templates of the user's own


def test_a_template_of_the_users_is_matched_like_the_others(own, tmp_path, embedder):
    own(
        id="bees",
        title={"en": "Keeping bees"},
        goals={"en": ["Keep bees", "Start beekeeping", "Get a bee hive", "Make my own honey",
                      "Care for bees", "Set up hives in the garden"]},
        cues=[["bee*", "hive*"]],
        steps=steps_with(),
    )  # fmt: skip

    library = Library.open(tmp_path)

    assert library.refused == ()
    assert library.match("I want to keep bees", embedder.embed).id == "bees"
    assert library.match("Plan a weekend in Lisbon", embedder.embed).id == "trip"


def test_a_template_in_one_language_serves_a_goal_in_another(own):
    template = load(own(title={"en": "Trips"}, goals={"en": ["Plan a trip to Rome"] * 6}))

    assert template.title("de") == "Trips"
    assert template.plan("Ich möchte eine Reise machen").steps[0].title == "Destination"


def test_a_template_of_the_users_stands_in_for_one_of_the_same_id(own, tmp_path):
    own(title={"en": "My trips", "de": "Meine Reisen"})

    library = Library.open(tmp_path)

    (trip,) = [template for template in library.templates if template.id == "trip"]
    assert trip.title("en") == "My trips"
    assert len(library.templates) == len(EVERYDAY)


def test_a_file_that_cannot_be_used_is_named_and_left_out(own, tmp_path, caplog):
    own("broken.yml", id="broken", steps=[])
    own("good.yaml", id="good")
    (tmp_path / "notes.txt").write_text("no template")

    with caplog.at_level(logging.WARNING):
        library = Library.open(tmp_path)

    assert {template.id for template in library.templates} == {*EVERYDAY, "good"}
    assert [error.path.name for error in library.refused] == ["broken.yml"]
    assert "broken.yml" in caplog.text


def test_a_folder_that_is_not_there_is_no_trouble(tmp_path):
    assert len(Library.open(tmp_path / "templates").templates) == len(EVERYDAY)


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"id": "No Id"}, "id"),
        ({"colour": "red"}, "colour"),
        ({"title": {}}, "title"),
        ({"title": {"fr": "Voyage"}}, "title fr"),
        ({"title": {"en": "Trip"}}, "goals"),
        ({"goals": {"en": ["Go"], "de": ["Los"]}}, "goals en"),
        ({"cues": [[]]}, "cues 1"),
        ({"steps": [one for _ in range(5) for one in steps_with()]}, "steps"),
        ({"steps": steps_with()[:1]}, "steps"),
        ({"steps": steps_with(de=None)}, "steps 'two'"),
        ({"steps": steps_with(needs=["three"])}, "steps"),
        ({"steps": steps_with(needs=["two"])}, "steps"),
        ({"steps": steps_with(id="one")}, "steps"),
        ({"steps": steps_with(en={"title": "Colour"})}, "steps 'two' en description"),
        ({"steps": steps_with(optional="perhaps")}, "steps 'two' optional"),
        ({"steps": steps_with(en="Which colour?")}, "steps 'two' en"),
    ],
)
def test_an_error_names_the_file_and_the_place_in_it(own, changes, place):
    with pytest.raises(ContentError, match=r"own\.yml") as caught:
        load(own(**changes))

    assert caught.value.key == place


@pytest.mark.parametrize("text", ["", "- a", "id: [", "id: \x00", "id: !!python/name:os.system x"])
def test_a_file_that_is_no_template_at_all_is_named(tmp_path, text):
    path = tmp_path / "own.yml"
    path.write_text(text)

    with pytest.raises(ContentError, match=r"own\.yml"):
        load(path)


def test_a_title_too_long_is_refused(own):
    steps = steps_with()
    steps[1]["en"] = {**steps[1]["en"], "description": "x" * 301}

    with pytest.raises(ContentError) as caught:
        load(own(steps=steps))

    assert caught.value.key == "steps 'two' en description"


@pytest.mark.parametrize(
    "word, goal, found",
    [
        ("trip", "Plan a TRIP!", True),
        ("trip", "Strip the paint", False),
        ("reklam*", "Ich will das reklamieren", True),
        ("*konto", "Ein Girokonto eröffnen", True),
        ("*konto", "Kontoführung", False),
        ("lose * kilos", "I want to lose five or six kilos", True),
        ("lose * kilos", "lose kilos", True),
        ("lose * kilos", "lose my way and a great many other things and kilos", False),
        ("c++", "Learn C++ now", True),
    ],
)
def test_a_cue_is_a_whole_word_with_a_star_for_any_ending_or_a_few_words(own, word, goal, found):
    assert load(own(cues=[[word]])).has_cues(goal) is found


def test_a_goal_has_the_cues_when_it_has_one_of_each_list(own):
    template = load(own(cues=[["room", "hall"], ["rent", "book"]]))

    assert template.has_cues("Book a hall")
    assert not template.has_cues("Clean the hall")
