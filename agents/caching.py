"""The semantic cache as the settings want it, with all that learns from what it served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from agents.auditing import asked_again
from agents.dialogue.messages import UserMessage
from agents.dialogue.state import ChatState
from agents.evidence import Evidencing
from agents.models import identity
from agents.settings import JUDGE, Settings
from cache import Limits, SemanticCache, load_embedder
from cache.audits import AnswerAuditor, ReAsking, Sampling
from cache.calibration import GUARDED, VERIFIED
from cache.chat_judge import AskModel, Budget, JudgeVerifier
from cache.guards import DEFAULT_GUARDS, refusal
from cache.pair_model import PairVerifier
from cache.rivals import Rivals
from cache.verifier import Verifier, load_default_verifier, load_verifier

CACHE_FOLDER: Final = "cache"
DEFAULT_VERIFIER: Final = "default"
MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Caching:
    """The open cache and what learns from it.

    Attributes:
        rivals: Raise the thresholds that evidence chose.
        evidencing: What thresholds cost.
        auditor: Chooses answers to check, and compares.
        reasking: Tells questions that are asked again.
        verifier: Judges close questions; None: nothing does.
    """

    cache: SemanticCache
    rivals: Rivals
    evidencing: Evidencing
    auditor: AnswerAuditor
    reasking: ReAsking
    verifier: Verifier | None

    @classmethod
    def open(cls, settings: Settings, ask: AskModel) -> Caching:
        """Open the cache.

        Args:
            ask: Asks the chat model about a pair of questions, for the verifier "judge"; called
                in threads of the judge's own.

        Raises:
            CacheError: It cannot be opened, or its models cannot be loaded.
        """
        folder = settings.home / CACHE_FOLDER
        embedder = load_embedder(folder)
        verifier = _verifier(settings, ask)
        _warm_up(verifier)
        cache = SemanticCache.open(folder, embedder, verifier=verifier, limits=_limits(settings))
        experience = GUARDED if verifier is None else VERIFIED
        return cls(
            cache,
            Rivals(cache, embedder),
            Evidencing(cache, settings.error_budget, experience),
            AnswerAuditor(embedder, Sampling(settings.audit_share)),
            ReAsking(embedder),
            verifier,
        )

    def close(self) -> None:
        """Keep what was written, and let go of the files and of the judge's threads."""
        self.cache.close()
        if isinstance(self.verifier, JudgeVerifier):
            self.verifier.close()

    def learn(self, state: ChatState, message: UserMessage) -> None:
        """Label an answer of the cache that was of no use: its question is asked again at once.

        Args:
            state: After the message.

        Raises:
            CacheError: The questions cannot be compared, or the label cannot be stored.
        """
        lookup = asked_again(state, message, self.reasking)
        if lookup:
            self.cache.label(lookup, good=False, source="reask")


def on_loop(
    loop: asyncio.AbstractEventLoop,
    same: Callable[[str, str], Coroutine[Any, Any, bool | None]],
    seconds: float,
) -> AskModel:
    """What asks on an event loop, from any other thread.

    It ends by itself, with a TimeoutError, even where the loop has stopped meanwhile.

    Args:
        same: Asks the model about a pair; on the loop.
        seconds: Longest wait, above 0.
    """

    def ask(asked: str, stored: str) -> bool | None:
        judging = asyncio.run_coroutine_threadsafe(same(asked, stored), loop)
        try:
            return judging.result(seconds)
        finally:
            judging.cancel()

    return ask


def _verifier(settings: Settings, ask: AskModel) -> Verifier | None:
    if settings.verifier == JUDGE:
        return JudgeVerifier(
            f"{JUDGE}/{identity.name(settings)}",
            ask,
            budget=Budget(per_day=settings.judge_per_day),
            timeout=settings.judge_seconds,
        )
    if settings.verifier == DEFAULT_VERIFIER:
        return load_default_verifier()
    return load_verifier(settings.verifier)


def _warm_up(verifier: Verifier | None) -> None:
    """Read the guards' lexicon and load the pair model now, not in somebody's first lookup."""
    refusal(DEFAULT_GUARDS, "Is it open on Monday?", "Is it closed on Monday?")
    if isinstance(verifier, PairVerifier):
        verifier.warm()


def _limits(settings: Settings) -> Limits:
    return Limits(
        entries=settings.cache_entries or None,
        bytes=settings.cache_megabytes * MEGABYTE or None,
    )
