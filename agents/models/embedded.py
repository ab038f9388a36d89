"""The chat model inside this process: llama.cpp behind an OpenAI-compatible address on loopback.

Nobody else can use it: the port is any free one and the API key is made up at each start.

llama.cpp keeps what it computed for a prompt. One slot holds the current prompt, and prompts that
it displaces go to a cache in memory, so several static beginnings (chat, planner, judge) stay warm
although one request runs at a time. A prompt pays for what comes after the longest beginning that
is known: static text belongs first, what changes last.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import secrets
import socket
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from agents.errors import ModelError

CONTEXT_TOKENS = 8_192
PROMPT_CACHE_MIB = 512
"""At 28 KiB a token, the model Reprise fetches keeps some 18,000 tokens of prompts."""
BATCH_TOKENS = 64
"""A request that was cancelled stops after the batch it is at: 1-2 s on two cores."""
WARM_SECONDS = 600.0
CLOSE_SECONDS = 10.0
MAGIC = b"GGUF"

Message = Mapping[str, str]
"""One message of a prompt: ``role`` and ``content``."""


class ModelFileError(ModelError):
    """A file cannot be used as a chat model.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"The model file {path} cannot be used: {problem}.",
            remedy="Set REPRISE_MODEL to a chat model in GGUF format, "
            "or unset it to use the model that Reprise fetches itself.",
            kind="model",
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class ModelMetrics:
    """What the model did since it was started.

    Attributes:
        prompt_tokens: Prompt tokens that were evaluated.
        cached_tokens: Prompt tokens that were known from before, and cost nothing.
        predicted_tokens: Tokens of replies.
        prompt_seconds: Time spent on prompts.
        predicted_seconds: Time spent on replies.
    """

    prompt_tokens: int
    cached_tokens: int
    predicted_tokens: int
    prompt_seconds: float
    predicted_seconds: float


class EmbeddedModel:
    """A GGUF model that is loaded by `start` and served until `close`.

    Attributes:
        path: The model's file.
        api_key: The key its address asks for.
    """

    def __init__(self, path: Path, *, threads: int = 0) -> None:
        """`threads`: CPU threads to compute with; 0 takes the physical cores that may be used."""
        self.path = path
        self.api_key = secrets.token_urlsafe(24)
        self._threads = threads
        self._server: Any = None
        self._connections: set[HTTPConnection] = set()

    @property
    def name(self) -> str:
        """The model's name."""
        return self.path.stem

    @property
    def base_url(self) -> str:
        """The OpenAI-compatible address, ending in ``/v1``.

        Raises:
            ModelError: The model is not started.
        """
        return f"{self._address}/v1"

    @property
    def started(self) -> bool:
        """Whether requests are answered."""
        return self._server is not None

    def start(self) -> None:
        """Load the model and serve it. Blocks for some seconds: use a thread.

        Raises:
            ModelFileError: The file is missing, no GGUF file, or cannot be loaded.
        """
        if self.started:
            return
        _refuse_other_files(self.path)
        # OpenMP's threads would wait for each other in busy loops, and beside other work on the
        # same cores that makes a reply twenty times slower. Read when the library is loaded.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import xllamacpp

        try:
            self._server = xllamacpp.Server(self._parameters(xllamacpp.CommonParams()))
        except RuntimeError as error:
            raise ModelFileError(self.path, "llama.cpp cannot load it") from error
        # Its threads must not compute on while the process takes down what they use.
        atexit.register(self.close)

    def _parameters(self, parameters: Any) -> Any:
        parameters.model.path = str(self.path)
        parameters.n_ctx = CONTEXT_TOKENS
        parameters.n_parallel = 1
        parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
        parameters.cache_ram_mib = PROMPT_CACHE_MIB
        threads = self._threads or physical_cores()
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.api_keys = [self.api_key]
        parameters.endpoint_metrics = True
        parameters.endpoint_slots = False
        parameters.ui = False
        # The first real prompt warms the model as well, and no GPU's memory has to be shared.
        parameters.warmup = parameters.fit_params = False
        parameters.verbosity = 0
        return parameters

    def warm(self, prompts: Iterable[Sequence[Message]]) -> None:
        """Evaluate static beginnings of prompts, so that the first real turns need not. Blocks.

        Stops early, without an error, when the model is closed meanwhile.

        Raises:
            ModelError: A prompt is refused, or the model stopped.
        """
        for prompt in prompts:
            body = json.dumps({"messages": list(prompt), "max_tokens": 1})
            try:
                self._request("POST", "/v1/chat/completions", body)
            except ModelError:
                if not self.started:
                    return
                raise

    def metrics(self) -> ModelMetrics:
        """What the model did since it was started, by llama.cpp's own count.

        Raises:
            ModelError: The model is not started.
        """
        text = self._request("GET", "/metrics")
        values = dict(re.findall(r"^llamacpp:(\w+) (\S+)$", text, re.MULTILINE))
        return ModelMetrics(
            prompt_tokens=int(float(values["prompt_tokens_total"])),
            cached_tokens=int(float(values["prompt_tokens_cached_total"])),
            predicted_tokens=int(float(values["tokens_predicted_total"])),
            prompt_seconds=float(values["prompt_seconds_total"]),
            predicted_seconds=float(values["tokens_predicted_seconds_total"]),
        )

    def close(self) -> None:
        """End what runs and free the memory. Closing twice is no error."""
        atexit.unregister(self.close)
        server, self._server = [self._server], None
        for connection in tuple(self._connections):
            _hang_up(connection)
        # llama.cpp waits for everyone it owes an answer. Whoever does not hang up keeps it from
        # ending, which must not keep this process from ending.
        release = threading.Thread(target=server.clear, name="llama.cpp-end", daemon=True)
        try:
            release.start()
        except RuntimeError:  # from Python 3.12 on, no thread begins while the interpreter ends
            server.clear()
        else:
            release.join(CLOSE_SECONDS)

    @property
    def _address(self) -> str:
        if self._server is None:
            raise ModelError(
                "The local model is not loaded.", remedy="Wait until it is.", kind="address"
            )
        return str(self._server.listening_address)

    def _request(self, method: str, path: str, body: str | None = None) -> str:
        """One request that `close` can end from another thread, which httpx has no way for."""
        connection = HTTPConnection(urlsplit(self._address).netloc, timeout=WARM_SECONDS)
        self._connections.add(connection)
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException) as error:
            raise ModelError(
                "The local model stopped.", remedy="Restart Reprise.", kind="cut"
            ) from error
        finally:
            self._connections.discard(connection)
            connection.close()
        if response.status != HTTPStatus.OK:
            raise ModelError(
                f"The local model refused a prompt (status {response.status}).",
                remedy="Choose a model with a longer context, or restart Reprise.",
                kind="server",
            )
        return text


def _hang_up(connection: HTTPConnection) -> None:
    """Ends a connection that another thread waits on; closing it would not wake that thread."""
    if connection.sock is not None:
        with suppress(OSError):  # ended already
            connection.sock.shutdown(socket.SHUT_RDWR)


def physical_cores(
    topology: Path = Path("/sys/devices/system/cpu"), usable: Iterable[int] | None = None
) -> int:
    """Physical cores this process may use, at least 1.

    Two hardware threads of one core share the unit that multiplies matrices, so they count as
    one; where the system does not tell which belong together, each counts.

    Args:
        topology: Where Linux tells which hardware threads belong together.
        usable: Numbers of the hardware threads; by default those that this process may use.
    """
    if usable is None and not hasattr(os, "sched_getaffinity"):
        return max(1, (os.cpu_count() or 1) // 2)
    numbers = os.sched_getaffinity(0) if usable is None else usable
    return max(1, len({_siblings(topology / f"cpu{number}", number) for number in numbers}))


def _siblings(folder: Path, number: int) -> str:
    path = folder / "topology" / "thread_siblings_list"
    return path.read_text(encoding="ascii").strip() if path.exists() else str(number)


def _refuse_other_files(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError as error:
        raise ModelFileError(path, error.strerror or "it cannot be read") from error
    if start != MAGIC:
        raise ModelFileError(path, "it is not a GGUF file")
