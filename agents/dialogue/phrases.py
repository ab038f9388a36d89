"""The assistant's own sentences, in the languages it has them in.

They are in `texts/<language>.yml`, several wordings of each kind, so that nobody is told the same
sentence twice. What is filled in is data: braces in it mean nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Annotated, Final, Literal, get_args

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from agents.dialogue.difference import PlanDifference
from agents.dialogue.language import Language, language_of
from agents.dialogue.messages import Mood
from agents.dialogue.plan import Plan, Progress, Step
from agents.errors import ContentError

Kind = Literal[
    "hello", "hello_again", "welcome_back", "thanks", "goodbye",
    "plan", "plan_hint", "template_chosen", "template_said", "free_chat", "refused_goal",
    "not_planned", "plan_approved", "already_known",
    "step", "step_optional", "back", "clarify", "rephrase", "offer_examples", "heard", "noted",
    "noted_too", "skipped", "skip_needed", "skip_needed_for", "left_open",
    "hand_over_offer", "handed_over", "handed_over_export", "hand_over_failed",
    "done", "done_open", "summary",
    "corrected", "corrected_reopens", "correction_cancelled", "nothing_to_cancel",
    "which_change", "change_asked",
    "offer_stop_plan", "plan_stopped", "plan_kept", "offer_start_over", "started_over",
    "went_back", "nothing_before",
    "where", "where_finished", "where_done", "where_current", "where_open", "where_skipped",
    "where_reopened", "no_plan_yet",
    "recall", "recall_nothing", "forgotten", "forget_what", "nothing_to_forget",
    "new_goal", "kept_steps", "added_steps", "removed_steps", "changed_steps",
    "offer_shorter_plan", "shortened", "offer_declined",
    "opening_confused", "opening_frustrated",
    "offer_team", "team_what", "ask_team",
    "join", "join_or", "quote",
]  # fmt: skip
"""What a sentence is for."""

FILLED_IN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {kind: frozenset(names.split()) for names, kinds in (
        ("titles", "plan already_known noted_too done_open corrected_reopens which_change "
                   "kept_steps added_steps removed_steps changed_steps shortened"),
        ("title", "template_chosen skip_needed left_open went_back where_current where_open "
                  "where_skipped where_reopened"),
        ("title titles", "skip_needed_for"),
        ("title answer", "where_done"),
        ("number total", "where"),
        ("number total title", "welcome_back"),
        ("number total question", "step step_optional"),
        ("number question", "hello_again back"),
        ("wanted question", "clarify"),
        ("title wanted", "rephrase"),
        ("examples", "offer_examples"),
        ("name old new", "corrected"),
        ("name value", "correction_cancelled"),
        ("title question", "change_asked"),
        ("name", "forgotten"),
        ("names", "forget_what"),
        ("first last", "join join_or"),
        ("text", "quote"),
    ) for kind in kinds.split()}
)  # fmt: skip
"""What each kind of sentence has filled in; nothing where it is not named."""
REPEATED_MOST: Final = ("clarify", "rephrase", "offer_examples", "skip_needed", "back")
"""Kinds that a person may be told three times about one step."""
FEWEST_WORDINGS_REPEATED: Final = 3
LONGEST_SAID: Final = 80

_TEXTS: Final = Path(__file__).parent / "texts"
_SCHEMA: Final[TypeAdapter[dict[Kind, list[str]]]] = TypeAdapter(
    dict[
        Kind,
        Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1, max_length=5)],
    ]
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences that come from the plan and not from a model, in one language.

    Wherever `said` is given, it is what the assistant said before in this conversation, oldest
    first: a wording that does not occur in it is taken.
    """

    language: Language
    wordings: Mapping[Kind, tuple[str, ...]]

    def pick(self, kind: Kind, said: Collection[str] = (), **values: object) -> str:
        """A sentence of this kind: the first wording that was not said yet, else the one that
        was said longest ago.

        Args:
            values: What is filled in, by the names in `FILLED_IN`.
        """
        sentences = [wording.format(**values) for wording in self.wordings[kind]]
        return min(sentences, key=lambda sentence: _last_said(sentence, said))

    def ask(self, number: int, total: int, step: Step, said: Collection[str] = ()) -> str:
        """The question of a step when it is reached; an optional one may be skipped."""
        kind: Kind = "step_optional" if step.optional else "step"
        return self.pick(kind, said, number=number, total=total, question=step.description)

    def resume(self, number: int, step: Step, said: Collection[str] = ()) -> str:
        """The way back to a step after something else."""
        return self.pick("back", said, number=number, question=step.description)

    def explain(self, step: Step, said: Collection[str] = ()) -> str:
        """What a step needs."""
        return self.pick("clarify", said, wanted=_wanted(step), question=step.description)

    def ask_otherwise(self, step: Step, said: Collection[str] = ()) -> str:
        """What a step needs, in another frame than its question."""
        return self.pick("rephrase", said, title=step.title, wanted=_wanted(step))

    def exemplify(self, step: Step, said: Collection[str] = ()) -> str:
        """Answers that a step could be given; it has `examples`."""
        quoted = [self.pick("quote", text=example) for example in step.examples]
        return self.pick("offer_examples", said, examples=self.either(quoted))

    def keep_needed(
        self, step: Step, dependents: Sequence[Step], said: Collection[str] = ()
    ) -> str:
        """Why a step should not be skipped.

        Args:
            dependents: The steps that build on it.
        """
        if not dependents:
            return self.pick("skip_needed", said, title=step.title)
        return self.pick("skip_needed_for", said, title=step.title, titles=self.titles(dependents))

    def overview(self, plan: Plan, progress: Sequence[Progress], said: Collection[str] = ()) -> str:
        """Where the conversation is: every step with its answer, as a Markdown list."""
        now = next((n for n, p in enumerate(progress, 1) if p.status == "current"), None)
        lead = (
            self.pick("where_finished", said)
            if now is None
            else self.pick("where", said, number=now, total=len(plan.steps))
        )
        lines = (
            f"{number}. {self._line(step, done)}"
            for number, (step, done) in enumerate(zip(plan.steps, progress, strict=True), 1)
        )
        return "\n".join((f"{lead}\n", *lines))

    def known(self, facts: Mapping[str, str], said: Collection[str] = ()) -> str:
        """What is known of the user, as a Markdown list.

        Args:
            facts: Values by their names; may be empty.
        """
        if not facts:
            return self.pick("recall_nothing", said)
        return f"{self.pick('recall', said)}\n\n{listed(facts)}"

    def changes(self, changed: PlanDifference, said: Collection[str] = ()) -> str:
        """What is different in a plan, in sentences; "" where nothing is."""
        parts: tuple[tuple[Kind, Sequence[Step]], ...] = (
            ("kept_steps", () if changed.nothing else changed.kept),
            ("changed_steps", changed.changed),
            ("added_steps", changed.added),
            ("removed_steps", changed.removed),
        )
        return " ".join(
            self.pick(kind, said, titles=self.titles(steps)) for kind, steps in parts if steps
        )

    def opening(self, mood: Mood, said: Collection[str] = ()) -> str:
        """How a sentence to somebody in this mood begins; "" where nothing needs to be said."""
        kinds: Mapping[Mood, Kind] = {
            Mood.CONFUSED: "opening_confused",
            Mood.FRUSTRATED: "opening_frustrated",
        }
        return self.pick(kinds[mood], said) if mood in kinds else ""

    def titles(self, steps: Sequence[Step]) -> str:
        """The titles of the steps, as a list within a sentence."""
        return self.all_of([step.title for step in steps])

    def all_of(self, words: Sequence[str]) -> str:
        """The words as in: A, B and C."""
        return self._joined("join", words)

    def either(self, words: Sequence[str]) -> str:
        """The words as in: A, B or C."""
        return self._joined("join_or", words)

    def _joined(self, kind: Kind, words: Sequence[str]) -> str:
        *first, last = words
        return self.pick(kind, first=", ".join(first), last=last) if first else last

    def _line(self, step: Step, progress: Progress) -> str:
        match progress.status:
            case "done":
                return self.pick("where_done", title=step.title, answer=_on_a_line(progress.said))
            case "current":
                return self.pick("where_current", title=step.title)
            case "skipped":
                return self.pick("where_skipped", title=step.title)
            case "reopened":
                return self.pick("where_reopened", title=step.title)
            case "open":
                return self.pick("where_open", title=step.title)


@cache
def phrases(language: Language) -> Phrases:
    """The sentences in a language, read once.

    Raises:
        ContentError: The file cannot be used.
    """
    return load(_TEXTS / f"{language}.yml", language)


def phrases_for(text: str) -> Phrases:
    """The sentences in a text's language."""
    return phrases(language_of(text))


def load(path: Path, language: Language) -> Phrases:
    """The sentences in a file.

    Raises:
        ContentError: It is no YAML, a kind is missing or unknown, or a wording has other names
            to fill in than its kind.
    """
    try:
        wordings = _SCHEMA.validate_python(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise ContentError(path, "", f"cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ContentError(
            path, str(first["loc"][0] if first["loc"] else ""), first["msg"]
        ) from error
    _check(path, wordings)
    return Phrases(language, MappingProxyType({k: tuple(w) for k, w in wordings.items()}))


def _check(path: Path, wordings: Mapping[Kind, Sequence[str]]) -> None:
    for kind in get_args(Kind):
        if kind not in wordings:
            raise ContentError(path, kind, "is missing")
        if kind in REPEATED_MOST and len(wordings[kind]) < FEWEST_WORDINGS_REPEATED:
            raise ContentError(path, kind, f"has fewer than {FEWEST_WORDINGS_REPEATED} wordings")
        for wording in wordings[kind]:
            _check_names(path, kind, wording)


def _check_names(path: Path, kind: str, wording: str) -> None:
    """Refuse a wording that has other names to fill in than its kind.

    Raises:
        ContentError: It has, or its braces do not close.
    """
    try:
        found = {name for _, name, *_ in Formatter().parse(wording) if name is not None}
    except ValueError as error:
        raise ContentError(path, kind, f"cannot be filled in ({error}): {wording!r}") from error
    wanted = FILLED_IN.get(kind, frozenset())
    if found != wanted:
        names = ", ".join(sorted(wanted)) or "nothing"
        raise ContentError(path, kind, f"is to have {names} filled in: {wording!r}")


def listed(facts: Mapping[str, str]) -> str:
    """Facts as a Markdown list; "" where there are none."""
    lines = (f"- **{name}:** {' '.join(value.split())}" for name, value in facts.items())
    return "\n".join(lines)


def _last_said(sentence: str, said: Collection[str]) -> int:
    """When a sentence was said last, from 1; 0 for never."""
    return max((when for when, text in enumerate(said, 1) if sentence in text), default=0)


def _wanted(step: Step) -> str:
    return step.expected_response.strip().rstrip(".")


def _on_a_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SAID else f"{line[: LONGEST_SAID - 1]}…"
