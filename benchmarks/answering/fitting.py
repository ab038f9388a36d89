"""Fits the network with torch, and its calibration on replies that it did not see."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from agents.dialogue.answering.network import Array, Network

PROJECTED: Final = 64
HIDDEN: Final = 48
EPOCHS: Final = 8
BATCH: Final = 256
RATE: Final = 2e-3
DECAY: Final = 1e-2
DROPPED: Final = 0.2
SMOOTHED: Final = 0.01
NEWTON_STEPS: Final = 50
RIDGE: Final = 1e-3


@dataclass(frozen=True)
class Set:
    """What is fitted on.

    Attributes:
        inputs: Shape (rows, n).
        met: 0 or 1, shape (rows,).
        weights: How much each row counts, shape (rows,).
    """

    inputs: Array
    met: Array
    weights: Array


def projection(vectors: Array) -> Array:
    """The directions in which the vectors differ most, shape (d, p)."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    return np.ascontiguousarray(directions[:, ::-1][:, :PROJECTED], dtype=np.float32)


def fitted(projected: Array, data: Set, seed: int) -> Network:
    """A network, not calibrated yet."""
    torch.manual_seed(seed)
    size = data.inputs.shape[1]
    centre, scale = data.inputs.mean(axis=0), data.inputs.std(axis=0) + SMOOTHED
    values = torch.from_numpy((data.inputs - centre) / scale)
    hidden, out = torch.nn.Linear(size, HIDDEN), torch.nn.Linear(HIDDEN, 1, bias=False)
    direct, drop = torch.nn.Linear(size, 1), torch.nn.Dropout(DROPPED)
    torch.nn.init.zeros_(direct.weight)
    parameters = [p for layer in (hidden, out, direct) for p in layer.parameters()]
    batches = -(-len(values) // BATCH)
    descent = torch.optim.AdamW(parameters, lr=RATE, weight_decay=DECAY)
    rate = torch.optim.lr_scheduler.OneCycleLR(descent, RATE, total_steps=EPOCHS * batches)
    met, weights = torch.from_numpy(data.met), torch.from_numpy(data.weights)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(values)).split(BATCH):
            seen = drop(values[batch])
            sums = (out(drop(torch.relu(hidden(seen)))) + direct(seen))[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                sums, met[batch], weights[batch]
            )
            descent.zero_grad()
            loss.backward()
            descent.step()
            rate.step()
    one = np.float32(1)
    return Network(
        projected,
        centre,
        scale,
        hidden.weight.detach().numpy().T,
        hidden.bias.detach().numpy(),
        out.weight.detach().numpy()[0],
        direct.weight.detach().numpy()[0],
        direct.bias.detach().numpy()[0],
        np.array([0, one, 0, 0], dtype=np.float32),
        np.array([one, 0, 0], dtype=np.float32),
    )


def logistic(values: Array, met: Array, weights: Array) -> Array:
    """Coefficients of a logistic regression, by Newton's method, shape (columns,)."""
    found = np.zeros(values.shape[1])
    for _ in range(NEWTON_STEPS):
        likely = 1 / (1 + np.exp(-values @ found))
        slope = values.T @ (weights * (likely - met)) + RIDGE * found
        curve = (values * (weights * likely * (1 - likely))[:, None]).T @ values
        found -= np.linalg.solve(curve + RIDGE * np.eye(len(found)), slope)
    return found.astype(np.float32)


def best_parts(odds: Array, row: NDArray[np.int64], is_part: NDArray[np.bool_]) -> Array:
    """The highest log odds among the parts of each row; NaN where it has none."""
    best = np.full(row.max() + 1, -np.inf, dtype=np.float32)
    np.maximum.at(best, row[is_part], odds[is_part])
    return np.where(np.isinf(best), np.nan, best)


def write(network: Network, file: Path) -> None:
    """Write the weights; half precision holds what matters of the large ones."""
    large = {"projection", "hidden"}
    arrays = {field.name: getattr(network, field.name) for field in fields(Network)}
    halved = {k: v.astype(np.float16) if k in large else v for k, v in arrays.items()}
    np.savez_compressed(file, **halved)
