"""What a model is, as far as its answers depend on it; known before it is loaded."""

from __future__ import annotations

import hashlib
import json

from agents.settings import Settings


def name(settings: Settings) -> str:
    """The model's name."""
    if settings.provider != "embedded":
        return settings.model
    path = settings.model_path
    return path.stem if path else _name_of_ours()


def _name_of_ours() -> str:
    # Here and not above: it brings libraries for fetching files, for which a page need not wait.
    from agents.models import weights

    return weights.table()[0].name


def fingerprint(settings: Settings) -> str:
    """16 hexadecimal digits; differs where provider, address, model or parameters do."""
    path = settings.model_path
    own_file = (str(path), path.stat().st_size) if path and path.exists() else None
    basis = [
        settings.provider,
        settings.base_url,
        name(settings),
        own_file,
        settings.temperature,
        settings.max_tokens,
    ]
    return hashlib.sha256(json.dumps(basis).encode()).hexdigest()[:16]
