"""The verifier port: whether the answer to one question may be served to another.

Asked only about candidates that are close by meaning and that every guard let pass, in one batch
over the best few. There is always the choice of none (``None``). Implementations:

- :class:`cache.pair_model.PairVerifier` over an ONNX file or a sentence-transformers
  ``CrossEncoder``, with a temperature and a threshold from its calibration file;
- :class:`cache.chat_judge.JudgeVerifier` over a chat model, with a budget and a timeout.

What a verifier cannot settle it does not settle: an error, a timeout or a doubt is a miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MODELS = Path(__file__).parent / "models"
DEFAULT_MODEL = MODELS / "pair-verifier.onnx"
"""The pair model that comes with this package; how it was made: ``benchmarks/verifier``."""

NO_VERIFIER = "none"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a verifier thinks of one pair.

    :ivar same: whether the stored answer may be served.
    :ivar probability: that it may, calibrated, 0..1; ``None`` where the verifier gives none.
    :ivar reason: a few words for people; why not, where it may not.
    """

    same: bool
    probability: float | None
    reason: str


class Verifier(Protocol):
    """Says of pairs of questions whether one answer serves both.

    :ivar name: names the model and everything that changes its verdicts.
    :ivar costly: whether each opinion costs a call that is paid for; then it is asked only where
        somebody waits for the verdict.
    """

    @property
    def name(self) -> str: ...

    @property
    def costly(self) -> bool: ...

    def verify(self, pairs: Sequence[tuple[str, str]]) -> Sequence[Opinion]:
        """One opinion for each (asked, stored), in their order. Callable from any thread.

        :raises VerifierError: if the verifier cannot be used at all; then nothing is served.
        """


def load_verifier(spec: str | Path | None) -> Verifier | None:
    """The verifier that a setting names.

    :param spec: ``None``, ``""`` or ``"none"``: none. A path that ends in ``.onnx``: that pair
        model, with the calibration file beside it (``model.onnx`` and ``model.json``). Anything
        else: a ``CrossEncoder``, by its folder or its id on the Hugging Face Hub.
    :raises VerifierError: if the file or its calibration is missing or malformed. The model itself
        is loaded when it is first asked.
    """
    from cache.pair_model import PairVerifier

    if spec is None or str(spec) in ("", NO_VERIFIER):
        return None
    if str(spec).endswith(".onnx"):
        return PairVerifier.of_onnx(Path(spec))
    return PairVerifier.of_cross_encoder(str(spec))


def load_default_verifier() -> Verifier | None:
    """The pair model that comes with this package; ``None`` where it was left out.

    :raises VerifierError: if it is there, and its calibration file is not or is malformed.
    """
    return load_verifier(DEFAULT_MODEL) if DEFAULT_MODEL.exists() else None
