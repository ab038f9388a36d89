"""Handing a conversation to a person: somebody is told, over a webhook of the operator's."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from agents.dialogue import summary
from agents.dialogue.language import language_of
from agents.dialogue.state import ChatState
from agents.errors import HandOverError

logger = logging.getLogger(__name__)

VERSION: Final = 1
TIMEOUT_SECONDS: Final = 10.0
PAUSES: Final = (0.5, 2.0)
"""Seconds before each further try."""


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
        self._webhook = webhook
        self._timeout = timeout
        self._pauses = pauses

    async def notify(self, state: ChatState) -> bool:
        """Post what the conversation has gathered; tried again where nobody can have got it.

        Returns:
            Whether somebody was told; False where there is no address.

        Raises:
            HandOverError: The address did not take it.
        """
        if not self._webhook:
            return False
        body = payload(state, time.time())
        with _unlogged(self._webhook):
            await self._deliver(body)
        logger.info("conversation %s was handed over as %s", state.id, body["id"])
        return True

    async def _deliver(self, body: Mapping[str, Any]) -> None:
        host = httpx.URL(self._webhook).host
        problem = ""
        async with httpx.AsyncClient(timeout=self._timeout) as client:
            for pause in (0.0, *self._pauses):
                await asyncio.sleep(pause)
                try:
                    answer = await self._post(client, body)
                except httpx.TimeoutException as error:
                    # It may have arrived: a further try could tell somebody twice.
                    waited = f"did not answer within {self._timeout:g} s"
                    raise HandOverError(host, waited) from error
                except httpx.TransportError:
                    problem = "could not be reached"
                    continue
                if answer.is_success:
                    return
                problem = f"answered with status {answer.status_code}"
                if not answer.is_server_error:
                    break
        logger.warning("hand-over %s: %s %s", body["id"], host, problem)
        raise HandOverError(host, problem)

    async def _post(self, client: httpx.AsyncClient, body: Mapping[str, Any]) -> httpx.Response:
        # The same key in every try: a receiver that knows it takes them for one.
        return await client.post(
            self._webhook, json=body, headers={"Idempotency-Key": str(body["id"])}
        )


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


@contextmanager
def _unlogged(webhook: str) -> Iterator[None]:
    """Keep the address out of the HTTP library's own log, which shows whole ones."""
    address = str(httpx.URL(webhook))

    def is_another(record: logging.LogRecord) -> bool:
        return address not in record.getMessage()

    log = logging.getLogger("httpx")
    log.addFilter(is_another)
    try:
        yield
    finally:
        log.removeFilter(is_another)
