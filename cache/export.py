"""Makes the ONNX file of the embedding model, and proves that it gives the same vectors."""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cache.embedder import (
    MODEL_NAME,
    ONNX_FILE,
    SIDECAR_FILE,
    VECTOR_SPACE,
    OnnxEmbedder,
    SentenceTransformerEmbedder,
    model_folder,
    sha256_of,
)
from cache.errors import ExportError

if TYPE_CHECKING:
    import torch

LEAST_COSINE = 0.99999
"""What every probe's two vectors must reach for the file to be taken."""

OPSET = 18

PROBES = (
    "Hi",
    "?",
    "What is the capital of France?",
    "How do I reverse a list in Python?",
    "def f(x): return [y * 2 for y in x if y % 3 == 0]",
    "Quel est le meilleur moment pour visiter Lisbonne ?",
    "Wie lange dauert es, einen Reisepass zu beantragen?",
    "¿Cuánto cuesta un billete de ida y vuelta a Madrid?",
    "東京で一番おいしいラーメンはどこですか？",
    "Какая погода будет завтра в Москве?",
    "كم عدد سكان القاهرة؟",
    "🙂🙂 plan me a trip 🚆",
    "Compare the monthly cost of renting with that of buying a flat in a large city, please. " * 4,
    "word " * 400,
)


def export_onnx(folder: Path) -> Path:
    """Exports the installed model to ``folder``, if the two give equal vectors.

    Nothing but the finished, checked file ever bears its name.

    :returns: the file.
    :raises ExportError: if a probe's vectors differ, or the exporter fails.
    :raises EmbedderError: if the model is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    original = SentenceTransformerEmbedder.load()
    unfinished = folder / f"{ONNX_FILE}.{os.getpid()}.part"
    try:
        _export(original, unfinished)
        _refuse_differing(original, OnnxEmbedder.load(unfinished))
        return _put_in_place(unfinished, folder)
    finally:
        unfinished.unlink(missing_ok=True)


def _export(original: SentenceTransformerEmbedder, path: Path) -> None:
    import torch

    # Any word pieces do, as long as there are two rows and one of them is padded.
    pieces_of_two = torch.tensor([[101, 7592, 102, 0], [101, 7592, 2088, 102]])
    batch, pieces = torch.export.Dim("batch"), torch.export.Dim("pieces", max=512)
    names = ("input_ids", "attention_mask")
    with _quiet_exporter():
        torch.onnx.export(
            _sentence_encoder(original),
            (pieces_of_two, (pieces_of_two > 0).long()),
            str(path),
            input_names=list(names),
            output_names=["vectors"],
            dynamic_shapes=tuple({0: batch, 1: pieces} for _ in names),
            opset_version=OPSET,
            external_data=False,
            verbose=False,
        )


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Keeps to itself what the exporter says about packages that this model does not use."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(level)


def _sentence_encoder(original: SentenceTransformerEmbedder) -> torch.nn.Module:
    """Word pieces to unit vectors: transformer, mean over the pieces, and normalisation."""
    import torch

    transformer: Any = original.model[0].auto_model

    class SentenceEncoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            pieces = self.transformer(input_ids=input_ids, attention_mask=attention_mask)[0]
            weights = attention_mask.unsqueeze(-1).to(pieces.dtype)
            mean = (pieces * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, p=2.0, dim=1)

    return SentenceEncoder().eval()


def _refuse_differing(original: SentenceTransformerEmbedder, exported: OnnxEmbedder) -> None:
    together = zip(original.embed(PROBES), exported.embed(PROBES), strict=True)
    for probe, (ours, theirs) in zip(PROBES, together, strict=True):
        alone = exported.embed([probe])[0]
        cosine = float(min(np.dot(ours, theirs), np.dot(ours, alone)))
        if cosine < LEAST_COSINE:
            raise ExportError(
                MODEL_NAME,
                f"the exported vectors of {probe[:40]!r} differ (cosine {cosine:.6f}). "
                "The original is used, at half the speed.",
            )


def _put_in_place(unfinished: Path, folder: Path) -> Path:
    sidecar = {
        "space": VECTOR_SPACE,
        "source_sha256": sha256_of(model_folder() / "model.safetensors"),
        "sha256": sha256_of(unfinished),
    }
    unfinished_sidecar = folder / f"{SIDECAR_FILE}.{os.getpid()}.part"
    unfinished_sidecar.write_text(json.dumps(sidecar), encoding="utf-8")
    unfinished.replace(folder / ONNX_FILE)
    unfinished_sidecar.replace(folder / SIDECAR_FILE)
    return folder / ONNX_FILE
