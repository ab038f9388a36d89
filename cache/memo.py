"""Vectors that were made a moment ago, or are just being made."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class Memo:
    """Remembers the newest texts' vectors; whoever asks for one in the making waits for it.

    A question is embedded to look it up and again to store its answer, and may be embedded ahead,
    while the rest of a message is still being dealt with.

    :param embed: gives the vector of a text, shape (d,).
    :param size: how many texts are remembered.
    """

    def __init__(self, embed: Callable[[str], Vector], size: int) -> None:
        self._embed = embed
        self._size = size
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Future[Vector]] = OrderedDict()

    def __call__(self, text: str) -> Vector:
        """The text's vector; read-only.

        :raises: whatever ``embed`` raises, to all who wait; the next call tries again.
        """
        future, ours = self._begun(text)
        if ours:
            self._make(text, future)
        return future.result()

    def _begun(self, text: str) -> tuple[Future[Vector], bool]:
        with self._lock:
            known = self._known.get(text)
            if known is not None:
                self._known.move_to_end(text)
                return known, False
            future = self._known[text] = Future()
            if len(self._known) > self._size:
                self._known.popitem(last=False)
            return future, True

    def _make(self, text: str, future: Future[Vector]) -> None:
        try:
            vector = np.array(self._embed(text), dtype=np.float32)
            vector.flags.writeable = False
        except BaseException as error:
            with self._lock:
                self._known.pop(text, None)
            future.set_exception(error)
            raise
        else:
            future.set_result(vector)
