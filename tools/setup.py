"""Sets Reprise up, step by step, and serves it. `make` calls it; only the standard library is used.

    setup.py packages [--dev]          virtual environment and packages, in .venv
    setup.py models [--as-configured]  model files; as configured: only those the settings call for
    setup.py serve --port 8501         the app

Each step leaves a note in .venv of what it made and from what, and does nothing while both stand.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
LOG = VENV / "setup.log"
OLDEST = (3, 11)
LOG_LINES_SHOWN = 15


class SetupError(Exception):
    """A step failed; the message says what to do."""


def main() -> int:
    """Runs the step named on the command line; the exit status is 1 when it failed."""
    arguments = _parser().parse_args()
    try:
        _refuse_old_python()
        if arguments.step == "packages":
            install_packages(development=arguments.dev)
        elif arguments.step == "models":
            fetch_models(as_configured=arguments.as_configured)
        else:
            serve(arguments.port)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run it again to go on from here.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Set Reprise up and serve it.")
    steps = parser.add_subparsers(dest="step", required=True)
    packages = steps.add_parser("packages")
    packages.add_argument("--dev", action="store_true", help="what the tests need, too")
    models = steps.add_parser("models")
    models.add_argument("--as-configured", action="store_true", help="only what the settings need")
    steps.add_parser("serve").add_argument("--port", type=int, default=8501)
    return parser


def _refuse_old_python() -> None:
    if sys.version_info < OLDEST:
        raise SetupError(
            f"Reprise needs Python 3.11 or newer; {sys.executable} is "
            f"{sys.version_info.major}.{sys.version_info.minor}. "
            "Install a newer one, or name it: make run PYTHON=/path/to/python3"
        )


# Packages


def install_packages(*, development: bool) -> None:
    """Makes .venv and installs each requirements file whose text changed since it was installed."""
    names = ["requirements.txt", "requirements-dev.txt"][: 2 if development else 1]
    wanted = {name: _digest(ROOT / name) for name in names}
    note = VENV / "packages.json"
    installed = _read_note(note) if PYTHON.exists() else {}
    missing = [name for name in names if installed.get(name) != wanted[name]]
    if not missing:
        return
    _make_environment()
    print("Installing packages into .venv (the first time: some minutes, about 2 GB)")
    _pip_install(missing)
    note.write_text(json.dumps(installed | wanted), encoding="utf-8")


def _make_environment() -> None:
    if PYTHON.exists():
        return
    result = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupError(
            f"The virtual environment could not be made:\n{result.stdout}{result.stderr}\n"
            "On Debian and Ubuntu its part of Python comes with: apt install python3-venv"
        )


def _pip_install(names: list[str]) -> None:
    """Installs the files in one go, so that pip finds versions that suit all of them."""
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    everything = [part for name in names for part in ("--requirement", str(ROOT / name))]
    newer_pip = [line for line in _lines(ROOT / "requirements.txt") if line.startswith("pip>")]
    with LOG.open("w", encoding="utf-8") as log:
        for arguments in (["--quiet", *newer_pip], ["--progress-bar", "off", *everything]):
            if _run_logged([*pip, *arguments], log):
                raise SetupError(
                    f"{_tail(LOG)}\nPackages could not be installed; the whole story is in {LOG}. "
                    "Check the connection and the free disk space, then run it again: "
                    "what was downloaded is kept."
                )


def _run_logged(command: list[str], log) -> int:  # noqa: ANN001 - a text file
    """Runs a command, its output into the log; a terminal sees the line it is at."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    assert process.stdout is not None  # noqa: S101 - piped above
    for line in process.stdout:
        log.write(line)
        _show_in_place(line.strip())
    _show_in_place("")
    return process.wait()


def _show_in_place(line: str) -> None:
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 3
        print(f"\r\033[K{'  ' + line[:width] if line else ''}", end="", flush=True)


# Model files


def fetch_models(*, as_configured: bool) -> None:
    """Fetches and checks the model files, unless all that the last call left is still there."""
    note = VENV / "models.json"
    key = _models_key(as_configured=as_configured)
    known = _read_note(note).get(key)
    if known is not None and all(_fingerprint(Path(path)) == was for path, was in known.items()):
        return
    options = ["--as-configured"] if as_configured else []
    result = subprocess.run(
        [str(PYTHON), "-m", "agents.models.weights", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SetupError("The model files are not complete.")
    prepare = [str(PYTHON), "-m", "cache", "prepare"]
    if subprocess.run(prepare, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        raise SetupError("The embedding model could not be prepared.")
    made = {path: _fingerprint(Path(path)) for path in result.stdout.splitlines()}
    note.write_text(json.dumps(_read_note(note) | {key: made}), encoding="utf-8")


def _models_key(*, as_configured: bool) -> str:
    """What the set of files depends on: the tables, the settings and the packages."""
    settings = sorted(item for item in os.environ.items() if item[0].startswith("REPRISE_"))
    parts = [
        repr((as_configured, os.environ.get("HOME"), settings)),
        _digest(ROOT / "agents/models/weights.toml"),
        _digest(ROOT / "requirements.txt"),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


# Serving


def serve(port: int) -> None:
    """Becomes the server of the app."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise SetupError(
                f"Port {port} cannot be used ({error.strerror}). If Reprise runs already, it is at "
                f"http://localhost:{port}; else choose another port: make run PORT={port + 1}"
            ) from error
    command = [str(PYTHON), "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606 - no shell is meant


# Small things


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _fingerprint(path: Path) -> list[int] | None:
    """Size and time of change; None where there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]


def _read_note(path: Path) -> dict:
    """What a step left, or nothing where it never ran or its note cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _tail(path: Path) -> str:
    return "\n".join(_lines(path)[-LOG_LINES_SHOWN:])


if __name__ == "__main__":
    sys.exit(main())
