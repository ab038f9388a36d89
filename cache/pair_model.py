"""A verifier that reads both questions at once: a cross-encoder, as ONNX file or as torch model.

The model gives one number a pair. Its calibration file turns that into a probability, ``1 / (1 +
exp(-(logit / temperature + bias)))`` (temperature scaling: Guo et al., "On Calibration of Modern
Neural Networks", 2017; the bias after Platt, 1999), and says from which probability on a stored
answer may be served. A pair is always read in one order, whichever of the two was asked, so that
the verdict on (a, b) is the verdict on (b, a).
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cache.embedder import model_folder, onnx_loading_errors, sha256_of
from cache.errors import VerifierError
from cache.verifier import Opinion
from cache.words import percent

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

Pairs = Sequence[tuple[str, str]]
Logits = Callable[[Pairs], NDArray[np.float32]]
"""One number for each pair, shape (len(pairs),): the larger, the more the two are one question."""

MAX_PIECES = 96
"""Word pieces read of both questions together; what is longer is not judged but refused."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns a model's logit into a verdict.

    :ivar temperature: divides the logit; above 0.
    :ivar bias: is added then.
    :ivar threshold: the least probability that serves, 0..1.
    :ivar sha256: of the model file it was fitted on; ``""``: any.
    """

    temperature: float = 1.0
    bias: float = 0.0
    threshold: float = 0.5
    sha256: str = ""

    @classmethod
    def read(cls, path: Path) -> Calibration:
        """Reads a calibration file: JSON with these fields; others (figures, say) are let be.

        :raises VerifierError: if it is missing or malformed.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise VerifierError(
                path.name, f"{path} is missing. A pair model needs its calibration file beside it."
            ) from error
        except (OSError, ValueError) as error:
            raise VerifierError(path.name, f"{path} cannot be read ({error})") from error
        return cls.of(values, path)

    @classmethod
    def of(cls, values: object, path: Path) -> Calibration:
        """The calibration that a file's JSON stands for.

        :param path: named where it is refused.
        :raises VerifierError: if a field is missing, no number or out of its range.
        """
        if not isinstance(values, Mapping):
            raise VerifierError(path.name, f"{path} is no JSON object")
        temperature = _number(values, "temperature", path, above=0.0)
        bias = _number(values, "bias", path) if "bias" in values else 0.0
        threshold = _number(values, "threshold", path)
        if not 0 <= threshold <= 1:
            raise VerifierError(path.name, f"{path}: threshold must be 0 to 1, not {threshold}")
        return cls(temperature, bias, threshold, str(values.get("sha256", "")))

    def probability(self, logit: float) -> float:
        """The calibrated probability, 0..1."""
        scaled = logit / self.temperature + self.bias
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, scaled))))


class PairVerifier:
    """A pair model and its calibration, as a verifier. Loads the model when it is first asked.

    :param name: see :class:`cache.verifier.Verifier`.
    :param load: gives the model; called once, by the first :meth:`verify` or :meth:`warm`.
    :param calibration: what makes its numbers verdicts.
    """

    costly = False

    def __init__(self, name: str, load: Callable[[], Logits], calibration: Calibration) -> None:
        self.name = name
        self.calibration = calibration
        self._load = load
        self._logits: Logits | None = None
        self._lock = threading.Lock()

    @classmethod
    def of_onnx(cls, path: Path, *, threads: int = 1) -> PairVerifier:
        """A model file with its calibration file beside it, and ``tokenizer.json`` beside both
        where it is not the embedding model's.

        :param threads: threads within one call. One is steadier beside a chat model.
        :raises VerifierError: if the calibration is missing or malformed.
        """
        calibration = Calibration.read(path.with_suffix(".json"))
        name = f"{path.stem}/{calibration.sha256[:12] or 'unchecked'}"
        return cls(name, lambda: OnnxPairs.load(path, calibration, threads=threads), calibration)

    @classmethod
    def of_cross_encoder(cls, model: str, calibration: Path | None = None) -> PairVerifier:
        """A sentence-transformers ``CrossEncoder`` with one output.

        :param model: its folder, or its id on the Hugging Face Hub.
        :param calibration: its calibration file; without one, ``calibration.json`` in its folder;
            without that, probabilities as they come and a threshold of one half.
        :raises VerifierError: if the calibration file is named and missing, or malformed.
        """
        beside = Path(model) / "calibration.json"
        path = calibration or (beside if beside.is_file() else None)
        known = Calibration() if path is None else Calibration.read(path)
        return cls(model, lambda: cross_encoder(model), known)

    def warm(self) -> None:
        """Loads the model now.

        :raises VerifierError: if it cannot be loaded, or is not the one that was calibrated.
        """
        self._model()

    def verify(self, pairs: Sequence[tuple[str, str]]) -> Sequence[Opinion]:
        """See :meth:`cache.verifier.Verifier.verify`.

        :raises VerifierError: if the model cannot be loaded or gives something unusable.
        """
        if not pairs:
            return ()
        logits = self._model()([_in_one_order(*pair) for pair in pairs])
        return tuple(self._opinion(float(logit)) for logit in logits)

    def _model(self) -> Logits:
        with self._lock:
            if self._logits is None:
                self._logits = self._load()
            return self._logits

    def _opinion(self, logit: float) -> Opinion:
        if math.isnan(logit):
            return Opinion(same=False, probability=None, reason="too long to be judged as a pair")
        probability = self.calibration.probability(logit)
        same = probability >= self.calibration.threshold
        verdict = "one answer serves both" if same else "probably another question"
        return Opinion(same, probability, f"{verdict} ({percent(probability)} alike)")


class OnnxPairs:
    """A pair model run by ONNX Runtime: word pieces of both questions in, one logit a pair out.

    Each pair is run by itself: weights of eight bits go with activations that are rounded by the
    largest of their batch, so that a verdict would depend on the company a pair is in; and on one
    thread a batch takes as long as its pairs one after the other.

    :param session: takes ``input_ids``, ``attention_mask`` and ``token_type_ids``, each of shape
        (pairs, pieces), and gives shape (pairs,) or (pairs, 1).
    :param tokenizer: joins two questions, and pads.
    """

    def __init__(self, session: InferenceSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, path: Path, calibration: Calibration, *, threads: int = 1) -> OnnxPairs:
        """Loads a file.

        :raises VerifierError: if it is missing, damaged, or not the one that was calibrated.
        """
        import onnxruntime

        _refuse_other_than(calibration, path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except onnx_loading_errors() as error:
            raise VerifierError(path.name, f"{path} cannot be loaded ({error})") from error
        return cls(session, _tokenizer(path.parent))

    def __call__(self, pairs: Pairs) -> NDArray[np.float32]:
        """The logits; NaN for a pair that is longer than the model reads."""
        return np.array([self._logit(*pair) for pair in pairs], dtype=np.float32)

    def _logit(self, first: str, second: str) -> float:
        encoding = self._tokenizer.encode(first, second)
        if len(encoding.ids) > MAX_PIECES:
            return math.nan
        pieces = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        (logits,) = self._session.run(
            None, {name: np.array([of_pair], dtype=np.int64) for name, of_pair in pieces.items()}
        )
        return float(np.asarray(logits).reshape(()))


def cross_encoder(model: str) -> Logits:
    """Loads a sentence-transformers ``CrossEncoder``; its logits, before any activation.

    :raises VerifierError: if it cannot be loaded, or has several outputs.
    """
    from sentence_transformers import CrossEncoder
    from torch import nn

    try:
        encoder = CrossEncoder(model, device="cpu")
    except (OSError, ValueError) as error:
        raise VerifierError(model, f"cannot be loaded ({error})") from error
    outputs = encoder.num_labels
    if outputs != 1:
        raise VerifierError(model, f"has {outputs} outputs. Take a model that gives one number.")
    lock = threading.Lock()

    def logits(pairs: Pairs) -> NDArray[np.float32]:
        with lock:
            found = encoder.predict(
                list(pairs), activation_fn=nn.Identity(), show_progress_bar=False
            )
        return np.asarray(found, dtype=np.float32).reshape(len(pairs))

    return logits


def _in_one_order(asked: str, stored: str) -> tuple[str, str]:
    return (asked, stored) if asked <= stored else (stored, asked)


def _refuse_other_than(calibration: Calibration, path: Path) -> None:
    try:
        found = sha256_of(path)
    except OSError as error:
        raise VerifierError(path.name, f"{path} cannot be read ({error})") from error
    if calibration.sha256 and found != calibration.sha256:
        raise VerifierError(
            path.name,
            f"{path} is not the file that was calibrated (its SHA-256 is {found[:12]}..., not "
            f"{calibration.sha256[:12]}...). Get it again, or calibrate it.",
        )


def _tokenizer(folder: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    beside = folder / "tokenizer.json"
    own = beside.is_file()
    tokenizer = Tokenizer.from_file(str(beside if own else model_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _number(
    values: Mapping[str, object], field: str, path: Path, *, above: float = -math.inf
) -> float:
    value = values.get(field)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not above < value < math.inf
    ):
        raise VerifierError(path.name, f"{path}: {field} is {value!r}, and must be a finite number")
    return float(value)
