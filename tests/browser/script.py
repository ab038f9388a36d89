"""What the scripted model says in the browser tests."""

from __future__ import annotations

from tests.browser.teams_script import TEAM_RULES
from tests.support.scripted_model import Reply, Request, Rule

PLAN = {
    "steps": [
        {
            "title": "Dates",
            "description": "When would you like to go?",
            "expected_response": "A month or a date",
            "success_criteria": "The reply says when",
            "fallback": "clarify",
        },
        {
            "title": "Budget",
            "description": "How much would you like to spend?",
            "expected_response": "An amount",
            "success_criteria": "The reply names an amount",
            "fallback": "clarify",
        },
        {
            "title": "Company",
            "description": "Who comes along?",
            "expected_response": "Names or a number",
            "success_criteria": "The reply says who",
            "fallback": "rephrase",
        },
    ]
}
HOSTILE = """Look: ![pixel](http://tracker.example/pixel.png) and ![by reference][remote] and
![relative](app/static/favicon.png) and ![data](data:image/png;base64,AAAA)

[remote]: http://tracker.example/reference.png

<img src="http://tracker.example/html.png"> <script>document.title = "owned"</script>

```rust
let kept = vec![1, 2];
```

- in a list
  ```
![after the list](http://tracker.example/list.png)

:material/home: [a link](http://tracker.example/page)
"""
COUNTED = " ".join(f"word{number}" for number in range(40))


def _verdict(request: Request) -> Reply:
    met = "nothing useful" not in request.last.lower()
    wrapped = "properties" in (request.schema or {})
    return Reply.json({"data": met} if wrapped else met)


def _wants_plan(request: Request) -> bool:
    return request.schema is not None and "steps" in str(request.schema)


def _wants_verdict(request: Request) -> bool:
    return request.schema is not None and not _wants_plan(request)


RULES = [
    *TEAM_RULES,
    Rule(when=_wants_plan, reply=Reply.json(PLAN, delay=0.005)),
    Rule(when=_wants_verdict, reply=_verdict),
    Rule(last="hostile", reply=Reply(HOSTILE)),
    Rule(last="at length", reply=Reply(COUNTED, delay=0.02, hold_after=10)),
    Rule(last="capital of", reply=Reply("It is a city on a river. " * 4, delay=0.02)),
    Rule(last="server error", reply=Reply("The script says so.", status=500)),
]
