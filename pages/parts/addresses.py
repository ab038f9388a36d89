"""The pages there are."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import streamlit as st

FOLDER: Final = Path(__file__).parents[1]
CHAT_FILE: Final = FOLDER / "chat.py"
PLAN_FILE: Final = FOLDER / "plan.py"
CACHE_FILE: Final = FOLDER / "cache.py"
TEAMS_FILE: Final = FOLDER / "teams.py"
HEALTH_FILE: Final = FOLDER / "health.py"


def every() -> list[st.Page]:
    """The pages in the order of the menu; the first is the one at `/`."""
    return [
        st.Page(CHAT_FILE, title="Chat", icon=":material/forum:", url_path="chat", default=True),
        st.Page(PLAN_FILE, title="Plan", icon=":material/checklist:", url_path="plan"),
        st.Page(CACHE_FILE, title="Cache", icon=":material/database:", url_path="cache"),
        st.Page(TEAMS_FILE, title="Teams", icon=":material/account_tree:", url_path="teams"),
        st.Page(HEALTH_FILE, title="Health", icon=":material/monitor_heart:", url_path="health"),
    ]


def layout(page: st.Page) -> Literal["centered", "wide"]:
    """How wide a page is: text to be read is narrow, tables are wide."""
    return "centered" if page.title == "Chat" else "wide"
