"""The same conversation without a browser: ``python -m agents chat --goal "..."``."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
import uuid
from pathlib import Path
from typing import Final, TextIO

from agents import archive, evaluation
from agents.caching import CACHE_FOLDER
from agents.dialogue.messages import Reply
from agents.dialogue.turn import Turn
from agents.errors import RepriseError
from agents.runtime import Runtime
from agents.settings import Settings

TICK_SECONDS: Final = 0.05
STAGES: Final = {
    "planning": "drafting the plan",
    "judging": "checking your answer",
    "consulting": "the team is at work",
}
HELP: Final = (
    "An empty line, Ctrl-D or Ctrl-C ends; while a reply is written, Ctrl-C stops it. "
    "The conversation is kept."
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
    except RepriseError as error:
        print(error, file=sys.stderr)
        return 2
    if options.command == "evaluate":
        folder = settings.home / CACHE_FOLDER
        return evaluation.run(options.what, options.file, folder, as_json=options.json)
    if options.command in archive.COMMANDS:
        return archive.run(options, settings, _owner())
    runtime = Runtime(settings)
    runtime.start()
    runtime.load()
    try:
        return Terminal(runtime, options.conversation, settings.threshold).chat(options.goal)
    finally:
        runtime.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m agents", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    chat = commands.add_parser("chat", help="talk to Reprise in the terminal", epilog=HELP)
    chat.add_argument("--goal", default="", help="what you want to get done; sent first")
    chat.add_argument(
        "--conversation",
        default=uuid.uuid4().hex,
        help="go on with an earlier conversation, by its id",
    )
    evaluate = commands.add_parser("evaluate", help="figures on a labelled file")
    evaluate.add_argument("what", choices=("messages", "steps"), help="what the file holds")
    evaluate.add_argument("file", type=Path, help="CSV: text, type; or a reply to a step a row")
    evaluate.add_argument("--json", action="store_true", help="print JSON")
    archive.add_commands(commands)
    return parser


def _owner() -> str:
    return f"terminal:{getpass.getuser()}"


class Terminal:
    """A conversation over standard input and output."""

    def __init__(self, runtime: Runtime, conversation: str, threshold: float) -> None:
        self._runtime = runtime
        self._conversation = conversation
        self._owner = _owner()
        self._threshold = threshold
        self._out: TextIO = sys.stdout

    def chat(self, goal: str) -> int:
        """Send the goal, then every line of standard input; 1 if the last reply failed."""
        failed = self._say(goal) if goal else False
        while True:
            line = self._read()
            if not line.strip():
                self._write(f"\nGo on later with: --conversation {self._conversation}\n")
                return int(failed)
            failed = self._say(line)

    def _read(self) -> str:
        """The next line; "" at the end of the input, or for Ctrl-C, which ends it as well."""
        try:
            self._write("\n> ")
            return sys.stdin.readline()
        except KeyboardInterrupt:
            return ""

    def _say(self, text: str) -> bool:
        """Send one message and print its reply as it is written; whether it failed."""
        try:
            turn = self._runtime.send(
                self._conversation,
                self._owner,
                text,
                threshold=self._threshold,
                message_id=uuid.uuid4().hex,
            )
        except RepriseError as error:
            self._write(f"{error}\n")
            return True
        try:
            _Printer(self._runtime, turn, self._out).follow()
        except KeyboardInterrupt:
            turn.stop()
            turn.wait()
            self._write("\n(stopped)\n")
        return turn.reply.status == "failed"

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


class _Printer:
    """Prints a turn while it grows."""

    def __init__(self, runtime: Runtime, turn: Turn, out: TextIO) -> None:
        self._runtime = runtime
        self._turn = turn
        self._out = out
        self._printed = 0
        self._steps = 0
        self._said = ""

    def follow(self) -> None:
        """Print until the reply has ended."""
        while not self._turn.view.ended:
            self._print_news()
            time.sleep(TICK_SECONDS)
        self._print_news()
        self._print_end(self._turn.reply)

    def _print_news(self) -> None:
        view = self._turn.view
        if not view.reply.answer and not view.ended:
            self._tell(self._waiting_for() or STAGES.get(view.stage, ""))
        for step in view.steps[self._steps :]:
            self._out.write(f"  - {step.title}: {step.description}\n")
        self._steps = max(self._steps, len(view.steps))
        self._out.write(view.reply.answer[self._printed :])
        self._printed = len(view.reply.answer)
        self._out.flush()

    def _waiting_for(self) -> str:
        model = self._runtime.status().model
        if model.state == "fetching" and model.total:
            return f"{model.detail}: {100 * model.done // model.total} %"
        return model.detail if model.state == "loading" else ""

    def _tell(self, what: str) -> None:
        if what and what != self._said:
            self._said = what
            self._out.write(f"({what} ...)\n")

    def _print_end(self, reply: Reply) -> None:
        lines = ["\n" if reply.answer else ""]
        if reply.guidance:
            lines.append(reply.guidance)
        if reply.failure:
            lines.append(f"{reply.failure.message} {reply.failure.remedy}".strip())
            lines.append(f"Reference {reply.reference}")
        if reply.notice:
            lines.append(f"({reply.notice})")
        lines.append(f"[{_how(reply)}]")
        self._out.write("\n".join(lines) + "\n")
        self._out.flush()


def _how(reply: Reply) -> str:
    time_taken = f"{reply.seconds * 1000:.0f} ms" if reply.seconds < 1 else f"{reply.seconds:.1f} s"
    if reply.served and reply.served.degraded:
        return f"from an earlier answer, model unavailable, {time_taken}"
    if reply.team and reply.status == "complete":
        names = ", ".join(m.name for m in reply.team.members if m.status == "done")
        return f"by {names}, {time_taken}, {reply.tokens} tokens"
    if reply.served and reply.served.tier:
        return f"from the cache, similarity {reply.served.similarity or 1:.2f}, {time_taken}"
    return f"{reply.status}, {time_taken}, {reply.tokens} tokens"


if __name__ == "__main__":
    sys.exit(main())
