"""Calls that run and calls that wait, and what agents may use: the queue and the budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.models.condition import BudgetCondition, QueueCondition, Unit
from pages.parts import text, words

MOST_PLACES: Final = 24
"""Up to so many places are drawn one by one."""
NEARLY_USED: Final = 0.8
PRIORITIES: Final[Mapping[str, str]] = MappingProxyType(
    {"chat": "chat", "team": "teams", "audit": "audits"}
)


def draw(queue: QueueCondition, budgets: Sequence[BudgetCondition]) -> None:
    """Draw both, side by side where there is room."""
    with st.grid(2, min_column_width=300, gap="small", key="queue-and-budgets"):
        with st.container(border=True, gap="xsmall", key="queue"):
            _queue(queue)
        with st.container(border=True, gap="xsmall", key="budgets"):
            _budgets(budgets)


def _queue(queue: QueueCondition) -> None:
    st.markdown("**Calls at this moment**")
    st.html(places(queue))
    st.markdown(f"{running(queue)} · {waiting(queue)}")
    st.caption(
        "A chat goes before teams, teams go before audits, and users take turns. "
        f"{words.counted(queue.capacity, 'call')} may wait; {_refused(queue)}."
    )


def running(queue: QueueCondition) -> str:
    """How many of those that may run do."""
    return f"**{queue.running:,}** of {queue.limit:,} running"


def waiting(queue: QueueCondition) -> str:
    """How many wait, by priority."""
    each = [
        f"{PRIORITIES.get(name, text.label(name))} {count:,}"
        for name, count in queue.waiting
        if count
    ]
    if not each:
        return "none waiting"
    total = sum(count for _, count in queue.waiting)
    return f"**{total:,}** waiting ({', '.join(each)})"


def places(queue: QueueCondition) -> str:
    """The places for calls, those in use filled, as HTML."""
    label = escape(f"{queue.running} of {queue.limit} calls running")
    if queue.limit > MOST_PLACES:
        inner = _filled(queue.running, queue.limit)
        return f'<div class="meter" role="img" aria-label="{label}">{inner}</div>'
    inner = "".join(
        f'<i class="{"used" if place < queue.running else ""}"></i>' for place in range(queue.limit)
    )
    return f'<div class="places" role="img" aria-label="{label}">{inner}</div>'


def _refused(queue: QueueCondition) -> str:
    if not queue.refused:
        return "none was refused since the start"
    return f"{words.counted(queue.refused, 'call')} refused since the start, for want of room"


def _budgets(budgets: Sequence[BudgetCondition]) -> None:
    st.markdown("**Budgets**")
    if not budgets:
        st.markdown(":gray[None are set: every agent may call as often as it needs.]")
        st.caption(
            "Limits a minute and a day, for single agents or for all together, go into "
            "`limits.yml` in Reprise’s folder."
        )
        return
    for budget in sorted(budgets, key=_share, reverse=True):
        st.html(bar(budget))


def bar(budget: BudgetCondition) -> str:
    """What of a budget is used, in words and as a bar, as HTML."""
    share = _share(budget)
    look = "full" if share >= 1 else "nearly" if share >= NEARLY_USED else ""
    told = f"{amount(budget.used, budget.unit)} of {amount(budget.limit, budget.unit)}"
    state = ", used up" if share >= 1 else ""
    return (
        f'<div class="budget"><span>{escape(whose(budget))}</span>'
        f"<span>{escape(told)}{state}</span>"
        f'<div class="meter {look}" aria-hidden="true">{_filled(budget.used, budget.limit)}</div>'
        "</div>"
    )


def whose(budget: BudgetCondition) -> str:
    """Whose it is and what it limits: ``chat, tokens a minute``."""
    agent = "all agents" if budget.agent == "*" else budget.agent
    return f"{agent}, {budget.unit} a {budget.window}"


def amount(value: float, unit: Unit) -> str:
    """``1,200``, ``$0.42``."""
    return f"${value:,.2f}" if unit == "dollars" else f"{value:,.0f}"


def _share(budget: BudgetCondition) -> float:
    return budget.used / budget.limit if budget.limit > 0 else 1.0


def _filled(used: float, limit: float) -> str:
    share = min(1.0, used / limit) if limit > 0 else 1.0
    return f'<i style="width:{100 * share:.1f}%"></i>'
