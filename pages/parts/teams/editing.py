"""Teams and workflows as the files they are: edited, checked as they are typed, saved, removed."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import streamlit as st

from agents.errors import ContentError, RepriseError
from agents.teams.run import Kind
from agents.teams.shelf import Definition
from agents.yaml_file import MOST_CHARACTERS
from pages.parts import notices, session, text, words
from pages.parts.planning import changes
from pages.parts.teams import blueprint, choosing, current, explaining
from pages.parts.teams.drafts import Draft, Name, drafts

NEW: Final = ""
SHARES: Final = 3, 2
AROUND: Final = 2
"""Lines before and after a wrong one that are shown with it."""
_ASKED: Final = "_definition-asked"
_NAME: Final = re.compile(r"^name:.*$", re.MULTILINE)
_TITLE: Final = re.compile(r"^title:.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A definition on the table.

    Attributes:
        saved: As it is saved; of a new one what it is begun from.
        typed: As it is in the editor.
        draft: What was typed and not saved; None where nothing was.
    """

    kind: Kind
    saved: Definition
    typed: str
    draft: Draft | None

    @property
    def name(self) -> Name:
        """Under which its draft is kept."""
        return session.owner(), self.kind, self.saved.name

    @property
    def key(self) -> str:
        """Of the widget that holds the text."""
        return f"definition-{self.kind}-{self.saved.name or 'new'}"

    @property
    def is_new(self) -> bool:
        """Whether it was never saved."""
        return self.saved.name == NEW

    @property
    def outdated(self) -> bool:
        """Whether somebody saved another text since the draft was begun."""
        return self.draft is not None and self.draft.based_on != self.saved.text


def draw() -> None:
    """Draw the tab."""
    kind = choosing.kind()
    known = {one.name: one for one in current.teams().definitions(kind)}
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="definition-choice"
    ):
        name = _chosen(kind, known)
    sheet = _sheet(kind, known.get(name) or _fresh(kind, known))
    left, right = st.columns(SHARES, gap="medium")
    with left:
        sheet = _editor(sheet)
        _buttons(sheet)
    with right, st.container(key="definition-check", gap="small"):
        _check(sheet, known)


def _chosen(kind: Kind, known: Mapping[str, Definition]) -> str:
    default = current.teams().default(kind)
    names = [*known, NEW]
    return st.selectbox(
        "Workflow" if kind == "workflow" else "Team", names,
        index=names.index(default) if default in names else 0,
        format_func=lambda name: _called(kind, known.get(name)), key=_choice_key(kind),
        persist_state="session",
    )  # fmt: skip


def _choice_key(kind: Kind) -> str:
    return f"definition-chosen-{kind}"


def _called(kind: Kind, definition: Definition | None) -> str:
    if definition is None:
        return "A new workflow …" if kind == "workflow" else "A new team …"
    notes = [note for note, holds in {
        "cannot be used": definition.problem,
        "your own": definition.own,
        "draft": drafts().of((session.owner(), kind, definition.name)),
    }.items() if holds]  # fmt: skip
    return f"{definition.title} ({', '.join(notes)})" if notes else definition.title


def _fresh(kind: Kind, known: Mapping[str, Definition]) -> Definition:
    """What a new definition is begun from: the default one under another name."""
    pattern = known.get(current.teams().default(kind)) or next(iter(known.values()), None)
    body = pattern.text if pattern is not None else ""
    body = _NAME.sub("name: my-own", body, count=1)
    return Definition(NEW, "", "", _TITLE.sub("title: My own", body, count=1), own=True)


def _sheet(kind: Kind, saved: Definition) -> Sheet:
    sheet = Sheet(kind, saved, saved.text, None)
    draft = drafts().of(sheet.name)
    return replace(sheet, draft=draft, typed=draft.text if draft is not None else saved.text)


def _editor(sheet: Sheet) -> Sheet:
    """The text; the sheet with what is in it."""
    st.session_state.setdefault(sheet.key, sheet.typed)
    typed = st.text_area(
        "Definition", key=sheet.key, height=460, max_chars=MOST_CHARACTERS,
        label_visibility="collapsed", on_change=_keep, args=(sheet,),
    )  # fmt: skip
    st.caption(_state(sheet))
    return replace(sheet, typed=typed or "")


def _state(sheet: Sheet) -> str:
    if sheet.draft is not None:
        return (
            f":orange[Not saved yet], typed {words.ago(sheet.draft.at, time.time())}. It is kept "
            "for you when you leave or reload the page."
        )
    if sheet.is_new:
        return "Begun from the usual one. Give it a name of its own."
    if sheet.saved.own:
        return "Your own. It is checked when you leave the field or press Ctrl+Enter."
    return (
        "It comes with Reprise. What you change is saved as your own, in its place; remove yours, "
        "and it is back."
    )


def _keep(sheet: Sheet) -> None:
    """Keep what was typed; nothing is kept that is as it was saved."""
    typed = str(st.session_state[sheet.key] or "")
    if typed == sheet.saved.text:
        drafts().discard(sheet.name)
        return
    based_on = sheet.draft.based_on if sheet.draft is not None else sheet.saved.text
    drafts().keep(sheet.name, Draft(typed, based_on, time.time()))


def _buttons(sheet: Sheet) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="definition-buttons"):
        save = "Save mine over it" if sheet.outdated else "Save"
        st.button(save, key="save-definition", type="primary", icon=":material/check:",
                  on_click=_save, args=(sheet,))  # fmt: skip
        st.button("Discard", key="discard-definition", disabled=sheet.draft is None,
                  help="Go back to what is saved.", on_click=_discard, args=(sheet,))  # fmt: skip
        st.download_button("Download", sheet.typed, f"{sheet.saved.name or 'new'}.yml",
                           "application/yaml", key="download-definition", type="tertiary",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
        if sheet.saved.own and not sheet.is_new:
            st.button("Remove", key="remove-definition", type="tertiary", icon=":material/delete:",
                      on_click=_wish_removed, args=(sheet,))  # fmt: skip


def _save(sheet: Sheet) -> None:
    """Save what is in the editor; where that cannot be, it stays, with the reason beside it."""
    typed = str(st.session_state.get(sheet.key) or "")
    try:
        saved = current.teams().save(sheet.kind, typed, sheet.saved.name)
    except ContentError:
        return  # told beside the editor, as always
    except RepriseError as error:
        changes.attempt(partial(_raise, error))
        return
    drafts().discard(sheet.name)
    st.session_state.pop(sheet.key, None)
    st.session_state[_choice_key(sheet.kind)] = saved.name
    changes.say(f"“{saved.title}” is saved")


def _raise(error: RepriseError) -> None:
    raise error


def _discard(sheet: Sheet) -> None:
    drafts().discard(sheet.name)
    st.session_state[sheet.key] = sheet.saved.text


def _wish_removed(sheet: Sheet) -> None:
    st.session_state[_ASKED] = sheet


def ask() -> None:
    """Open the dialog that was asked for, if one was."""
    sheet: Sheet | None = st.session_state.pop(_ASKED, None)
    if sheet is not None:
        _remove(sheet)


@st.dialog("Remove your own?")
def _remove(sheet: Sheet) -> None:
    st.markdown(
        f"**{text.label(sheet.saved.title)}** is removed. Where one of this name comes with "
        "Reprise, it is back; past runs stay as they are."
    )
    remove = partial(current.teams().remove, sheet.kind, sheet.saved.name)
    if st.button("Remove", type="primary", icon=":material/delete:", key="removal-confirmed"):
        if changes.attempt(remove, "Removed"):
            drafts().discard(sheet.name)
            st.session_state.pop(sheet.key, None)
            st.session_state.pop(_choice_key(sheet.kind), None)
        st.rerun()


def _check(sheet: Sheet, known: Mapping[str, Definition]) -> None:
    """What is wrong with the text, or what it will do."""
    if sheet.outdated:
        _outdated()
    try:
        found = current.teams().check(sheet.kind, sheet.typed, sheet.saved.name)
    except ContentError as error:
        _wrong(error, sheet.typed)
        return
    except RepriseError as error:
        notices.problem(error)
        return
    st.badge("It can be used", icon=":material/check_circle:", color="green")
    other = known.get(found.name)
    if other is not None and found.name != sheet.saved.name:
        st.warning(
            f"**“{text.label(other.title)}” has the name {text.label(found.name)} already.**  \n"
            "Saved so, this one takes its place. Choose another name to keep both.",
            icon=":material/info:",
        )
    _explained(sheet.kind, found)


def _outdated() -> None:
    st.warning(
        "**It was saved anew elsewhere since you began.**  \nYour text is still in the editor. "
        "Save it over the other, or discard yours to see the other.",
        icon=":material/sync_problem:",
    )


def _wrong(error: ContentError, typed: str) -> None:
    notices.problem(error)
    if error.line:
        st.code(excerpt(typed, error.line), None)


def excerpt(typed: str, line: int) -> str:
    """The lines around a wrong one, numbered, the wrong one marked."""
    lines = typed.split("\n")
    first = max(1, line - AROUND)
    shown = lines[first - 1 : line + AROUND]
    width = len(str(first + len(shown)))
    return "\n".join(
        f"{'▸' if number == line else ' '} {number:>{width}}  {content}"
        for number, content in enumerate(shown, start=first)
    )


def _explained(kind: Kind, definition: Definition) -> None:
    drawn = blueprint.of(kind, definition.text)
    if definition.about:
        st.caption(text.label(definition.about))
    if drawn is None:
        return
    st.caption(text.label(drawn.summary))
    with st.container(border=True, key="definition-picture"):
        explaining.draw(kind, drawn, key="definition-topology")
