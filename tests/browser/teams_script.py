"""What the scripted model says as a member of a team.

A task that says "held" waits in the middle of every answer until the test lets it go on; one that
says "without business" gets none from the business expert; one that says "nobody" gets none at all.
"""

from __future__ import annotations

import re
from typing import Final

from agents.teams import jobs
from tests.support.scripted_model import Reply, Request, Rule

PACE: Final = 0.02
"""Seconds before each word."""
EXPERTS: Final = ("technical", "business", "user-experience")
SIDES: Final = ("place", "food", "guests")
REFUSED: Final = Reply("The script says so.", status=400)
RESULT: Final = """## Begin small

Take orders for **pick-up** first.

| Step | When |
| --- | --- |
| A list on the website | this month |
| Paying online | later |

<b>no markup</b> ![pixel](http://tracker.example/pixel.png)
"""


def _asks(request: Request) -> Reply:
    known = [name for name in EXPERTS if f"- {name}:" in request.system]
    return Reply.json({"asks": [{"expert": name, "task": f"The {name} side."} for name in known]})


def _parts(request: Request) -> Reply:
    return Reply.json({"parts": [f"Look after the {side} of it." for side in SIDES]}, delay=PACE)


def _complexity(request: Request) -> Reply:
    simple = "Look after the" in request.last.rsplit("Task:", 1)[-1]
    return Reply.json({"complexity": "simple" if simple else "complex"}, delay=PACE)


def _has(name: str, request: Request) -> bool:
    return request.schema is not None and f"'{name}'" in str(request.schema)


def _member(request: Request) -> Reply:
    held = 2 if "held" in request.last else None
    who = re.match(r"You (?:are|lead|solve|chair|plan|examine|compare)[^.]*", request.system)
    said = f"{who.group() if who else 'Somebody'} said this about it. " * 3
    return Reply(said, delay=PACE, hold_after=held)


def _puts_together(request: Request) -> bool:
    return any(job in request.system for job in (jobs.PUT_TOGETHER, jobs.JOIN))


def _is_member(request: Request) -> bool:
    return request.schema is None and "the language of the task" in request.system


TEAM_RULES: Final = [
    Rule(when=lambda request: _has("asks", request), reply=_asks),
    Rule(when=lambda request: _has("parts", request), reply=_parts),
    Rule(when=lambda request: _has("complexity", request), reply=_complexity),
    Rule(last="nobody", system="language of the task", reply=REFUSED),
    Rule(last="without business", system="business expert", reply=REFUSED),
    Rule(when=_puts_together, reply=Reply(RESULT, delay=PACE)),
    Rule(when=_is_member, reply=_member),
]  # fmt: skip
