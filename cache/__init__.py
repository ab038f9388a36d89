"""A semantic cache: an answer once given is served again to the same question in other words.

Usable alone::

    from pathlib import Path
    from cache import Scope, SemanticCache, load_embedder

    folder = Path("answers")
    cache = SemanticCache.open(folder, load_embedder(folder))
    scope = Scope.shared_by_all(prompt="v1", model="small")
    cache.store("How long is a marathon?", "42.195 km", scope,
                seconds=3.1, tokens=12, model="small", ttl=None)
    print(cache.lookup("What is the length of a marathon?", scope, threshold=0.85).entry)
    cache.close()
"""

from cache.decision import Candidate, Decision
from cache.embedder import Embedder, OnnxEmbedder, SentenceTransformerEmbedder, load_embedder
from cache.entries import Entry
from cache.errors import (
    AmountError,
    BlankQuestionError,
    CacheError,
    EmbedderError,
    EmptyAnswerError,
    ExportError,
    LimitError,
    PersonalDataError,
    ScopeError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
    StoreVersionError,
    TagError,
    ThresholdError,
    TransferError,
    VerifierError,
)
from cache.export import export_onnx
from cache.guards import DEFAULT_GUARDS, Guard
from cache.keeping import Lifetimes, Limits, Ttl
from cache.key import Scope, normalise
from cache.personal import personal_data
from cache.results import Explanation, Lookup
from cache.semantic import SemanticCache
from cache.stages import Stage
from cache.standalone import Judgement, judge
from cache.stats import CacheStats, LookupRecord, WhatIf

__all__ = [
    "DEFAULT_GUARDS",
    "AmountError",
    "BlankQuestionError",
    "CacheError",
    "CacheStats",
    "Candidate",
    "Decision",
    "Embedder",
    "EmbedderError",
    "EmptyAnswerError",
    "Entry",
    "Explanation",
    "ExportError",
    "Guard",
    "Judgement",
    "Lifetimes",
    "LimitError",
    "Limits",
    "Lookup",
    "LookupRecord",
    "OnnxEmbedder",
    "PersonalDataError",
    "Scope",
    "ScopeError",
    "SemanticCache",
    "SentenceTransformerEmbedder",
    "Stage",
    "StoreCorruptError",
    "StoreError",
    "StoreFullError",
    "StoreLockedError",
    "StoreReadOnlyError",
    "StoreVersionError",
    "TagError",
    "ThresholdError",
    "TransferError",
    "Ttl",
    "VerifierError",
    "WhatIf",
    "export_onnx",
    "judge",
    "load_embedder",
    "normalise",
    "personal_data",
]
