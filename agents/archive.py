"""Conversations in the terminal: ``python -m agents export | import | replay``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from agents.dialogue import summary
from agents.dialogue.language import language_of
from agents.dialogue.machine import machine
from agents.dialogue.store import ConversationStore
from agents.dialogue.transfer import MOST_BYTES
from agents.dialogue.travel import Moment, Travel
from agents.errors import RepriseError
from agents.runtime import DATABASE_FILE
from agents.settings import Settings

COMMANDS: Final = ("export", "import", "replay")


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Let the command line know the commands."""
    export = commands.add_parser("export", help="write a conversation to a file")
    export.add_argument("conversation", help="its id")
    export.add_argument(
        "--format",
        choices=("json", "markdown"),
        default="json",
        help="json: all of it, to be imported again; markdown: the summary of what was gathered",
    )
    export.add_argument("--out", type=Path, help="the file; standard output where there is none")
    taken = commands.add_parser("import", help="take a conversation in from a file")
    taken.add_argument("file", type=Path, help="one that export wrote")
    replay = commands.add_parser("replay", help="tell what happened in a conversation, by events")
    replay.add_argument("conversation", help="its id")


def run(options: argparse.Namespace, settings: Settings, owner: str) -> int:
    """Run one of the commands; returns the exit status."""
    commands: Mapping[str, Callable[[Travel, argparse.Namespace, str], None]] = {
        "export": _export,
        "import": _import,
        "replay": _replay,
    }
    try:
        with _travel(settings) as travel:
            commands[options.command](travel, options, owner)
        sys.stdout.flush()
    except RepriseError as error:
        return _failed(str(error))
    except BrokenPipeError:
        # The reader has seen enough, as `head` has: what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        file = error.filename2 or error.filename
        return _failed(f"{file}: {error.strerror}. Check the path and who may use it.")
    return 0


def _failed(problem: str) -> int:
    sys.stderr.write(f"{problem}\n")
    return 1


@contextmanager
def _travel(settings: Settings) -> Iterator[Travel]:
    store = ConversationStore.open(settings.home / DATABASE_FILE, machine())
    try:
        yield Travel(store)
    finally:
        store.close()


def _export(travel: Travel, options: argparse.Namespace, owner: str) -> None:
    if options.format == "markdown":
        state = travel.store.load(options.conversation, owner)
        text = summary.of(state).markdown(language_of(state.goal))
    else:
        text = travel.export(options.conversation, owner)
    if options.out is None:
        sys.stdout.write(text)
    else:
        _write(options.out, text)


def _write(path: Path, text: str) -> None:
    """Write a file, all of it or nothing."""
    path = path.resolve()
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, "utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _import(travel: Travel, options: argparse.Namespace, owner: str) -> None:
    with options.file.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    conversation = travel.take_in(content, owner)
    sys.stdout.write(f"Taken in. Go on with: python -m agents chat --conversation {conversation}\n")


def _replay(travel: Travel, options: argparse.Namespace, owner: str) -> None:
    for moment in travel.moments(options.conversation, owner):
        sys.stdout.write(f"{_line(moment)}\n")


def _line(moment: Moment) -> str:
    """Time, kind of event, state, current step, and what happened."""
    time = datetime.fromtimestamp(moment.at).astimezone().isoformat(" ", "seconds")
    step = "-" if moment.step is None else f"{moment.step} {moment.title}"
    return f"{time}  {moment.kind:<20}  {moment.state.value:<16}  {step:<20}  {moment.words}"
