"""A quiet button that copies a text."""

from __future__ import annotations

from typing import Final

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_HTML: Final = """
<button type="button" aria-label="Copy" title="Copy">
  <svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor"
       stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path class="sheet" d="M9 9h10v11H9zM5 15V4h10"/>
    <path class="done" d="M5 12.5l4.5 4.5L19 7.5"/>
  </svg>
</button>
"""
_CSS: Final = """
button {
  display: inline-flex; align-items: center; justify-content: center;
  width: 2rem; height: 2rem; padding: 0; border: 0; border-radius: var(--st-button-radius, 8px);
  background: transparent; color: var(--st-text-color); opacity: .6; cursor: pointer;
}
button:hover, button:focus-visible { opacity: 1; background: var(--st-secondary-background-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
.done { display: none; }
.copied .done { display: inline; }
.copied .sheet { display: none; }
@media (pointer: coarse) { button { width: 2.75rem; height: 2.75rem; } }
"""
_JS: Final = """
async function write(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.onclick = async () => {
    await write(data.text);
    button.classList.add("copied");
    button.setAttribute("aria-label", "Copied");
    setTimeout(() => {
      button.classList.remove("copied");
      button.setAttribute("aria-label", "Copy");
    }, 1500);
  };
}
"""


@st.cache_resource(show_spinner=False)
def _renderer() -> ComponentRenderer:
    return st.components.v2.component("reprise.copy", html=_HTML, css=_CSS, js=_JS)


def button(text: str, *, key: str) -> None:
    """A button that puts `text` on the clipboard."""
    _renderer()(data={"text": text}, key=key, width="content", height="content")
