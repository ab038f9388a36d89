"""Handing a conversation to a person: somebody is told, over a webhook of the operator's."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from agents.dialogue import summary
from agents.dialogue.language import language_of
from agents.dialogue.state import ChatState
from agents.errors import DeliveryError, HandOverError
from agents.webhook import PAUSES, TIMEOUT_SECONDS, Webhook

logger = logging.getLogger(__name__)

VERSION: Final = 1


class HandOver:
    """Tells a person about a conversation.

    Args:
        webhook: An http or https address that takes JSON; "" where there is nobody to tell. It
            may carry a secret: neither logs nor errors show more of it than its host.
        timeout: Longest wait for an answer, seconds.
        pauses: Seconds before each further try.
    """

    def __init__(
        self,
        webhook: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._webhook = Webhook(webhook, timeout=timeout, pauses=pauses) if webhook else None

    async def notify(self, state: ChatState) -> bool:
        """Post what the conversation has gathered; tried again where nobody can have got it.

        Returns:
            Whether somebody was told; False where there is no address.

        Raises:
            HandOverError: The address did not take it.
        """
        if self._webhook is None:
            return False
        body = payload(state, time.time())
        try:
            await self._webhook.post(body)
        except DeliveryError as error:
            logger.warning("hand-over %s: %s %s", body["id"], error.host, error.problem)
            raise HandOverError(error.host, error.problem) from error
        logger.info("conversation %s was handed over as %s", state.id, body["id"])
        return True


def payload(state: ChatState, now: float) -> Mapping[str, Any]:
    """What is posted: ``format``, ``version``, ``id`` (of this hand-over), ``at`` (ISO 8601),
    ``conversation`` (its id), ``goal``, ``summary`` (as its JSON), and ``text``, the summary as
    Markdown, which is what chat services show.
    """
    gathered = summary.of(state)
    return {
        "format": "reprise-hand-over",
        "version": VERSION,
        "id": uuid.uuid4().hex,
        "at": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "conversation": state.id,
        "goal": state.goal,
        "summary": gathered.record(),
        "text": gathered.markdown(language_of(state.goal)),
    }
