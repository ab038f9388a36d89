"""Imports point one way: pages, then agents, then cache. The contracts are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LINTER = Path(sys.executable).with_name("lint-imports")
ROOT = Path(__file__).parents[1]


def test_every_import_contract_is_kept():
    checked = subprocess.run(
        [str(LINTER), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout
