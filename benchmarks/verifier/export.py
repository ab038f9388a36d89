"""Writes the trained model as ONNX, with weights of eight bits."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from benchmarks.verifier.model import PairModel, batch
from benchmarks.verifier.train import logits

OPSET = 18
MOST_DIFFERENCE = 0.02
"""What a probability may differ at most between torch and the unquantised file."""

PROBES = (
    ("How do I sort a list?", "sort list"),
    ("?", "What is the capital of France?"),
    ("What does it cost to send a parcel to Norway by ship, and how long does it take?", "postage"),
)


def export(model: PairModel, reader: Tokenizer, path: Path) -> None:
    """Writes ``path``.

    :raises ValueError: if the unquantised file gives other numbers than the model.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    whole = path.with_suffix(".fp32.onnx")
    prepared = path.with_suffix(".prepared.onnx")
    try:
        _write(model, reader, whole)
        _refuse_differing(model, reader, whole)
        quant_pre_process(str(whole), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared),
            str(path),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        )
    finally:
        whole.unlink(missing_ok=True)
        prepared.unlink(missing_ok=True)


def _write(model: PairModel, reader: Tokenizer, path: Path) -> None:
    read = batch(reader, PROBES[:2])
    names = ["input_ids", "attention_mask", "token_type_ids"]
    shape = {0: torch.export.Dim("pairs"), 1: torch.export.Dim("pieces", max=512)}
    with warnings.catch_warnings():
        # The exporter warns of its own future, which the pinned version settles.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.eval(),
            (read.ids, read.mask, read.types),
            str(path),
            input_names=names,
            output_names=["logits"],
            dynamic_shapes=(shape, shape, shape),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def _refuse_differing(model: PairModel, reader: Tokenizer, path: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for pair in PROBES:
        ordered = min(pair), max(pair)
        read = batch(reader, [ordered])
        (found,) = session.run(
            None,
            {
                "input_ids": read.ids.numpy(),
                "attention_mask": read.mask.numpy(),
                "token_type_ids": read.types.numpy(),
            },
        )
        wanted = logits(model, reader, [pair])
        difference = float(np.abs(found - wanted).max())
        if difference > MOST_DIFFERENCE:
            raise ValueError(f"the file differs by {difference:.4f} for {pair}")
