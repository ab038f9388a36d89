"""What `import cache` promises."""

import subprocess
import sys
from pathlib import Path

import cache

PROMISED = {
    "AmountError", "BlankQuestionError", "CacheError", "CacheStats", "Candidate",
    "DEFAULT_GUARDS", "Decision", "Embedder", "EmbedderError", "EmptyAnswerError", "Entry",
    "Explanation", "ExportError", "Guard", "Judgement", "Lifetimes", "LimitError", "Limits",
    "Lookup", "LookupRecord", "OnnxEmbedder", "PersonalDataError", "Scope", "ScopeError",
    "SemanticCache", "SentenceTransformerEmbedder", "Stage", "StoreCorruptError",
    "StoreError", "StoreFullError", "StoreLockedError", "StoreReadOnlyError", "StoreVersionError",
    "TagError", "ThresholdError", "TransferError", "Ttl", "VerifierError", "WhatIf", "export_onnx",
    "judge", "load_embedder", "normalise", "personal_data",
}  # fmt: skip


def test_exactly_these_names_are_public():
    assert set(cache.__all__) == PROMISED
    assert all(hasattr(cache, name) for name in PROMISED)


def test_every_error_is_a_cache_error_and_is_raised_somewhere():
    errors = {name for name in PROMISED if name.endswith("Error")}
    assert all(issubclass(getattr(cache, name), cache.CacheError) for name in errors)
    folder = Path(cache.__file__).parent
    source = "".join(
        path.read_text()
        for path in folder.glob("*.py")
        if path.name not in ("errors.py", "__init__.py")
    )
    assert {name for name in errors - {"CacheError"} if name not in source} == set()


def test_importing_the_package_loads_neither_torch_nor_a_model_nor_its_users():
    unwanted = "torch", "transformers", "onnxruntime", "agents", "ag2", "streamlit"
    program = f"import cache, sys; print([m for m in {unwanted} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
