"""Reprise's entry: `streamlit run app.py`.

The server is here: what starts and ends with the process, and what it tells every browser. What
a browser sees begins in `pages/parts/shell.py`. That script lies inside `pages/` because
Streamlit takes a folder of that name beside its script for pages of their own, and would then
run one without the shell when its address is the first to be visited.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from agents.errors import SettingsError
from pages.parts import probes
from pages.parts.browser import Introduction

ROOT = Path(__file__).parent
SCRIPT = ROOT / "pages" / "parts" / "shell.py"
FIRST_VISIT_SECONDS = 5.0
logger = logging.getLogger("reprise")


def _begin(ending: threading.Event) -> None:
    """Start the Runtime, and load its model unless a first visit does so before.

    A browser often comes with the server; its page is to be drawn before loading takes the
    processor.
    """
    from pages.parts import session  # importing the agents takes a second

    with suppress(SettingsError):  # the page tells of it
        runtime = session.runtime()
        if not ending.wait(FIRST_VISIT_SECONDS):
            runtime.load()


def _end() -> None:
    from pages.parts import session

    session.runtime.clear()


def _tell(error: Exception) -> bool:
    """Say in the page that something unforeseen happened; the log has the rest."""
    logger.error("a page could not be drawn", exc_info=error)
    st.error(
        "**Something unforeseen went wrong.**  \n"
        "Your conversation is kept. Reload the page; if it happens again, the log tells more.",
        icon=":material/error:",
    )
    return True


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Load while the first browsers already find a page; keep what was written at the end."""
    ending = threading.Event()
    beginning = threading.Thread(target=_begin, args=(ending,), name="reprise-begin", daemon=True)
    beginning.start()
    yield
    ending.set()
    beginning.join()
    with suppress(SettingsError):
        _end()


# Streamlit puts the script's folder at the head of sys.path for each run and takes it off again,
# and an import in another thread at that moment may not find an installed package. A folder that
# is on the path already it leaves alone.
sys.path.append(str(SCRIPT.parent))

app = st.App(
    SCRIPT,
    lifespan=lifespan,
    on_script_error=_tell,
    routes=[Mount("/app/static", StaticFiles(directory=ROOT / "static")), *probes.routes()],
    middleware=[Middleware(Introduction)],
)
