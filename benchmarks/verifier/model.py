"""The pair model: all-MiniLM-L6-v2 reads both questions at once, a small head compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from cache.embedder import model_folder

MAX_PIECES = 64
"""Word pieces read in training; longer pairs are cut."""

FROZEN_LAYERS = 2
"""Of six. What is below needs no backward pass, which is a fifth of the time."""

_HEAD = 128


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs as the model reads them; each field of shape (pairs, pieces)."""

    ids: Tensor
    mask: Tensor
    types: Tensor


class PairModel(nn.Module):
    """Word pieces of two questions in, one logit a pair out.

    The head sees the state of [CLS], the mean over all states, and how the means over the two
    questions differ (their absolute difference and their product).

    :param encoder: the BERT-shaped encoder.
    """

    def __init__(self, encoder: nn.Module, width: int = 384) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(4 * width, _HEAD), nn.GELU(), nn.Linear(_HEAD, 1)
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Shape (pairs,)."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        both = attention_mask.to(states.dtype)
        second = both * token_type_ids.to(states.dtype)
        first = both - second
        one, two = _mean(states, first), _mean(states, second)
        seen = torch.cat([states[:, 0], _mean(states, both), (one - two).abs(), one * two], dim=1)
        return self.head(seen).squeeze(1)


def untrained() -> PairModel:
    """The embedding model with a new head; word embeddings and lowest layers stay as they are."""
    from transformers import AutoModel

    encoder: Any = AutoModel.from_pretrained(str(model_folder()), local_files_only=True)
    for part in (encoder.embeddings, *encoder.encoder.layer[:FROZEN_LAYERS]):
        part.requires_grad_(requires_grad=False)
    return PairModel(encoder)


def averaged(files: Sequence[Path]) -> PairModel:
    """The model with the mean of the weights of several trainings, for use.

    Trainings that began from the same weights can be averaged, and the mean judges better than
    each ("model soups": Wortsman et al. 2022, arXiv:2203.05482).

    :param files: what :func:`benchmarks.verifier.train.train` left.
    """
    trained = [torch.load(file, weights_only=True) for file in files]
    mean = {
        name: torch.stack([one[name].double() for one in trained]).mean(0).to(weight.dtype)
        for name, weight in trained[0].items()
    }
    model = untrained()
    model.load_state_dict(mean)
    return model.eval()


def tokenizer() -> Tokenizer:
    """Joins two questions; cuts the longer one where both are too long."""
    made = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    made.enable_truncation(MAX_PIECES, strategy="longest_first")
    made.enable_padding()
    return made


def batch(reader: Tokenizer, pairs: Sequence[tuple[str, str]]) -> Batch:
    """The pairs, padded to the longest."""
    read = reader.encode_batch(list(pairs))
    return Batch(
        torch.tensor([each.ids for each in read]),
        torch.tensor([each.attention_mask for each in read]),
        torch.tensor([each.type_ids for each in read]),
    )


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    return (states * mask.unsqueeze(2)).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
