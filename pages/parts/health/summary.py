"""Whether all is well, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from agents.telemetry.values import LEVELS, Alert, Level, PartHealth
from pages.parts import text, words
from pages.parts.health.lights import LIGHTS


@dataclass(frozen=True, slots=True)
class Summary:
    """How Reprise is as a whole.

    Attributes:
        sentence: What an operator wants to know first.
        more: What else there is to say.
    """

    level: Level
    sentence: str
    more: str


def of(parts: Sequence[PartHealth], alerts: Sequence[Alert]) -> Summary:
    """The parts and the alerts, summed up."""
    down = [part.name for part in parts if part.level == "down"]
    doubtful = [part.name for part in parts if part.level == "warning"]
    critical = [alert.sentence for alert in alerts if alert.level == "critical"]
    more = _more(parts, alerts)
    if down:
        return Summary(
            "down", f"{_capital(_listed(down))} {'is' if len(down) == 1 else 'are'} down.", more
        )
    if critical:
        return Summary("down", f"Something needs you now. {critical[0]}", more)
    if alerts:
        return Summary("warning", f"Reprise is up, with a warning. {alerts[0].sentence}", more)
    if doubtful:
        verb = "needs" if len(doubtful) == 1 else "need"
        return Summary("warning", f"Reprise is up; {_listed(doubtful)} {verb} a look.", more)
    return Summary("ok", "All is well.", more)


def _more(parts: Sequence[PartHealth], alerts: Sequence[Alert]) -> str:
    told = [
        f"{part.name.capitalize()}: {part.sentence.rstrip('.')}."
        for part in sorted(parts, key=lambda part: LEVELS.index(part.level), reverse=True)
        if part.level != "ok"
    ]
    if alerts:
        told.append(f"{words.counted(len(alerts), 'alert')}: the overview says what to do.")
    return " ".join(told) or f"{words.counted(len(parts), 'part')} looked at, no alert."


def _listed(names: Sequence[str]) -> str:
    """``the model``, ``the model, the cache and the disk``."""
    named = [f"the {name}" for name in names]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def draw(parts: Sequence[PartHealth], alerts: Sequence[Alert]) -> None:
    """Draw the sentence."""
    summary = of(parts, alerts)
    light = LIGHTS[summary.level]
    with st.container(border=True, key=f"health-summary-{summary.level}", gap="xsmall"):
        st.markdown(f"{light.sign}&ensp;**{text.label(summary.sentence)}**")
        st.caption(text.label(summary.more))
