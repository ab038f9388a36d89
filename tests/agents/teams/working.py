"""A process that works on a workflow until it is killed: ``python -m ... FOLDER ADDRESS TEXT``.

It prints the run's id when the run is stored, and ends when the run does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.agents.teams.stage import OWNER, ended
from tests.agents.teams.workplace import open_teams


def main(folder: str, base_url: str, workflow: str) -> None:
    with open_teams(Path(folder), base_url) as (teams, _):
        definition = teams.save("workflow", workflow)
        live = teams.start("workflow", "honey", OWNER, definition=definition.name)
        sys.stdout.write(f"{live.id}\n")
        sys.stdout.flush()
        ended(live)


if __name__ == "__main__":
    main(*sys.argv[1:])
