"""The chat model inside this process: llama.cpp behind an OpenAI-compatible address on loopback.

Nobody else can use it: the port is any free one and the API key is made up at each start.

llama.cpp keeps what it computed for a prompt. One slot holds the current prompt, and prompts that
it displaces go to a cache in memory, so several static beginnings (chat, planner, judge) stay warm
although one request runs at a time. A prompt pays for what comes after the longest beginning that
is known: static text belongs first, what changes last.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from agents.errors import ModelError

CONTEXT_TOKENS = 8_192
PROMPT_CACHE_MIB = 512
"""At 28 KiB a token, the model Reprise fetches keeps some 18,000 tokens of prompts."""
BATCH_TOKENS = 64
"""A request that was cancelled stops after the batch it is at: 1-2 s on two cores."""
WARM_SECONDS = 600.0
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
            ModelError: The model is not started, or refuses a prompt.
        """
        for prompt in prompts:
            body = {"messages": list(prompt), "max_tokens": 1}
            try:
                response = self._request("POST", "/v1/chat/completions", json=body)
            except httpx.TransportError:
                if not self.started:
                    return
                raise
            if response.is_error:
                raise ModelError(
                    f"The local model refused a prompt (status {response.status_code}).",
                    remedy="Choose a model with a longer context, or restart Reprise.",
                    kind="server",
                )

    def metrics(self) -> ModelMetrics:
        """What the model did since it was started, by llama.cpp's own count.

        Raises:
            ModelError: The model is not started.
        """
        text = self._request("GET", "/metrics").text
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
        self._server = None

    @property
    def _address(self) -> str:
        if self._server is None:
            raise ModelError(
                "The local model is not loaded.", remedy="Wait until it is.", kind="address"
            )
        return str(self._server.listening_address)

    def _request(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.api_key}"}
        # trust_env: a proxy in the environment has no business on loopback.
        with httpx.Client(headers=headers, timeout=WARM_SECONDS, trust_env=False) as client:
            return client.request(method, f"{self._address}{path}", **content)


def physical_cores(topology: Path = Path("/sys/devices/system/cpu")) -> int:
    """Physical cores this process may use, at least 1.

    Two hardware threads of one core share the unit that multiplies matrices, so they count as
    one; where the system does not tell which belong together, each counts.
    """
    try:
        usable = os.sched_getaffinity(0)
    except AttributeError:
        return max(1, (os.cpu_count() or 1) // 2)
    cores = {_siblings(topology / f"cpu{number}", number) for number in usable}
    return max(1, len(cores))


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
