"""Write an exported net small: weights of 8 bits in the file, 32 bits in memory.

Only the weights are rounded, once, here; every sum is done in 32 bits, so what a processor rounds differently is a last
digit and not a label. The runtime widens the weights when it loads the file; the table of words is widened row by row,
as words are read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

# Smaller tables stay as they are: nothing to win.
_LEAST = 20_000


def small(path: Path) -> int:
    """Rewrite the ONNX file in place; returns how many tables of weights were made small."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(path))
    graph: Any = model.graph
    readers = {node.input[0]: node for node in graph.node if node.op_type == "Gather"}
    kept, first, instead, made = [], [], {}, 0
    for table in graph.initializer:
        values, name = numpy_helper.to_array(table), table.name
        if values.dtype != np.float32 or values.ndim != 2 or values.size < _LEAST:
            kept.append(table)
            continue
        reader = readers.get(name)
        scale = np.abs(values).max(axis=0 if reader is None else 1, keepdims=True) / 127
        scale[scale == 0] = 1
        whole = np.clip(np.rint(values / scale), -127, 127).astype(np.int8)
        kept.append(numpy_helper.from_array(whole, f"{name}.whole"))
        kept.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}.scale"))
        if reader is None:
            first += _widen(f"{name}.whole", f"{name}.scale", name)
        else:
            rows = [
                helper.make_node("Gather", [f"{name}.{part}", reader.input[1]], [f"{name}.{part}.row"])
                for part in ("whole", "scale")
            ]
            instead[name] = [*rows, *_widen(f"{name}.whole.row", f"{name}.scale.row", reader.output[0])]
        made += 1
    nodes = [
        one
        for node in graph.node
        for one in (instead.get(node.input[0], [node]) if node.op_type == "Gather" else [node])
    ]
    nodes = [*first, *nodes]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return made


def _widen(whole: str, scale: str, out: str) -> list[Any]:
    from onnx import TensorProto, helper

    return [
        helper.make_node("Cast", [whole], [f"{whole}.wide"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{whole}.wide", scale], [out]),
    ]
