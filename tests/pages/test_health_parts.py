"""What the Health page makes of the values that it is given, without the app."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from agents.models.condition import BudgetCondition, EndpointCondition, QueueCondition
from agents.telemetry.values import (
    Alert,
    CallStatistics,
    Minute,
    PartHealth,
    SpanRecord,
    TurnTrace,
)
from pages.parts.health import endpoints, history, queueing, reading, summary, waterfall
from pages.parts.health.waterfall import Bar
from tests.pages.conftest import PATIENCE, shown

WELL = (PartHealth("model", "ok", "Ready."), PartHealth("cache", "ok", "Open."))
ALERT = Alert("latency", "warning", 0.0, "Replies are slow.", "Look at the model.")
ENDPOINT = EndpointCondition("openai", "scripted", False, "closed", 0.0, 0, 0, 0)
QUEUE = QueueCondition(2, 8, (("chat", 1), ("team", 2), ("audit", 0)), 100, 0)
ID = "3f2a91bc" + "0" * 24


def span(name: str, parent: str = "", began: float = 0.0, **rest: object) -> SpanRecord:
    return replace(SpanRecord(name, parent, name, began, 1.0), **rest)


def trace(*spans: SpanRecord, began: float = 0.0, name: str = ID) -> TurnTrace:
    return TurnTrace(name, "chat turn", began, 2.0, "complete", spans)


# Whether all is well


def test_all_is_well_where_every_part_is_and_nothing_alerts() -> None:
    told = summary.of(WELL, ())
    assert told.level == "ok"
    assert told.sentence == "All is well."
    assert told.more == "2 parts looked at, no alert."


def test_a_part_that_is_down_comes_before_all_else() -> None:
    parts = (PartHealth("model", "down", "No."), PartHealth("disk", "warning", "Little."))
    told = summary.of(parts, [ALERT])
    assert told.level == "down"
    assert told.sentence == "The model is down."
    assert told.more == "Model: No. Disk: Little. 1 alert: the overview says what to do."


def test_several_parts_that_are_down_are_all_named() -> None:
    parts = [PartHealth(name, "down", "No.") for name in ("model", "cache", "disk")]
    assert summary.of(parts, ()).sentence == "The model, the cache and the disk are down."


def test_a_critical_alert_is_told_with_its_own_sentence() -> None:
    critical = replace(ALERT, level="critical", sentence="Half of the replies fail.")
    told = summary.of(WELL, [critical, ALERT])
    assert told.level == "down"
    assert told.sentence == "Something needs you now. Half of the replies fail."


def test_a_warning_leaves_reprise_up() -> None:
    told = summary.of(WELL, [ALERT])
    assert told.level == "warning"
    assert told.sentence == "Reprise is up, with a warning. Replies are slow."


def test_a_part_that_is_not_quite_well_needs_a_look() -> None:
    told = summary.of([PartHealth("disk", "warning", "1 GB left.")], ())
    assert (told.level, told.sentence) == (
        "warning",
        "Reprise is up; the disk needs a look.",
    )
    assert told.more == "Disk: 1 GB left."


# References


@pytest.mark.parametrize(
    "typed",
    [
        "3f2a91bc",
        "3F2A91BC",
        "  3f2a91bc ",
        "Reference 3f2a91bc",
        "Reference 3f2a91bc.",
        ID,
        "3f2a",
    ],
)
def test_a_turn_is_found_by_its_reference_however_it_is_pasted(typed: str) -> None:
    other = trace(name="0" * 32)
    assert reading.found([other, trace()], typed) == (trace(),)


def test_an_id_with_dashes_finds_its_turn() -> None:
    assert reading.found([trace()], f"{ID[:8]}-{ID[8:12]}-{ID[12:]}") == (trace(),)


@pytest.mark.parametrize("typed", ["", "   ", "hello", "Reference", "3f", "nothing of it", "é☃"])
def test_what_is_no_reference_finds_nothing(typed: str) -> None:
    assert reading.wanted(typed) == ""
    assert reading.found([trace()], typed) == ()


@given(st.text(max_size=80))
def test_anything_may_be_typed(typed: str) -> None:
    assert all(one.id.startswith(reading.wanted(typed)) for one in reading.found([trace()], typed))


# The waterfall of a turn


def test_spans_stand_below_what_they_are_a_part_of_in_the_order_of_their_beginnings() -> None:
    told = reading.bars(
        trace(
            span("turn"),
            span("store", "turn", 3.0),
            span("cache", "turn", 1.0),
            span("exact", "cache", 1.1),
        )
    )
    assert [(bar.name, bar.depth) for bar in told] == [
        ("turn", 0),
        ("cache", 1),
        ("exact", 2),
        ("store", 1),
    ]


def test_a_span_whose_parent_is_missing_is_drawn_all_the_same() -> None:
    told = reading.bars(trace(span("turn"), span("lost", "somewhere", 1.0)))
    assert [(bar.name, bar.depth) for bar in told] == [("turn", 0), ("lost", 0)]


def test_times_count_from_the_beginning_of_the_turn() -> None:
    (bar,) = reading.bars(trace(span("turn", began=1000.25), began=1000.0))
    assert bar.began == pytest.approx(0.25)


def test_attributes_are_told_in_words() -> None:
    attributes = {
        "reprise.cache.shared": True,
        "reprise.cache.similarity": 0.93456,
        "gen_ai.usage.output_tokens": 1200,
        "db.system.name": "sqlite",
        "reprise.dollars": 0.000078,
        "reprise.cache.tier": "",
    }
    (bar,) = reading.bars(trace(span("cache", attributes=attributes)))
    assert bar.details == {
        "cache shared": "yes",
        "cache similarity": "0.93456",
        "usage output tokens": "1,200",
        "db system name": "sqlite",
        "dollars": "0.000078",
    }


@pytest.mark.parametrize(
    "source, told",
    [("semantic", "from the cache"), ("model", "from the model"), ("none", "in words of its own")],
)
def test_a_turn_says_where_its_reply_came_from(source: str, told: str) -> None:
    assert reading.about(trace(span("chat turn", attributes={"reprise.source": source}))) == told


def test_a_run_of_a_team_goes_by_its_name() -> None:
    assert reading.about(replace(trace(span("team run")), name="team run")) == "team run"


def test_a_bar_lies_where_it_was_on_the_time_of_the_whole() -> None:
    drawn = waterfall.picture([Bar("half", 1.0, 0.5, "model")], total=2.0, alt="")
    assert 'class="model" style="left:50.00%;width:25.00%"' in drawn


def test_a_row_that_failed_says_so_in_words() -> None:
    assert "failed</em>" in waterfall.picture([Bar("call", 0.0, 1.0, failed=True)], total=1, alt="")
    assert "failed" not in waterfall.picture([Bar("call", 0.0, 1.0)], total=1, alt="")


def test_the_legend_names_the_colours_that_are_there() -> None:
    drawn = waterfall.picture([Bar("a", 0, 1, "model"), Bar("b", 0, 1, "cache")], total=1, alt="")
    assert "</i>model</span>" in drawn
    assert "</i>cache</span>" in drawn
    assert "</i>storage</span>" not in drawn


def test_no_text_becomes_html() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    bar = Bar(hostile, 0.0, 1.0, details={hostile: hostile})
    drawn = waterfall.picture([bar], total=1.0, alt=hostile)
    assert "<img" not in drawn
    assert drawn.count("&lt;img") == 4


times = st.floats(-1e6, 1e6)


@given(
    st.lists(st.tuples(times, st.none() | st.floats(0, 1e6)), min_size=1, max_size=8),
    st.floats(0, 1e6),
)
def test_no_bar_leaves_its_track_whatever_the_clocks_say(
    given_times: list[tuple[float, float | None]], total: float
) -> None:
    bars = [Bar("one", began, seconds) for began, seconds in given_times]
    drawn = waterfall.picture(bars, total=total, alt="") + waterfall.strip(
        bars, total=total, longest=total
    )
    places = re.findall(r"\"left:([^%]+)%;width:([^%]+)%", drawn)
    assert places
    for left, width in places:
        assert 0 <= float(left) <= 100
        assert float(width) >= 0
        assert float(left) + float(width) <= 100.02


def test_the_strip_of_a_turn_is_as_long_as_its_share_of_the_longest() -> None:
    drawn = waterfall.strip([Bar("a", 0, 1, "model", failed=True)], total=2.0, longest=8.0)
    assert 'class="other" style="left:0.00%;width:25.00%"' in drawn
    assert 'class="model" style="left:0.00%;width:12.50%"' in drawn
    assert "failed" not in drawn


@pytest.mark.parametrize(
    "seconds, told", [(0.0, "0 s"), (0.0003, "0.3 ms"), (0.0099, "9.9 ms"), (0.01, "10 ms")]
)
def test_what_is_very_short_is_told_in_tenths(seconds: float, told: str) -> None:
    assert waterfall.precise(seconds) == told


def test_very_many_rows_are_counted_instead_of_drawn() -> None:
    def draw(count: int) -> None:
        from pages.parts.health import waterfall

        waterfall.draw([waterfall.Bar("row", 0.0, 1.0)] * count, total=1.0, alt="all")

    at = AppTest.from_function(
        draw, default_timeout=PATIENCE, args=(waterfall.MOST_ROWS + 7,)
    ).run()
    assert [caption.value for caption in at.caption] == ["and 7 rows more"]


# Endpoints


@pytest.mark.parametrize(
    "breaker, retry_in, told",
    [
        ("closed", 0.0, "breaker closed"),
        ("half_open", 0.0, "breaker half open, the next call tries it"),
        ("open", 12.3, "breaker open, tried again in 13 s"),
        ("open", 0.0, "breaker open, tried again now"),
        ("open", 150.0, "breaker open, tried again in 2 min"),
    ],
)
def test_a_breaker_says_what_it_does(breaker: str, retry_in: float, told: str) -> None:
    assert endpoints.breaker(replace(ENDPOINT, breaker=breaker, retry_in=retry_in)) == told


def test_an_endpoint_tells_how_it_did() -> None:
    used = replace(ENDPOINT, calls=12, failures=2, in_flight=1, last_failure="timeout")
    assert endpoints.record(used) == (
        "12 attempts · 2 failed · answering 1 now · last failure: it did not answer in time"
    )
    assert endpoints.record(ENDPOINT) == "Not asked yet since the start"


def test_every_kind_of_a_models_failure_has_words() -> None:
    from agents.errors import ModelError

    kinds = set(re.findall(r'"(\w+)"', (ModelError.__doc__ or "").partition("kind:")[2]))
    assert kinds
    assert kinds <= set(endpoints.FAILURES)


# Queue and budgets


def test_a_queue_tells_who_waits() -> None:
    assert queueing.running(QUEUE) == "**2** of 8 running"
    assert queueing.waiting(QUEUE) == "**3** waiting (chat 1, teams 2)"
    assert queueing.waiting(replace(QUEUE, waiting=(("chat", 0),))) == "none waiting"


def test_as_many_places_are_filled_as_calls_run() -> None:
    assert queueing.places(QUEUE).count('"used"') == 2
    assert queueing.places(QUEUE).count("<i") == 8


def test_very_many_places_become_one_bar() -> None:
    drawn = queueing.places(replace(QUEUE, running=25, limit=100))
    assert drawn.count("<i") == 1
    assert "width:25.0%" in drawn


@pytest.mark.parametrize(
    "used, look, told",
    [
        (10.0, '"meter "', "10 of 100"),
        (85.0, '"meter nearly"', "85 of 100"),
        (100.0, '"meter full"', "100 of 100, used up"),
        (140.0, '"meter full"', "140 of 100, used up"),
    ],
)
def test_a_budget_tells_how_much_of_it_is_used(used: float, look: str, told: str) -> None:
    drawn = queueing.bar(BudgetCondition("chat", "tokens", "minute", used, 100))
    assert look in drawn
    assert "chat, tokens a minute" in drawn
    assert f"{told}</span>" in drawn


def test_a_budget_of_nothing_is_used_up() -> None:
    assert "used up" in queueing.bar(BudgetCondition("*", "dollars", "day", 0.0, 0.0))


def test_money_has_cents_and_the_name_of_an_agent_is_no_html() -> None:
    drawn = queueing.bar(BudgetCondition("<b>", "dollars", "day", 1.5, 20))
    assert "$1.50 of $20.00" in drawn
    assert "<b>" not in drawn


# The last hour

MINUTE = Minute(0.0, 3, 1, 1, 0.5, 2.0, 0.2, 4, 1200, 0.0042)
QUIET = Minute(60.0, 0, 0, 0, None, None, None, 0, 0, 0.0)


def test_the_hour_is_counted_below_its_charts() -> None:
    assert history.counted([MINUTE, QUIET]) == "3 replies, 1 from the cache, 1 failed."
    assert history.spent([MINUTE, QUIET], priced=True) == "4 calls, 1,200 tokens, $0.0042."
    assert "$" not in history.spent([MINUTE], priced=False)


@pytest.mark.parametrize("series", [[], [QUIET], [QUIET, QUIET]])
def test_an_hour_without_anything_is_a_sentence_and_no_chart(series: list[Minute]) -> None:
    def draw(series: object) -> None:
        from pages.parts.health import history

        history.draw(series, priced=False)

    at = AppTest.from_function(draw, default_timeout=PATIENCE, args=(series,)).run()
    assert not at.exception
    assert not at.get("vega_lite_chart")
    assert "Nothing happened in the last hour." in shown(at.markdown[-2].value)


@pytest.mark.parametrize(
    "minutes_ago, span", [(1, 15), (15, 15), (16, 30), (30, 30), (31, 60), (60, 60)]
)
def test_charts_go_back_as_far_as_they_need(minutes_ago: int, span: int) -> None:
    series = [QUIET] * (60 - minutes_ago) + [MINUTE] + [QUIET] * (minutes_ago - 1)
    assert history.fitting(series) == span
    assert history.fitting([QUIET] * 60) == 60


@pytest.mark.parametrize("series", [[MINUTE], [MINUTE, QUIET], [QUIET, replace(QUIET, calls=1)]])
def test_an_hour_with_little_in_it_is_drawn(series: list[Minute]) -> None:
    def draw(series: object) -> None:
        from pages.parts.health import history

        history.draw(series, priced=True)

    at = AppTest.from_function(draw, default_timeout=PATIENCE, args=(series,)).run()
    assert not at.exception
    assert at.get("vega_lite_chart")


# Agents


def test_an_agent_that_reached_no_endpoint_is_listed_with_dashes() -> None:
    def draw(calls: object) -> None:
        from pages.parts.health import agents

        agents.draw(calls, priced=False)

    unreached = CallStatistics("planner", "", "", 3, 3, None, None, 0.0, 0, 0, 0.0)
    at = AppTest.from_function(draw, default_timeout=PATIENCE, args=([unreached],)).run()
    table = at.dataframe[0].value
    assert list(table["Endpoint"]) == ["none was asked"]
    assert list(table["Mean"]) == ["–"]
    assert list(table["Success"]) == [0.0]
    assert "Cost" not in table
