"""Definitions on a shelf: ours and the user's own, read from real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import ContentError, DefinitionNotFoundError, StoreReadOnlyError
from agents.teams.roster import Roster
from tests.agents.teams.test_roster import NESTED

OURS = ["decision", "product"]


@pytest.fixture
def shelf(tmp_path: Path):
    return Roster.at(tmp_path).nested


def names(shelf) -> list[str]:
    return [definition.name for definition in shelf.definitions()]


def test_a_definition_of_the_users_own_stands_beside_ours(shelf, tmp_path):
    saved = shelf.save(NESTED)

    assert (saved.name, saved.text, saved.own) == ("own", NESTED, True)
    assert names(shelf) == [*OURS[:1], "own", *OURS[1:]]
    assert [d.own for d in shelf.definitions()] == [False, True, False]
    assert (tmp_path / "nested" / "own.yml").read_text("utf-8") == NESTED


def test_it_may_stand_in_place_of_ours_and_give_way_again(shelf):
    shelf.save(NESTED.replace("name: own", "name: product"))
    assert (shelf.named("product").title, names(shelf)) == ("Own team", OURS)

    shelf.remove("product")

    assert (shelf.named("product").title, names(shelf)) == ("Product team", OURS)


@pytest.mark.parametrize("name", ["product", "nobody", "../product"])
def test_only_the_users_own_can_be_removed(shelf, name):
    shelf.save(NESTED)

    with pytest.raises(DefinitionNotFoundError, match="Choose one of: own."):
        shelf.remove(name)
    assert names(shelf) == ["decision", "own", "product"]


def test_what_is_refused_changes_nothing(shelf, tmp_path):
    shelf.save(NESTED)

    with pytest.raises(ContentError, match="own.yml, line 8"):
        shelf.save(NESTED.replace("rounds: 2", "rounds: 9"), "own")

    assert shelf.named("own").rounds == 2
    assert [path.name for path in (tmp_path / "nested").iterdir()] == ["own.yml"]


def test_a_file_is_read_again_when_it_has_changed(shelf, tmp_path):
    shelf.save(NESTED)
    assert shelf.named("own").rounds == 2

    (tmp_path / "nested" / "own.yml").write_text(NESTED.replace("rounds: 2", "rounds: 3 "), "utf-8")

    assert shelf.named("own").rounds == 3


def test_a_file_that_cannot_be_used_is_shown_with_the_reason(shelf, tmp_path):
    shelf.save(NESTED)
    (tmp_path / "nested" / "broken.yaml").write_text("name: [", "utf-8")

    (broken,) = [definition for definition in shelf.definitions() if definition.problem]

    assert (broken.name, broken.text, broken.own) == ("broken", "name: [", True)
    assert broken.problem.startswith("broken.yaml, line 1: is no YAML")
    assert len(shelf.all()) == 3
    with pytest.raises(ContentError, match="broken.yaml"):
        shelf.named("broken")


def test_a_name_that_is_not_there_is_told_with_those_that_are(shelf):
    with pytest.raises(DefinitionNotFoundError) as caught:
        shelf.named("nobody")

    assert (
        str(caught.value) == "There is no nested team 'nobody'. Choose one of: decision, product."
    )


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "nested").write_text("in the way")

    with pytest.raises(StoreReadOnlyError, match="cannot be written"):
        Roster.at(tmp_path).nested.save(NESTED)


def test_the_file_that_a_person_called_otherwise_is_written_again(shelf, tmp_path):
    other = tmp_path / "nested" / "called-otherwise.yml"
    other.parent.mkdir()
    other.write_text(NESTED, "utf-8")

    shelf.save(NESTED.replace("rounds: 2", "rounds: 1"))

    assert list(other.parent.iterdir()) == [other]
    assert shelf.named("own").rounds == 1
