"""Trains the pair model on drawn pairs."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits

from benchmarks.verifier.measures import auc
from benchmarks.verifier.model import PairModel, batch
from benchmarks.verifier.pairs import Pair

WEIGHTS = "last.pt"
"""The averaged weights so far, in the folder of a training."""

_SORTED_TOGETHER = 40
"""Batches whose pairs are sorted by length together, so that little is padded."""


class Draws(Protocol):
    """Where pairs come from; see :class:`benchmarks.verifier.pairs.Drawer`."""

    def draw(self, count: int, seed: int) -> list[Pair]: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is trained: the rate rises, stays, and falls to 0 at the end.

    :ivar rising: steps in which the rate rises.
    :ivar steady: steps after which it begins to fall. A file named ``finish`` in the folder ends
        these early; a model made so is repeated by no other run.
    :ivar falling: steps in which it falls, linearly.
    :ivar pairs_a_step: size of a batch.
    :ivar rate: learning rate of the encoder; the head learns eight times as fast.
    :ivar averaged: decay of the moving average of the weights, a step.
    :ivar every: steps between two looks at the held-out pairs.
    """

    rising: int = 80
    steady: int = 3900
    falling: int = 900
    pairs_a_step: int = 32
    rate: float = 1.2e-4
    averaged: float = 0.99
    every: int = 250


def train(
    model: PairModel,
    reader: Tokenizer,
    drawer: Draws,
    held_out: Sequence[Pair],
    plan: Plan,
    folder: Path,
    seed: int,
) -> PairModel:
    """Trains on pairs that are drawn as they are needed, none twice.

    The averaged weights so far are in ``folder / WEIGHTS`` at any time.

    :param held_out: looked at on the way, and chosen by in no way.
    :returns: the model with the averaged weights at the end, when the rate has fallen to 0.
    """
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    optimizer = _optimizer(model, plan)
    averaged = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(plan.averaged)
    )
    batches = _batches(drawer, plan.pairs_a_step, seed)
    step, started, losses = 0, time.monotonic(), []
    while step < plan.rising + plan.steady + plan.falling:
        step += 1
        if (folder / "finish").exists() and step < plan.rising + plan.steady:
            plan = replace(plan, steady=max(0, step - plan.rising))
            print(f"finishing: the rate falls from step {step} on", flush=True)
        _set_rate(optimizer, plan, step)
        losses.append(_step(model, reader, next(batches), optimizer))
        averaged.update_parameters(model)
        if step % plan.every == 0 or step == plan.rising + plan.steady + plan.falling:
            found = _auc(averaged.module, reader, held_out)
            print(
                f"step {step} {time.monotonic() - started:.0f}s "
                f"loss {np.mean(losses):.4f} held-out AUC {found:.4f}",
                flush=True,
            )
            losses.clear()
            torch.save(averaged.module.state_dict(), folder / WEIGHTS)
    model.load_state_dict(averaged.module.state_dict())
    return model.eval()


def logits(
    model: PairModel, reader: Tokenizer, pairs: Sequence[tuple[str, str]], size: int = 64
) -> NDArray[np.float32]:
    """The model's numbers for pairs, each read in one order; shape (len(pairs),)."""
    ordered = [(a, b) if a <= b else (b, a) for a, b in pairs]
    by_length = sorted(range(len(ordered)), key=lambda at: len("".join(ordered[at])))
    found = np.empty(len(ordered), dtype=np.float32)
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(by_length), size):
            rows = by_length[start : start + size]
            read = batch(reader, [ordered[row] for row in rows])
            found[rows] = model(read.ids, read.mask, read.types).numpy()
    model.train(was_training)
    return found


def _step(
    model: PairModel, reader: Tokenizer, pairs: Sequence[Pair], optimizer: torch.optim.Optimizer
) -> float:
    model.train()
    read = batch(reader, [(pair.a, pair.b) for pair in pairs])
    wanted = torch.tensor([0.97 if pair.same else 0.02 for pair in pairs])
    weights = torch.tensor([pair.weight for pair in pairs])
    found = model(read.ids, read.mask, read.types)
    loss = (binary_cross_entropy_with_logits(found, wanted, reduction="none") * weights).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _auc(model: torch.nn.Module, reader: Tokenizer, pairs: Sequence[Pair]) -> float:
    assert isinstance(model, PairModel)  # noqa: S101
    found = logits(model, reader, [(pair.a, pair.b) for pair in pairs])
    return auc(found, np.array([pair.same for pair in pairs]))


def _batches(drawer: Draws, size: int, seed: int) -> Iterator[list[Pair]]:
    """Endless. Pairs of like length come together, so that little is padded."""
    rng = random.Random(seed)  # noqa: S311
    while True:
        pairs = drawer.draw(size * _SORTED_TOGETHER, rng.randrange(2**32))
        pairs.sort(key=lambda pair: len(pair.a) + len(pair.b))
        batches = [pairs[at : at + size] for at in range(0, len(pairs), size)]
        rng.shuffle(batches)
        yield from batches


def _optimizer(model: PairModel, plan: Plan) -> torch.optim.Optimizer:
    encoder = [each for each in model.encoder.parameters() if each.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": encoder, "share": 1.0, "weight_decay": 0.01},
            {"params": model.head.parameters(), "share": 8.0, "weight_decay": 0.01},
        ],
        lr=plan.rate,
    )


def _set_rate(optimizer: torch.optim.Optimizer, plan: Plan, step: int) -> None:
    end = plan.rising + plan.steady + plan.falling
    share = min(1.0, step / plan.rising, (end - step + 1) / plan.falling)
    for group in optimizer.param_groups:
        group["lr"] = plan.rate * group["share"] * share
