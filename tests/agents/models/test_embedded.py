"""The real local model: it keeps prompts, stops when told, and says what is wrong with a file."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from ag2 import Agent, MemoryStream
from ag2.config import OpenAIConfig
from ag2.events import ModelMessageChunk
from pydantic import BaseModel

from agents.errors import ModelError
from agents.models.embedded import EmbeddedModel, ModelFileError, physical_cores
from agents.models.providers import model_config
from agents.settings import Settings

CHAT = "You are a kind guide. " + " ".join(f"Rule {n}: answer in few words." for n in range(12))
JUDGE = "You are a fair judge. " + " ".join(f"Law {n}: be strict but just." for n in range(12))


class Colour(BaseModel):
    name: str
    warm: bool


@pytest.fixture(scope="module")
def model(local_model_path: Path):
    model = EmbeddedModel(local_model_path)
    model.start()
    yield model
    model.close()


def config_of(model: EmbeddedModel, max_tokens: int = 12) -> OpenAIConfig:
    settings = Settings(temperature=0, max_tokens=max_tokens)
    return model_config(settings, http_client=None, embedded=model)


def ask_to_be_told(model: EmbeddedModel, prompt: str, max_tokens: int = 12) -> Agent:
    return Agent("guide", prompt=prompt, config=config_of(model, max_tokens))


@pytest.mark.local_model
async def test_from_the_second_turn_on_only_what_is_new_is_evaluated(model: EmbeddedModel):
    agent, conversation = ask_to_be_told(model, CHAT), MemoryStream()
    await agent.ask("I want to buy a laptop.", stream=conversation)
    before = model.metrics()

    reply = await agent.ask("What about its screen?", stream=conversation)

    evaluated = model.metrics().prompt_tokens - before.prompt_tokens
    known = reply.response.usage.cache_read_input_tokens
    assert known > 100, "the static prompt and the first turn are known"
    # The new message is 5 words in some 15 tokens with its frame, the last reply's end included.
    assert evaluated == reply.response.usage.prompt_tokens - known
    assert evaluated <= 30


@pytest.mark.local_model
async def test_static_prompts_that_were_warmed_cost_nothing_later(model: EmbeddedModel):
    prompts = [CHAT, JUDGE]
    await asyncio.to_thread(model.warm, [[{"role": "system", "content": p}] for p in prompts])

    for prompt in [*prompts, *prompts]:
        usage = (await ask_to_be_told(model, prompt, 2).ask("Hello")).response.usage
        assert usage.prompt_tokens - usage.cache_read_input_tokens <= 30


@pytest.mark.local_model
async def test_a_reply_follows_a_schema_while_it_streams(model: EmbeddedModel):
    pieces: list[str] = []

    async def collect(event: ModelMessageChunk) -> None:
        pieces.append(event.content)

    stream = MemoryStream()
    stream.where(ModelMessageChunk).subscribe(collect)

    reply = await ask_to_be_told(model, "Name colours.", 60).ask(
        "Describe the colour red.", stream=stream, response_schema=Colour
    )

    assert isinstance(await reply.content(), Colour)
    assert len(pieces) > 5


@pytest.mark.local_model
async def test_a_reply_that_is_stopped_does_not_run_on_in_the_background(model: EmbeddedModel):
    begun = asyncio.Event()

    async def note(_: ModelMessageChunk) -> None:
        begun.set()

    stream = MemoryStream()
    stream.where(ModelMessageChunk).subscribe(note)
    endless = ask_to_be_told(model, CHAT, 2000).ask("Count from 1 to 1000.", stream=stream)
    task = asyncio.create_task(endless)
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    # One request runs at a time, so this one's end shows that the other has ended.
    await ask_to_be_told(model, CHAT, 2).ask("Hello")

    assert model.metrics().predicted_tokens < 1000


@pytest.mark.local_model
def test_nobody_without_the_key_is_answered(model: EmbeddedModel):
    response = httpx.get(f"{model.base_url}/models", headers={"Authorization": "Bearer other"})

    assert response.status_code == 401
    assert model.base_url.startswith("http://127.0.0.1:")


PROGRAM = """
import sys, threading, time
from pathlib import Path
from agents.models.embedded import EmbeddedModel
model = EmbeddedModel(Path(sys.argv[1]))
model.start()
prompt = [{"role": "user", "content": "word " * 2000}]
work = threading.Thread(target=model.warm, args=([prompt],), daemon=True)
work.start()
time.sleep(2)
{end}
"""


@pytest.mark.local_model
@pytest.mark.parametrize("end", ["model.close(); work.join()", ""], ids=["closed", "left open"])
def test_a_process_ends_cleanly_while_a_prompt_is_evaluated(local_model_path: Path, end: str):
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("{end}", end), str(local_model_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"not a model", "not a GGUF file"), (b"GGUF\3\0\0\0 and then nonsense", "cannot load it")],
)
def test_a_file_that_is_no_model_is_named_with_what_to_do(
    tmp_path: Path, content: bytes, problem: str
):
    path = tmp_path / "mine.gguf"
    path.write_bytes(content)

    with pytest.raises(ModelFileError, match=problem) as caught:
        EmbeddedModel(path).start()

    assert str(path) in caught.value.message
    assert "REPRISE_MODEL" in caught.value.remedy


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(ModelFileError, match="No such file"):
        EmbeddedModel(tmp_path / "mine.gguf").start()


def test_a_model_that_is_not_started_says_so(tmp_path: Path):
    model = EmbeddedModel(tmp_path / "mine.gguf")

    with pytest.raises(ModelError, match="not loaded"):
        model.metrics()


def test_two_threads_of_one_core_count_once(tmp_path: Path):
    for number, siblings in enumerate(["0,2", "1,3", "0,2", "1,3"]):
        folder = tmp_path / f"cpu{number}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(f"{siblings}\n")

    assert physical_cores(tmp_path, usable=[0, 1, 2, 3]) == 2
    assert physical_cores(tmp_path, usable=[0, 2]) == 1
    assert physical_cores(tmp_path / "unknown", usable=[0, 1, 2]) == 3
