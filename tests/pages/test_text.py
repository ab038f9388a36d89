"""Text that others wrote becomes neither HTML nor an image, whatever it is made of."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pages.parts import text

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
IMAGE = "![x](http://tracker.example/x.png)"
BLOCKS = "\n|\n\n|> |- |1. |\t|<div>|<!--|-->|<pre>|</pre>|$$|:::|# |---|\r|\0"
SIGNS = "`|``|```|~~~|````|```py| |  |    |\\|!|[|]|(|)|word|&#33;|*"
IMAGES = f"{IMAGE}|![r][r]|![r]|[r]: /u"
PIECES = st.sampled_from(["|", "|-|", *f"{BLOCKS}|{SIGNS}|{IMAGES}".split("|")])
HOSTILE = st.lists(PIECES, max_size=24).map("".join)


def _images(markdown: str) -> list[str]:
    tokens = PARSER.parse(markdown)
    return [
        child.attrs["src"]
        for token in tokens
        for child in token.children or []
        if child.type == "image"
    ]


@given(HOSTILE)
@example(f"<div>\n```\n\n{IMAGE}")
@example(f"- a\n  ```\n{IMAGE}")
@example(f"  ```\n```\n{IMAGE}")
@example(f"> ```\n{IMAGE}")
@example(f"a ` b\n# c ` {IMAGE}")
@example(f"| ` | {IMAGE} ` |\n|-|-|")
@example(f"```a`b\n{IMAGE}")
@example(f"~~~\n```\n~~~\n{IMAGE}")
@example(f"```\n````\n{IMAGE}")
@example(f"```\rx\r```\r{IMAGE}")
@example(f"<!--\n```\n-->\n{IMAGE}")
@example(f"[r]: /u 'a\n```\n'\n{IMAGE}")
def test_no_parser_finds_an_image(written: str) -> None:
    assert _images(text.markdown(written)) == []


@given(HOSTILE)
@example(f"$$\n```\n$$\n{IMAGE}")
@example(f":::x\n```\n:::\n{IMAGE}")
def test_no_formula_or_directive_reaches_over_what_is_taken_for_code(written: str) -> None:
    """Streamlit's parser knows blocks that the plain one does not: none may open before code."""
    before, kept, _ = text.markdown(written).partition("![")
    if kept:
        opening = re.match(r"(?s)(.*?)^(```|~~~)", before, re.MULTILINE)
        assert opening is not None
        assert not re.search(r"^ {0,3}(\$\$|::|<)", opening[1], re.MULTILINE)


@given(st.text())
def test_text_without_signs_of_markdown_stays_as_it_is(written: str) -> None:
    plain = "".join(c for c in written if c.isalnum() or c == " ")
    assert text.markdown(plain) == plain


@pytest.mark.parametrize(
    "code",
    [
        "```rust\nlet a = vec![1, 2];\n```",
        "~~~\n![kept](as it is)\n~~~",
        "text\n```\n![a]\n```\nmore",
    ],
)
def test_fenced_code_can_be_copied_as_it_is(code: str) -> None:
    assert text.markdown(code) == code


def test_an_image_is_shown_as_it_is_written() -> None:
    assert text.markdown(f"See {IMAGE}!") == "See !\\[x](http://tracker.example/x.png)!"


def test_code_in_a_line_shows_no_backslash() -> None:
    assert text.markdown("use `vec![1]` here") == f"use `vec!{text.JOINER}[1]` here"


def test_the_rest_of_markdown_works() -> None:
    written = "# Title\n\n1. **bold** and [a link](https://example.org)\n\n| a | b |\n|---|---|\n"
    assert text.markdown(written) == written


@given(st.text(min_size=1))
def test_a_label_is_one_line_shown_to_the_letter(written: str) -> None:
    shown = text.label(written)
    assert "\n" not in shown
    rendered = PARSER.renderInline(shown)
    for tag in ("<img", "<a ", "<em", "<strong", "<code"):
        assert tag not in rendered


def test_a_label_changes_no_common_text() -> None:
    written = "At 18:30, -1 °C, 3 × 4 = 12, e-mail a_b@c.org (or not)!"
    assert PARSER.renderInline(text.label(written)) == written


@pytest.mark.parametrize("directive", [":red[x]", ":smile:", ":material/home:", "->", "<-", "$x$"])
def test_a_label_knows_no_directives(directive: str) -> None:
    label = text.label(directive)
    assert text.JOINER in label or label.startswith(("\\:red\\[", "\\$x\\$"))


@given(st.text(max_size=500), st.integers(10, 80))
def test_a_preview_is_short_and_on_one_line(written: str, longest: int) -> None:
    shown = text.preview(written, longest)
    assert len(shown) <= longest
    assert "\n" not in shown
