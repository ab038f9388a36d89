"""Judges the cache by labelled files: how often it serves, and how often wrongly.

What runs is the real :class:`cache.semantic.SemanticCache` in a temporary folder, gates and all::

    from pathlib import Path
    from cache import load_embedder
    from cache.evaluation import Gates, evaluate

    print(evaluate("pairs", Path("pairs.csv"), Gates(load_embedder(Path("answers"))), 0.85).told())
"""

from cache.errors import LabelledFileError
from cache.evaluation.files import (
    ConversationPair,
    FollowUp,
    Query,
    QuestionPair,
    Said,
    read_conversations,
    read_followups,
    read_pairs,
    read_stream,
)
from cache.evaluation.report import Report, Shares
from cache.evaluation.runs import AUTO, KINDS, Kind, evaluate
from cache.evaluation.trial import Gates
from cache.evaluation.tuning import labels_of

__all__ = [
    "AUTO",
    "KINDS",
    "ConversationPair",
    "FollowUp",
    "Gates",
    "Kind",
    "LabelledFileError",
    "Query",
    "QuestionPair",
    "Report",
    "Said",
    "Shares",
    "evaluate",
    "labels_of",
    "read_conversations",
    "read_followups",
    "read_pairs",
    "read_stream",
]
