"""The Chromium that browser tests drive: an installed one, else one is installed.

    python -m tests.support.chromium    installs what is missing; `make test` does it

Looked for in this order: the program ``REPRISE_CHROMIUM`` names, the usual names on the path,
Playwright's own. Installed as root from Debian's packages, else by Playwright.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


class NoChromiumError(Exception):
    """No browser was found, or the one that was named is not there."""


def find(
    variables: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
) -> str | None:
    """The program to drive, or None where there is none.

    Raises:
        NoChromiumError: ``REPRISE_CHROMIUM`` names a program that is not there.
    """
    named = variables.get("REPRISE_CHROMIUM")
    if named:
        found = which(named)
        if found is None:
            raise NoChromiumError(f"REPRISE_CHROMIUM is {named!r}, and there is no such program.")
        return found
    return next(filter(None, map(which, (*NAMES, MAC_CHROME))), None) or _playwrights_own()


def _playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Install Chromium in the way this machine allows; what the installer prints goes through."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        commands = [
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ]
    else:
        commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in commands:
        if subprocess.run(command, stdout=sys.stderr, env=quiet, check=False).returncode:
            return


def main() -> int:
    """Install a browser where there is none; under CI it is an error to end without one."""
    try:
        if find() is None:
            print("Installing Chromium for the browser tests", file=sys.stderr)
            install()
        if find() is not None:
            return 0
        problem = "No Chromium was found, and none could be installed."
    except NoChromiumError as error:
        problem = str(error)
    consequence = "" if os.environ.get("CI") == "true" else " The browser tests are left out."
    print(
        f"{problem}{consequence} Install one, or name it: REPRISE_CHROMIUM=/path/to/chromium",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
