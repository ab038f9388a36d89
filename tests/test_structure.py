"""The rules of review, as tests."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from agents import errors
from agents.settings import OWN_KEY, Settings

ROOT = Path(__file__).parents[1]
PACKAGES = ("agents", "cache", "pages")
SOURCES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
IN_WORDS = {"home", "model", "api_key", "base_url"}
"""Settings whose default depends on others or on the machine: the README describes it."""
ERRORS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)
          if kind.__module__ == errors.__name__]  # fmt: skip


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_only_agents_imports_ag2():
    others = [path for path in SOURCES if path.parts[-2] != "agents" and "agents" not in path.parts]

    assert others
    for path in others:
        assert not re.search(r"^\s*(?:from|import) ag2\b", path.read_text("utf-8"), re.MULTILINE)


# Errors


def drawn_tree() -> dict[str, str]:
    """Each error in the docstring of `agents.errors` with the one it hangs on."""
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([ │├└─]+)(\w+Error)\b", line)
        if not found:
            continue
        depth = len(found.group(1))
        above = [(d, name) for d, name in above if d < depth]
        parents[found.group(2)] = above[-1][1] if above else "Exception"
        above.append((depth, found.group(2)))
    return parents


def test_the_tree_of_errors_is_drawn_as_it_is():
    assert drawn_tree() == {kind.__name__: kind.__bases__[0].__name__ for kind in ERRORS}


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_is_raised_somewhere_or_stands_for_those_below_it(kind):
    raised = rf"(?:raise|return) {kind.__name__}\b|\), {kind.__name__}\)"
    sources = (path.read_text("utf-8") for path in (ROOT / "agents").rglob("*.py"))

    assert kind.__subclasses__() or any(re.search(raised, text) for text in sources)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_error_is_hidden(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"a bare except in line {node.lineno}"
            assert not all(isinstance(do, ast.Pass) for do in node.body), f"line {node.lineno}"


# Code


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_module_says_what_it_is(path):
    source = path.read_text("utf-8")

    assert not source or ast.get_docstring(ast.parse(source)), "no docstring"


@pytest.mark.parametrize("path", [p for p in SOURCES if "pages" not in p.parts], ids=name_of)
def test_importing_does_no_work(path):
    """At a module's top stand definitions and values: nothing is opened, started or printed."""
    for node in ast.parse(path.read_text("utf-8")).body:
        is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        assert not is_call, f"a call in line {node.lineno}"
        assert not isinstance(node, ast.Global | ast.For | ast.While | ast.With), node.lineno


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_left_to_do(path):
    assert not re.search(r"\b(?:TODO|FIXME|XXX|HACK)\b", path.read_text("utf-8"))


def test_the_entry_of_the_app_is_short():
    assert len((ROOT / "app.py").read_text("utf-8").splitlines()) < 100


def test_one_place_reads_the_settings():
    readers = {
        name_of(path)
        for path in SOURCES
        if re.search(r"os\.(?:environ(?!\.setdefault)|getenv)", path.read_text("utf-8"))
        and "REPRISE_" in path.read_text("utf-8")
    }

    assert readers <= {"agents/settings.py", "cache/__main__.py"}


# The README


def documented() -> dict[str, str]:
    """The README's table of settings: variable and default, without the backticks."""
    rows = re.findall(
        r"^\|\s*`(REPRISE_\w+)`\s*\|\s*([^|]*?)\s*\|",
        (ROOT / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    return {name: default.strip("`") for name, default in rows}


def test_the_readme_lists_every_setting_once():
    named = re.findall(
        r"^\|\s*`(REPRISE_\w+)`", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )

    assert sorted(named) == sorted(f"REPRISE_{f.name.upper()}" for f in fields(Settings))


@pytest.mark.parametrize("name", [f.name for f in fields(Settings) if f.name not in IN_WORDS])
def test_the_readme_names_each_default(name):
    default = getattr(Settings(), name)

    written = documented()[f"REPRISE_{name.upper()}"]
    assert getattr(Settings.read({f"REPRISE_{name.upper()}": written}), name) == default


@pytest.mark.parametrize("name", OWN_KEY.values())
def test_the_readme_names_the_providers_own_keys(name):
    assert name in (ROOT / "README.md").read_text("utf-8")
