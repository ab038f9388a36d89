"""Telling somebody of alerts: in the log, and over a webhook of the operator's."""

from __future__ import annotations

import logging
import socket
import uuid
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from agents.errors import DeliveryError
from agents.telemetry.alerts import Changes
from agents.telemetry.values import Alert

logger = logging.getLogger(__name__)

VERSION: Final = 1
MOST_UNTOLD: Final = 50
"""How many are kept while the webhook cannot be reached; the oldest are dropped."""
State = Literal["firing", "resolved"]


class Notifier:
    """Tells that alerts began and ended.

    Args:
        webhook: An http or https address that takes JSON; "": the log only. It may carry a
            secret: neither logs nor errors show more of it than its host.
    """

    def __init__(self, webhook: str = "") -> None:
        self._webhook = webhook
        self._untold: deque[Mapping[str, Any]] = deque(maxlen=MOST_UNTOLD)

    async def tell(self, changes: Changes, now: float) -> None:
        """Tell of changes, and of earlier ones that could not be delivered, in order.

        Args:
            now: Seconds since the epoch.
        """
        for alert in changes.begun:
            logger.warning("alert: %s", alert.rule, extra={"fields": {"alert": alert.sentence}})
        for alert in changes.ended:
            logger.warning("alert resolved: %s", alert.rule)
        if self._webhook:
            self._untold += [payload(alert, "firing", now) for alert in changes.begun]
            self._untold += [payload(alert, "resolved", now) for alert in changes.ended]
            await self._deliver()

    async def _deliver(self) -> None:
        # Here and not above: it brings an HTTP client, which those without a webhook never need.
        from agents.webhook import Webhook

        webhook = Webhook(self._webhook)
        while self._untold:
            try:
                await webhook.post(self._untold[0])
            except DeliveryError as error:
                waiting = len(self._untold)
                logger.warning("%d alerts wait: %s %s", waiting, error.host, error.problem)
                return
            self._untold.popleft()


def payload(alert: Alert, state: State, now: float) -> Mapping[str, Any]:
    """What is posted: ``format``, ``version``, ``id`` (of this message), ``at`` and ``since``
    (ISO 8601), ``state`` ("firing", "resolved"), ``rule``, ``level``, ``sentence``, ``remedy``,
    ``host``, and ``text``, one line for people, which is what chat services show.
    """
    host = socket.gethostname()
    ended = state == "resolved"
    return {
        "format": "reprise-alert",
        "version": VERSION,
        "id": uuid.uuid4().hex,
        "at": _iso(now),
        "since": _iso(alert.since),
        "state": state,
        "rule": alert.rule,
        "level": alert.level,
        "sentence": alert.sentence,
        "remedy": alert.remedy,
        "host": host,
        "text": f"Reprise on {host}: {alert.rule} is over."
        if ended
        else f"Reprise on {host}: {alert.sentence} {alert.remedy}",
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
