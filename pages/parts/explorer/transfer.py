"""Export and import of entries, as JSON lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from cache import CacheError, SemanticCache
from cache.errors import TransferError
from pages.parts import notices, session, text, words
from pages.parts.explorer import common

FILE: Final = "reprise-cache.jsonl"
NAMED: Final = 8
"""How many of the lines that are refused are named."""


def export_button(cache: SemanticCache, *, disabled: bool) -> None:
    """A button that downloads all entries that this owner sees; they are read when it is used."""
    owner = session.owner()
    st.download_button(
        "Export",
        lambda: "".join(f"{line}\n" for line in cache.export(owner=owner)),
        FILE,
        "application/jsonl",
        key="export",
        icon=":material/download:",
        type="tertiary",
        disabled=disabled,
        on_click="ignore",
        help="What you see here that is in service, one entry on each line.",
    )


@st.dialog("Import answers")
def bring_in(cache: SemanticCache, key: str) -> None:
    """Store the entries of a file, all of them or none; `key` is that of this opening."""
    file = st.file_uploader(
        "A file that was exported from here or from another cache", type=["jsonl"], key=key
    )
    st.caption("Answers to the same questions are replaced. One bad line, and nothing is taken in.")
    pressed = st.button("Import", type="primary", icon=":material/upload:", key="import-confirmed",
                        disabled=file is None)  # fmt: skip
    if file is not None and pressed:
        _take_in(cache, file.getvalue())


def _take_in(cache: SemanticCache, content: bytes) -> None:
    try:
        # Not splitlines: a text inside a line may hold other signs that it takes for ends.
        lines = content.decode("utf-8").split("\n")
        with st.spinner("Reading and storing …"):
            count = cache.import_lines(lines, owner=session.owner())
    except UnicodeDecodeError:
        notices.box("The file is not text in UTF-8.", "Choose one that was exported from a cache.")
    except TransferError as error:
        _refused(error.lines)
    except CacheError as error:
        notices.problem(error)
    else:
        common.done(f"{words.counted(count, 'entry', 'entries')} imported")
        st.rerun()


def _refused(lines: Sequence[tuple[int, str]]) -> None:
    told = [f"- Line {number:,}: {text.label(why)}" for number, why in lines[:NAMED]]
    if len(lines) > NAMED:
        told.append(f"- and {words.counted(len(lines) - NAMED, 'more line')}")
    refused = f"{words.counted(len(lines), 'line')} cannot be read, so nothing was imported."
    st.error("\n".join([f"**{refused}**", "", *told]), icon=notices.ICON)
