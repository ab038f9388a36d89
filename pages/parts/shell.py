"""What every page stands in: its title, the navigation, the sidebar and how far the model is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import streamlit as st

from pages.parts import addresses

STATIC: Final = Path(__file__).parents[2] / "static"


def draw() -> None:
    """Draw the shell, and the chosen page in it."""
    # Before all else: without an icon of its own, a page would fetch one from the network.
    st.set_page_config(page_title="Reprise", page_icon=str(STATIC / "favicon.png"))
    st.html(STATIC / "style.css")
    st.logo(str(STATIC / "wordmark.svg"), icon_image=str(STATIC / "mark.svg"), size="large")
    page = st.navigation(addresses.every())
    st.set_page_config(page_title=f"{page.title} · Reprise", layout=addresses.layout(page))
    # Only now: importing the agents takes seconds, and the page is to be seen before.
    starting = st.empty()
    if "agents.runtime" not in sys.modules:
        starting.markdown(":shimmer[Starting …]")
    from agents.errors import SettingsError
    from pages.parts import notices, session, sidebar

    starting.empty()
    try:
        session.runtime()
    except SettingsError as error:
        notices.problem(error)
        return
    session.follow(page.url_path)
    sidebar.draw()
    notices.loading()
    page.run()
    session.runtime().load()


draw()
