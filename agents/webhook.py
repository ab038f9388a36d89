"""Webhooks: JSON posted to an address of the operator's, which may carry a secret."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import httpx

from agents.errors import DeliveryError

TIMEOUT_SECONDS: Final = 10.0
PAUSES: Final = (0.5, 2.0)
"""Seconds before each further try."""


class Webhook:
    """Posts to one address. Neither logs nor errors show more of it than its host.

    Args:
        address: An http or https address that takes JSON.
        timeout: Longest wait for an answer, seconds.
        pauses: Seconds before each further try.
    """

    def __init__(
        self,
        address: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._address = address
        self._timeout = timeout
        self._pauses = pauses

    async def post(self, body: Mapping[str, Any]) -> None:
        """Post; tried again where nobody can have got it.

        Args:
            body: Its "id" is the same in every try: a receiver that knows it takes them for one.

        Raises:
            DeliveryError: The address did not take it.
        """
        host = httpx.URL(self._address).host
        problem = ""
        with _unlogged(self._address):
            async with httpx.AsyncClient(timeout=self._timeout) as client:
                for pause in (0.0, *self._pauses):
                    await asyncio.sleep(pause)
                    try:
                        answer = await self._post(client, body)
                    except httpx.TimeoutException as error:
                        # It may have arrived: a further try could tell somebody twice.
                        waited = f"did not answer within {self._timeout:g} s"
                        raise DeliveryError(host, waited) from error
                    except httpx.TransportError:
                        problem = "could not be reached"
                        continue
                    if answer.is_success:
                        return
                    problem = f"answered with status {answer.status_code}"
                    if not answer.is_server_error:
                        break
        raise DeliveryError(host, problem)

    async def _post(self, client: httpx.AsyncClient, body: Mapping[str, Any]) -> httpx.Response:
        return await client.post(
            self._address, json=body, headers={"Idempotency-Key": str(body["id"])}
        )


@contextmanager
def _unlogged(address: str) -> Iterator[None]:
    """Keep the address out of the HTTP library's own log, which shows whole ones."""
    whole = str(httpx.URL(address))

    def is_another(record: logging.LogRecord) -> bool:
        return whole not in record.getMessage()

    log = logging.getLogger("httpx")
    log.addFilter(is_another)
    try:
        yield
    finally:
        log.removeFilter(is_another)
