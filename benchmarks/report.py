"""How every benchmark reports: a table for people, or with ``--json`` nothing but JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence

Row = Mapping[str, object]


def parser(description: str) -> argparse.ArgumentParser:
    """A parser that knows ``--json``; a benchmark adds its own options."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--json", action="store_true", help="print JSON and nothing else")
    return made


def report(name: str, rows: Sequence[Row], *, as_json: bool) -> None:
    """Prints rows that share their columns."""
    if as_json:
        print(json.dumps({"benchmark": name, "rows": list(rows)}, ensure_ascii=False))
    else:
        print(f"{name}\n{table(rows)}")


def table(rows: Sequence[Row]) -> str:
    """Rows as aligned text, under the names of the first row's columns."""
    columns = list(rows[0]) if rows else []
    cells = [columns, *([_cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in cells
    )


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
