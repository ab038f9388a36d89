"""Engine: all of the Runtime that needs AG2, put together.

Importing this module imports every provider's library, which takes seconds; the Runtime does it
in the background, so that pages are there before.
"""

from __future__ import annotations

from typing import Final

from agents.dialogue import prompts
from agents.dialogue.handover import HandOver
from agents.dialogue.library import Library
from agents.dialogue.rewriting import ModelRewriter
from agents.dialogue.scopes import Identity, Scopes
from agents.dialogue.session import ChatSession
from agents.dialogue.store import ConversationStore
from agents.errors import RepriseError
from agents.models import identity
from agents.models.condition import ModelCondition
from agents.models.failures import explain_failure
from agents.models.loading import ModelLoader
from agents.models.pair_judge import PairJudge
from agents.models.pending import PendingModel
from agents.settings import Settings
from cache import SemanticCache
from cache.rivals import Rivals

STATIC_PROMPTS: Final = (prompts.PLANNER, prompts.JUDGE, prompts.CHAT)


class Engine:
    """The model, and what writes and judges with it.

    Attributes:
        pair_judge: Asks the model whether one answer serves two questions.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.model = ModelLoader(settings, STATIC_PROMPTS)
        self._pending = PendingModel(
            self.model.provider, self.model.name, self.model.config, self._explained
        )
        self.pair_judge = PairJudge(self._pending, seconds=settings.judge_seconds)

    async def connect(self) -> None:
        """Load the model and make what calls it, before the first call needs both.

        Raises:
            RepriseError: The model cannot be had; the next call tries again.
        """
        await self._pending.connect()

    def condition(self) -> ModelCondition | None:
        """How endpoints, queue and budgets are; None where that is not known."""
        return None

    def session(
        self, store: ConversationStore, cache: SemanticCache | None, rivals: Rivals | None
    ) -> ChatSession:
        """What writes replies; the model may still be loading, a reply waits for it."""
        model = self._pending
        known_as = Identity(identity.fingerprint(self._settings), self._settings.ttl)
        rewriter = ModelRewriter(model) if self._settings.strong_model else None
        hand_over = HandOver(self._settings.handover_webhook)
        return ChatSession(
            store,
            model,
            cache,
            Scopes(known_as, rewriter),
            hand_over,
            rivals,
            Library.open(self._settings.templates),
            small_model=self._settings.provider == "embedded",
        )

    def _explained(self, error: Exception) -> RepriseError:
        return explain_failure(error, self._settings)
