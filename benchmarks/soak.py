"""What bad days cost: many conversations at once with a model that fails, over real HTTP.

Every conversation says what people say: a greeting, a goal, answers to the plan, questions. The
model has two addresses. Of the requests to each, one in ten meets a fault, all kinds in turn: an
error, "too many", "unavailable", no answer at all, a trickle, a cut before and in the middle,
garbage, broken events, an empty answer. For the middle third of the turns the second address is
gone altogether. At the end the database is read anew: which messages are in it, and how each reply
ended. Then messages are sent without faults until every breaker is closed, which is counted too.

    python -m benchmarks.soak [--json] [--conversations 20] [--messages 10] [--every 10]
"""

from __future__ import annotations

import statistics
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from agents.dialogue.machine import machine
from agents.dialogue.messages import Reply, UserMessage
from agents.dialogue.store import ConversationStore
from agents.models.condition import ModelCondition
from agents.runtime import DATABASE_FILE, Runtime
from agents.settings import Settings
from benchmarks.hit_vs_miss import running
from benchmarks.report import Row, parser, report
from tests.support.faults import FAULTS, Faulty
from tests.support.scripted_model import Reply as Scripted
from tests.support.scripted_model import Request, Rule, ScriptedModel
from tests.support.serving import serving

THRESHOLD = 0.9
WAIT_SECONDS = 120.0
HEALING_SECONDS = 90.0
HEALING_PAUSE_SECONDS = 0.5
PLACES = (
    "Lisbon", "Oslo", "Quito", "Hanoi", "Perth", "Accra", "Riga", "Lima", "Cork", "Turin",
    "Kyoto", "Bergen", "Porto", "Dakar", "Split", "Cusco", "Tromso", "Malmo", "Ghent", "Graz",
)  # fmt: skip
SAYINGS = (
    "Hello!",
    "Plan a trip to {place}",
    "About 900 euros",
    "In the first week of May",
    "What is {place} famous for?",
    "And what does that cost there?",
    "How long is the flight from Berlin to {place}?",
    "Which dishes should one try in {place}?",
    "Tell me more about the second one",
    "What is the weather in {place} like in May?",
)
PLAN = {
    "steps": [
        {
            "title": title,
            "description": question,
            "expected_response": expected,
            "success_criteria": f"{expected} is named",
            "fallback": "clarify",
        }
        for title, question, expected in (
            ("Budget", "What is your budget?", "an amount of money"),
            ("Dates", "When do you want to go?", "a date"),
        )
    ]
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a soak.

    Attributes:
        replies: The replies to all messages, as the database has them.
        lost: Messages that are not in the database exactly once, word for word.
        unended: Replies that have not ended.
        opened: Names of the endpoints whose breaker was seen open.
        condition: The ways to the model after the last message.
        healing: Messages without faults until every breaker was closed.
        faults: How many requests met each fault.
        requests: How many requests there were before those without faults.
    """

    replies: tuple[Reply, ...]
    lost: int
    unended: int
    opened: frozenset[str]
    condition: ModelCondition
    healing: int
    faults: Counter[str]
    requests: int

    @property
    def closed(self) -> bool:
        """Whether all breakers are."""
        return all(each.breaker == "closed" for each in self.condition.endpoints)

    @property
    def survived(self) -> bool:
        """Whether nothing was lost, and all is well again."""
        return not self.lost and not self.unended and self.closed


class Address:
    """A scripted model on one port, which can go away and come back."""

    def __init__(self, app: Faulty) -> None:
        self.app = app
        self._port = 0
        self._serving = ExitStack()

    @property
    def url(self) -> str:
        """What a client is given."""
        return f"http://127.0.0.1:{self._port}/v1"

    def come(self) -> None:
        """Take requests."""
        self._port = urlsplit(self._serving.enter_context(serving(self.app, self._port))).port or 0

    def go(self) -> None:
        """Take none, and break those under way."""
        self._serving.close()


Addresses = tuple[Address, Address]


class Conversation:
    """One conversation of one user, whose messages are sent one after the other."""

    def __init__(self, number: int) -> None:
        self.id = uuid.uuid4().hex
        self.owner = f"user {number // 2}"
        self.sent: dict[str, str] = {}
        self._place = PLACES[number % len(PLACES)]

    def say(self, runtime: Runtime, saying: str) -> None:
        """Send a message, and wait until its reply has ended."""
        message_id, text = uuid.uuid4().hex, saying.format(place=self._place)
        turn = runtime.send(self.id, self.owner, text, threshold=THRESHOLD, message_id=message_id)
        self.sent[message_id] = text
        turn.wait(WAIT_SECONDS)


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--conversations", type=int, default=20)
    options.add_argument("--messages", type=int, default=10)
    options.add_argument("--every", type=int, default=10)
    chosen = options.parse_args()
    patient = Settings(timeout=2.0, deadline=20.0, parallel=4, audit_share=0.0)
    with (
        two_addresses(chosen.every) as addresses,
        running(towards(addresses, patient)) as runtime,
    ):
        outcome = soak(runtime, addresses, chosen.conversations, chosen.messages)
    report("soak", [_row(outcome)], as_json=chosen.json)
    report("soak: endpoints", _endpoints(outcome.condition), as_json=chosen.json)
    report("soak: faults", _faults(outcome), as_json=chosen.json)
    report("soak: replies that failed", _failures(outcome), as_json=chosen.json)
    sys.exit(0 if outcome.survived else 1)


def soak(
    runtime: Runtime,
    addresses: Addresses,
    conversations: int,
    messages: int,
    *,
    outage: bool = True,
) -> Outcome:
    """Talk with faults, heal without, close, and read what was kept.

    Args:
        outage: Whether the second address is gone for a while.
    """
    talks = [Conversation(number) for number in range(conversations)]
    opened = _talk(runtime, talks, messages, addresses[1] if outage else None)
    requests = sum(each.app.requests for each in addresses)
    for address in addresses:
        address.app.stop()
    healing = _heal(runtime)
    condition = _condition(runtime)
    runtime.close()
    replies, lost = _read_anew(runtime.settings, talks)
    return Outcome(
        replies=replies,
        lost=lost,
        unended=sum(reply.status == "writing" for reply in replies),
        opened=opened,
        condition=condition,
        healing=healing,
        faults=sum((each.app.met for each in addresses), Counter()),
        requests=requests,
    )


def towards(addresses: Addresses, settings: Settings) -> Settings:
    """The settings with these addresses of the model."""
    first, second = addresses
    return replace(
        settings,
        provider="openai",
        model="scripted",
        api_key="soak",
        base_url=first.url,
        replicas=(second.url,),
    )


@contextmanager
def two_addresses(every: int) -> Iterator[Addresses]:
    """Two scripted models that answer at once, and fail now and then.

    Args:
        every: Of so many requests one meets a fault.
    """
    halves = (0, len(FAULTS) // 2)
    app = ScriptedModel(_rules()).app()
    first, second = (Address(Faulty(app, every=every, first=half)) for half in halves)
    with ExitStack() as open_addresses:
        for address in (first, second):
            open_addresses.callback(address.go)
            address.come()
        yield first, second


def _rules() -> list[Rule]:
    return [
        Rule(schema="Plan", reply=Scripted.json(PLAN)),
        Rule(when=lambda request: request.schema is not None, reply=Scripted('{"data": true}')),
        Rule(reply=_answer),
    ]


def _answer(request: Request) -> Scripted:
    about = " ".join(request.last.split()[:12])
    return Scripted(f"There is much to say about that. Briefly: {about}", delay=0.002)


def _talk(
    runtime: Runtime, talks: Sequence[Conversation], messages: int, unsteady: Address | None
) -> frozenset[str]:
    """All conversations at once, in thirds; one address may be gone for the one in the middle.

    Returns:
        Names of the endpoints whose breaker was open after a third.
    """
    sayings = [SAYINGS[number % len(SAYINGS)] for number in range(messages)]
    opened: set[str] = set()
    for third in range(3):
        part = sayings[third * messages // 3 : (third + 1) * messages // 3]
        if unsteady is not None and third == 1:
            unsteady.go()
        with ThreadPoolExecutor(len(talks)) as threads:
            list(threads.map(lambda talk, said=part: _say_all(runtime, talk, said), talks))
        if unsteady is not None and third == 1:
            unsteady.come()
        opened |= {one.name for one in _condition(runtime).endpoints if one.breaker != "closed"}
    return frozenset(opened)


def _say_all(runtime: Runtime, talk: Conversation, sayings: Sequence[str]) -> None:
    for saying in sayings:
        talk.say(runtime, saying)


def _heal(runtime: Runtime) -> int:
    """Send messages until every breaker is closed, for a while; returns how many it took."""
    until = time.monotonic() + HEALING_SECONDS
    sent = 0
    while (resting := _resting(runtime)) and time.monotonic() < until:
        time.sleep(max(*resting, HEALING_PAUSE_SECONDS))
        Conversation(0).say(runtime, f"What is the number {sent} good for?")
        sent += 1
    return sent


def _resting(runtime: Runtime) -> list[float]:
    """Of each endpoint whose breaker is not closed: the seconds until it may be asked."""
    endpoints = _condition(runtime).endpoints
    return [each.retry_in for each in endpoints if each.breaker != "closed"]


def _condition(runtime: Runtime) -> ModelCondition:
    condition = runtime.condition()
    if condition is None:
        raise RuntimeError("there is no model")
    return condition


def _read_anew(settings: Settings, talks: Sequence[Conversation]) -> tuple[tuple[Reply, ...], int]:
    """The replies to what was sent, and how many messages the database does not have once."""
    store = ConversationStore.open(settings.home / DATABASE_FILE, machine())
    replies: list[Reply] = []
    lost = 0
    for talk in talks:
        said = store.load(talk.id, talk.owner).messages
        heard = Counter((m.id, m.text) for m in said if isinstance(m, UserMessage))
        lost += sum(heard[sent] != 1 for sent in talk.sent.items())
        replies += [m for m in said if isinstance(m, Reply) and m.to in talk.sent]
    store.close()
    return tuple(replies), lost


def _row(outcome: Outcome) -> Row:
    status = Counter(reply.status for reply in outcome.replies)
    seconds = sorted(reply.seconds for reply in outcome.replies)
    return {
        "turns": len(outcome.replies),
        "messages_lost": outcome.lost,
        "replies_unended": outcome.unended,
        "complete": status["complete"],
        "failed": status["failed"],
        "requests": outcome.requests,
        "faults": outcome.faults.total(),
        "breakers_opened": len(outcome.opened),
        "all_closed": outcome.closed,
        "healing_turns": outcome.healing,
        "p50_s": statistics.median(seconds),
        "p95_s": seconds[int(0.95 * (len(seconds) - 1))],
    }


def _endpoints(condition: ModelCondition) -> list[Row]:
    return [
        {
            "endpoint": number,
            "calls": each.calls,
            "failures": each.failures,
            "breaker": each.breaker,
            "last_failure": each.last_failure,
        }
        for number, each in enumerate(condition.endpoints, start=1)
    ]


def _faults(outcome: Outcome) -> list[Row]:
    return [{"fault": name, "met": outcome.faults[name]} for name in FAULTS]


def _failures(outcome: Outcome) -> list[Row]:
    failed = Counter(reply.failure.message for reply in outcome.replies if reply.failure)
    return [{"replies": count, "failure": message} for message, count in failed.most_common()]


if __name__ == "__main__":
    main()
