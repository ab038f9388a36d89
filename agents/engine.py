"""Engine: all of the Runtime that needs AG2, put together.

Importing this module imports every provider's library, which takes seconds; the Runtime does it
in the background, so that pages are there before.
"""

from __future__ import annotations

from typing import Final

from agents.calling import CallObserver
from agents.dialogue import prompts
from agents.dialogue.handover import HandOver
from agents.dialogue.library import Library
from agents.dialogue.rewriting import ModelRewriter
from agents.dialogue.scopes import Identity, Scopes
from agents.dialogue.session import ChatSession
from agents.dialogue.store import ConversationStore
from agents.dialogue.teaming import Team
from agents.models import identity
from agents.models.admission import Gate
from agents.models.cached import CachedModel
from agents.models.condition import ModelCondition
from agents.models.endpoints import Endpoints
from agents.models.pair_judge import PairJudge
from agents.models.resilient import ResilientModel, unobserved
from agents.models.retrying import Patience
from agents.settings import Settings
from agents.status import PartStatus
from agents.teams.desk import Desk
from cache import SemanticCache
from cache.rivals import Rivals

STATIC_PROMPTS: Final = (prompts.PLANNER, prompts.JUDGE, prompts.CHAT)


class Engine:
    """The model, and what writes and judges with it.

    Attributes:
        model: Every call of a model goes through it.
        pair_judge: Asks the model whether one answer serves two questions.
    """

    def __init__(self, settings: Settings, endpoints: Endpoints, model: ResilientModel) -> None:
        self._settings = settings
        self._endpoints = endpoints
        self.model = model
        self.pair_judge = PairJudge(model, seconds=settings.judge_seconds)

    @classmethod
    def open(cls, settings: Settings, observer: CallObserver = unobserved) -> Engine:
        """The engine that the settings and `limits.yml` in their home want; it loads nothing yet.

        Args:
            observer: Is told of every call of a model that has ended.

        Raises:
            ContentError: `limits.yml` cannot be used.
        """
        endpoints = Endpoints.of(settings, STATIC_PROMPTS)
        admission, patience = Gate.open(settings), Patience.of(settings)
        model = ResilientModel(endpoints.pool, admission, patience, observer)
        return cls(settings, endpoints, model)

    @property
    def status(self) -> PartStatus:
        """How far the model is loaded."""
        return self._endpoints.status

    async def close(self) -> None:
        """Let go of the models and their connections."""
        await self._endpoints.close()

    async def connect(self) -> None:
        """Load the model and make what calls it, before the first call needs both.

        Raises:
            RepriseError: The model cannot be had; the next call tries again.
        """
        await self.model.connect()

    def condition(self) -> ModelCondition:
        """How endpoints, queue and budgets are. May be called from any thread."""
        return self.model.condition()

    def session(
        self,
        store: ConversationStore,
        cache: SemanticCache | None,
        rivals: Rivals | None,
        team: Team,
    ) -> ChatSession:
        """What writes replies; the model may still be loading, a reply waits for it."""
        model = self.model
        known_as = Identity(identity.fingerprint(self._settings), self._settings.ttl)
        rewriter = ModelRewriter(model) if self._settings.strong_model else None
        hand_over = HandOver(self._settings.handover_webhook)
        return ChatSession(
            store,
            model,
            cache,
            Scopes(known_as, rewriter, degraded=self._settings.degraded_threshold),
            hand_over,
            rivals,
            Library.open(self._settings.templates),
            small_model=self._settings.provider == "embedded",
            team=team,
        )

    def desk(self, cache: SemanticCache | None, rivals: Rivals | None) -> Desk:
        """Where members of teams are asked; the model may still be loading."""
        known_as = Identity(identity.fingerprint(self._settings), self._settings.ttl)
        model = CachedModel(self.model, cache, rivals)
        return Desk(model, known_as, threshold=self._settings.threshold)
