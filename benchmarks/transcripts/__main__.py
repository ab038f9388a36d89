"""Ten goals of everyday life, run to their end with the model that is set, and written down.

    python -m benchmarks.transcripts [--goals lisbon run ...] [--out docs/transcripts] [--again]
        [--json]

Each person in ``benchmarks/goals`` has a goal, knows things, and has habits; they never see the
plan (`benchmarks.transcripts.person`). A transcript that is there already is kept, unless
``--again`` is given. Progress goes to standard error; the figures of the goals that were run are
printed at the end.
"""

from __future__ import annotations

import sys
import time
import uuid
from pathlib import Path

from agents.dialogue import events
from agents.dialogue.messages import UserMessage
from agents.dialogue.state import ChatState
from agents.runtime import Runtime
from agents.settings import Settings
from benchmarks.hit_vs_miss import running
from benchmarks.report import Row, parser, report
from benchmarks.transcripts.person import Conversation, Heard, Person, Said, read
from benchmarks.transcripts.writing import Exchange, figures, page
from cache import SemanticCache

GOALS = Path(__file__).parent.parent / "goals"
OWNER = "transcripts"
MOST_TURNS = 20
WAIT_SECONDS = 600.0


def main() -> None:
    """Run the goals that are asked for, and print their figures."""
    options = parser(__doc__ or "")
    options.add_argument("--goals", nargs="+", default=[], help="names of files in goals/; all")
    options.add_argument("--out", type=Path, default=Path("docs/transcripts"))
    options.add_argument("--again", action="store_true", help="also those written already")
    chosen = options.parse_args()
    paths = [GOALS / f"{name}.yml" for name in chosen.goals] or sorted(GOALS.glob("*.yml"))
    todo = [path for path in paths if chosen.again or not (chosen.out / f"{path.stem}.md").exists()]
    chosen.out.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    with running(Settings.from_env()) as runtime:
        for path in todo:
            _tell(f"{path.stem}: begins")
            person = read(path)
            exchanges = talk(runtime, person)
            (chosen.out / f"{path.stem}.md").write_text(page(person, exchanges), "utf-8")
            rows.append({"goal": path.stem, **figures(exchanges)})
            _tell(f"{path.stem}: {rows[-1]}")
    report("transcripts", rows, as_json=chosen.json)


def talk(runtime: Runtime, person: Person) -> list[Exchange]:
    """A conversation from the person's goal to its end, at most 20 messages."""
    conversation = uuid.uuid4().hex
    talking = Conversation(person, _cache(runtime).embed)
    exchanges: list[Exchange] = []
    says = talking.first()
    while len(exchanges) < MOST_TURNS:
        _tell(f"  {says.because}: {says.text}")
        exchanges.append(_exchange(runtime, conversation, says))
        if says.because == "farewell":
            break
        says = talking.reply(heard(exchanges[-1].after))
    return exchanges


def heard(state: ChatState) -> Heard:
    """What somebody understands who reads the assistant's last reply."""
    step = state.step
    return Heard(
        question=step.description if step else "",
        optional=bool(step and step.optional),
        # Agreeing to the plan is no question that waits: the reply goes on to the first step.
        offered=state.offer not in (None, "approve_plan"),
        finished=state.finished,
    )


def _exchange(runtime: Runtime, conversation: str, says: Said) -> Exchange:
    so_far = runtime.travel.store.events(conversation, OWNER) if says.because != "goal" else ()
    turn = runtime.send(
        conversation,
        OWNER,
        says.text,
        threshold=runtime.settings.threshold,
        message_id=uuid.uuid4().hex,
    )
    if not turn.wait(WAIT_SECONDS):
        raise TimeoutError(f"no reply to {says.text!r} within {WAIT_SECONDS:g} s")
    if turn.reply.failure:
        raise RuntimeError(f"{says.text!r} failed: {turn.reply.failure.message}")
    state, happened = _replayed(runtime, conversation, len(so_far))
    message = next(m for m in reversed(state.messages) if isinstance(m, UserMessage))
    return Exchange(says.because, message, turn.reply, happened, state)


def _replayed(
    runtime: Runtime, conversation: str, begin: int
) -> tuple[ChatState, tuple[tuple[events.Event, ChatState], ...]]:
    """The conversation's state, and what happened from an event on."""
    store = runtime.travel.store
    told = store.events(conversation, OWNER)
    state = store.folded(ChatState(id=conversation, owner=OWNER), told[:begin])
    happened: list[tuple[events.Event, ChatState]] = []
    for event in told[begin:]:
        happened.append((event, state))
        state = store.folded(state, [event])
    return state, tuple(happened)


def _cache(runtime: Runtime) -> SemanticCache:
    """The cache, as soon as it is loaded."""
    runtime.load()
    until = time.monotonic() + WAIT_SECONDS
    while runtime.cache is None:
        if time.monotonic() > until:
            raise TimeoutError(f"the cache was not there within {WAIT_SECONDS:g} s")
        time.sleep(0.05)
    return runtime.cache


def _tell(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
