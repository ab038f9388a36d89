"""limits.yml: the operator's limits on what the agents may use of the model.

```yaml
waiting: 64                       # calls that may wait for their turn; one more is refused
budgets:
  "*":                            # all agents together
    minute: {calls: 60, tokens: 100000}
    day: {dollars: 5}
  chat:                           # one agent
    day: {dollars: 2.50}
```

Everything may be left out: what the file does not limit has no limit. The agents are `chat`,
`planner`, `judge`, `pair_judge`, `rewriter`, `audit`, and the members of teams by their names.
Dollars need the price of the tokens, `REPRISE_TOKEN_PRICE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from agents.models.budgets import Budget
from agents.models.condition import Unit, Window
from agents.yaml_file import YamlFile, read

LIMITS_FILE: Final = "limits.yml"
WAITING: Final = 64


def _count(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise PydanticCustomError("limit", "a limit is a whole number above 0, or left out")


def _dollars(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return value
    raise PydanticCustomError("limit", "a limit is a number of dollars above 0, or left out")


def _agent(name: str) -> str:
    if not re.fullmatch(r"\*|[\w-]{1,60}", name):
        raise PydanticCustomError("agent", "no agent has a name like this")
    return name


_Agent = Annotated[str, AfterValidator(_agent)]
_Count = Annotated[int, BeforeValidator(_count)]
_Dollars = Annotated[float, BeforeValidator(_dollars)]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator allows.

    Attributes:
        waiting: Most calls that wait for their turn.
        budgets: What each agent may use.
    """

    waiting: int = WAITING
    budgets: tuple[Budget, ...] = ()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Amounts(_Strict):
    calls: _Count | None = None
    tokens: _Count | None = None
    dollars: _Dollars | None = None


class _Windows(_Strict):
    minute: _Amounts = _Amounts()
    day: _Amounts = _Amounts()


class _File(_Strict):
    waiting: _Count = WAITING
    budgets: dict[_Agent, _Windows] = {}


def read_limits(path: Path, *, priced: bool) -> Limits:
    """The limits in a file; where there is none, nothing has a limit but the queue.

    Args:
        priced: Whether the price of tokens is known.

    Raises:
        ContentError: It cannot be read or used; the error names the line, and what to do.
    """
    if not path.exists():
        return Limits()
    file = read(path)
    written = file.shaped(_File)
    budgets = tuple(_budgets(written))
    if not priced:
        _refuse_dollars(file, budgets)
    return Limits(written.waiting, budgets)


def _budgets(written: _File) -> Iterable[Budget]:
    for agent, windows in written.budgets.items():
        for window, amounts in windows:
            for unit, limit in amounts:
                if limit is not None:
                    yield Budget(agent, cast(Unit, unit), cast(Window, window), float(limit))


def _refuse_dollars(file: YamlFile, budgets: Iterable[Budget]) -> None:
    for budget in budgets:
        if budget.unit == "dollars":
            raise file.error(
                ("budgets", budget.agent, budget.window, "dollars"),
                "cannot be kept, as the price of tokens is not known",
                "Set REPRISE_TOKEN_PRICE to the dollars for a million tokens.",
            )
