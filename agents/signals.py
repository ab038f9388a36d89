"""Names that spans and their attributes go by: OpenTelemetry's own where it has one.

What makes spans and what counts them know one another by these names only.
"""

from __future__ import annotations

from typing import Final

TURN: Final = "chat turn"
LOADING: Final = "load model and cache"
UNDERSTAND: Final = "understand"
ACT: Final = "act"
AGENT: Final = "invoke_agent reprise"
LOOKUP: Final = "cache lookup"
STAGE: Final = "cache"
"""With the name of a lookup's stage after it."""
KEEPING: Final = "cache store"
WRITING: Final = "database write"
CALL: Final = "chat"
"""With the name of the model after it, as OpenTelemetry wants it."""
ATTEMPT: Final = "model.attempt"
QUEUE: Final = "queue"
TEAM_RUN: Final = "team run"
DELEGATION: Final = "team delegation"

# What OpenTelemetry calls them: https://opentelemetry.io/docs/specs/semconv/registry/attributes/
ERROR_TYPE: Final = "error.type"
OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
MODEL: Final = "gen_ai.request.model"
AGENT_NAME: Final = "gen_ai.agent.name"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
DATABASE: Final = "db.system.name"
DATABASE_DOES: Final = "db.operation.name"

CANCELLED: Final = "reprise.cancelled"
CORRELATION: Final = "reprise.correlation_id"
OUTCOME: Final = "reprise.outcome"
SOURCE: Final = "reprise.source"
"""Who answered: "exact" and "semantic" (the cache), "degraded" (the cache, because no model did),
"model", "team", or "none": Reprise in words of its own."""
SECONDS: Final = "reprise.seconds"
FIRST_WORD: Final = "reprise.first_token_seconds"
MESSAGE_TYPES: Final = "reprise.message_types"
ACTION: Final = "reprise.action"
STEPS: Final = "reprise.steps."
"""With what became of steps of the plan after it: how many."""
TIER: Final = "reprise.cache.tier"
DECISION: Final = "reprise.cache.decision"
SIMILARITY: Final = "reprise.cache.similarity"
SHARED: Final = "reprise.cache.shared"
ENDPOINT: Final = "reprise.endpoint"
ATTEMPTS: Final = "reprise.attempts"
WAITED: Final = "reprise.waited_seconds"
DOLLARS: Final = "reprise.dollars"
TEAM_KIND: Final = "reprise.team.kind"
TEAM_ROLE: Final = "reprise.team.role"
TEAM_DEPTH: Final = "reprise.team.depth"
