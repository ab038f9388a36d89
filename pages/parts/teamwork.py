"""Who of a team works on a reply, or worked on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st

from agents.dialogue.messages import MemberStatus, Reply, TeamWork
from pages.parts import addresses, text

_ICONS: Final[Mapping[MemberStatus, str]] = MappingProxyType(
    {
        "waiting": ":material/schedule:",
        "working": ":material/pending:",
        "done": ":material/check_circle:",
        "failed": ":material/error:",
    }
)


def progress(work: TeamWork) -> None:
    """How far each member is, while they work, and a link to where that is seen in full."""
    for member in work.members:
        name = text.label(member.name)
        shown = f":shimmer[{name}]" if member.status == "working" else f":gray[{name}]"
        st.markdown(f":gray[{_ICONS[member.status]}]&ensp;{shown}")
    _link(work, "Watch the team work")


def credit(reply: Reply) -> None:
    """Who worked on a reply that a team was asked for, and a link to all that they said."""
    work = reply.team
    if work is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"team-{reply.id}"):
        if reply.status == "complete":
            st.caption(f":material/groups: {_told(work)}", width="content")
        _link(work, "See how the team worked")


def _link(work: TeamWork, label: str) -> None:
    if work.run:
        st.page_link(
            addresses.TEAMS_FILE,
            label=label,
            icon=":material/account_tree:",
            query_params={"run": work.run},
        )


def _told(work: TeamWork) -> str:
    done = [member.name for member in work.members if member.status == "done"]
    failed = [member.name for member in work.members if member.status == "failed"]
    parts = [f"Answered by {_listed(done)}" if done else ""]
    parts.append(f"without {_listed(failed)}, who failed" if failed else "")
    return text.label(", ".join(part for part in parts if part))


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
