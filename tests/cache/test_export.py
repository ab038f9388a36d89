"""Making the ONNX file: whole and equal, or not at all."""

import numpy as np
import pytest

from cache import ExportError
from cache.export import _refuse_differing


class Turned:
    """The right vectors, one of them turned a little."""

    def __init__(self, embedder, probe):
        self._embedder = embedder
        self._probe = probe

    def embed(self, texts):
        vectors = self._embedder.embed(texts)
        for vector, text in zip(vectors, texts, strict=True):
            if text == self._probe:
                vector[0] += 0.01
                vector /= np.linalg.norm(vector)
        return vectors


def test_a_file_whose_vectors_differ_for_one_probe_is_refused(minilm, onnx):
    _refuse_differing(minilm, onnx)
    with pytest.raises(ExportError, match="What is the capital of France"):
        _refuse_differing(minilm, Turned(onnx, "What is the capital of France?"))


def test_only_finished_files_lie_in_the_folder(exported):
    assert sorted(path.name for path in exported.iterdir()) == [
        "all-MiniLM-L6-v2.onnx",
        "all-MiniLM-L6-v2.onnx.json",
    ]
