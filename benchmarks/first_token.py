"""When the first word of a reply to a step's answer is seen: judged locally, and by the model.

The same plan is gone through in several conversations with the local model. Replies that the
local judgement is sure of need no model to be judged; doubtful ones are judged by the model before
the reply is known, and its first word is there before. Of each kind: how often, the time from the
message to the reply's first word and to its last. The ratio is to the first words of the replies
that were judged locally in the same run.

    python -m benchmarks.first_token [--json] [--repeats 3]
"""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Sequence

from agents.dialogue.messages import Reply
from agents.dialogue.plan import Judge
from agents.dialogue.state import ChatState
from agents.runtime import Runtime
from agents.settings import Settings
from benchmarks.hit_vs_miss import OWNER, THRESHOLD, WAIT_SECONDS, running
from benchmarks.report import Row, parser, report

GOAL = "Plan a weekend in Lisbon"
ANSWERS = (
    ("From Friday 1 May to Sunday 3 May", "Two adults", "About 600 euros in all"),
    ("From Friday 1 May to Sunday 3 May", "My sister perhaps", "As much as a used car"),
)
"""Plain answers, and some that one has to think about; each is said to the step at hand."""


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    with running(Settings.from_env()) as runtime:
        replies = [reply for _ in range(chosen.repeats) for reply in _talked(runtime)]
    report("first_token", _rows(replies), as_json=chosen.json)


def _talked(runtime: Runtime) -> list[tuple[Judge, Reply]]:
    """Replies to answers in new conversations, each with who judged the answer."""
    found = []
    for answers in ANSWERS:
        conversation = uuid.uuid4().hex
        _say(runtime, conversation, GOAL)
        for answer in answers:
            reply = _say(runtime, conversation, answer)
            judge = _judge_of(runtime.open(conversation, OWNER), reply)
            if judge is not None:
                found.append((judge, reply))
    return found


def _say(runtime: Runtime, conversation: str, text: str) -> Reply:
    turn = runtime.send(conversation, OWNER, text, threshold=THRESHOLD, message_id=uuid.uuid4().hex)
    if not turn.wait(WAIT_SECONDS):
        raise TimeoutError(f"no reply to {text!r} within {WAIT_SECONDS:g} s")
    return turn.reply


def _judge_of(state: ChatState, reply: Reply) -> Judge | None:
    """Who judged the message that a reply is to; None where nobody did."""
    verdicts = (p.verdict for p in state.progress if p.message == reply.to)
    return next((verdict.by for verdict in verdicts if verdict is not None), None)


def _rows(replies: Sequence[tuple[Judge, Reply]]) -> list[Row]:
    local = _row("local", replies, None)
    reference = local["first_token_p50_s"]
    return [local, _row("model", replies, reference if isinstance(reference, float) else None)]


def _row(judge: Judge, replies: Sequence[tuple[Judge, Reply]], reference: float | None) -> Row:
    mine = [reply for by, reply in replies if by == judge]
    first = [reply.first_token for reply in mine if reply.first_token is not None]
    middle = statistics.median(first) if first else None
    return {
        "judged_by": judge,
        "n": len(mine),
        "first_token_p50_s": middle,
        "slowest_s": max(first, default=None),
        "whole_p50_s": statistics.median(reply.seconds for reply in mine) if mine else None,
        "ratio": middle / (reference or middle) if middle else None,
    }


if __name__ == "__main__":
    main()
