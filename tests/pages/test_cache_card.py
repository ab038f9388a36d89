"""The cache's card in the sidebar: who chooses the threshold."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from pages.parts import session
from tests.pages.conftest import say

App = Callable[..., AppTest]


def _captions(at: AppTest) -> str:
    return " ".join(caption.value for caption in at.sidebar.caption)


def test_the_slider_holds_until_the_choice_is_left_to_evidence(app: App) -> None:
    at = say(app(), "What is the capital of Mali?")
    at.slider("threshold").set_value(0.7).run()
    assert "At **0.70**" in _captions(at)
    assert not at.slider("threshold").disabled

    at.toggle(session.AUTOMATIC).set_value(True).run()

    chosen = session.runtime().evidence().recommended
    assert at.slider("threshold").disabled
    assert f"At **{chosen.threshold:.2f}**" in _captions(at)
    assert "tolerated" in _captions(at) or "Only the same question" in _captions(at)


def test_a_message_is_answered_at_the_threshold_that_evidence_chose(app: App) -> None:
    at = app()
    at.slider("threshold").set_value(0.5).run()
    at.toggle(session.AUTOMATIC).set_value(True).run()
    chosen = session.runtime().evidence().recommended.threshold

    say(at.run(), "What is the capital of Niue?")

    assert session.runtime().cache.lookups(limit=1)[0].threshold == chosen


def test_the_slider_holds_again_when_the_choice_is_taken_back(app: App) -> None:
    at = say(app(), "What is the capital of Fiji?")
    at.slider("threshold").set_value(0.61).run()
    at.toggle(session.AUTOMATIC).set_value(True).run()

    at.toggle(session.AUTOMATIC).set_value(False).run()

    assert "At **0.61**" in _captions(at)


def test_the_choice_outlives_a_reload(app: App) -> None:
    at = app(automatic="true")

    assert at.toggle(session.AUTOMATIC).value
    assert at.slider("threshold").disabled
