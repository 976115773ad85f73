"""The encoders as PyTorch sees them: published layers, and for each label an attention of its own over the words.

The attention is what lets a flag in the middle of 150 other words count, and what names the words a score rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from learning import weights


class Head(nn.Module):
    """From what layers see in each piece to scores (logits) for ``labels`` labels."""

    def __init__(self, labels: int, size: int, drop: float) -> None:
        super().__init__()
        self.drop = nn.Dropout(drop)
        self.look = nn.Linear(size, labels, bias=False)
        self.weigh = nn.Parameter(torch.randn(labels, size) * 0.02)
        self.whole = nn.Linear(size, labels)

    def forward(self, seen: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Scores (accounts, labels) and weights (accounts, pieces, labels) of ``seen`` (accounts, pieces, size)."""
        seen = self.drop(seen)
        looks = self.look(seen)
        if mask is None:
            mean, looked = seen.mean(1), looks.softmax(1)
        else:
            there = mask.unsqueeze(-1).to(seen.dtype)
            mean, looked = (seen * there).sum(1) / there.sum(1), (looks + (1 - there) * -1e4).softmax(1)
        picked = looked.transpose(1, 2) @ seen
        return (picked * self.weigh).sum(-1) + self.whole(mean), looked


class Net(nn.Module):
    """The encoder that is served: some ``layers`` of all-MiniLM-L6-v2, counted from 0."""

    def __init__(self, labels: int, layers: Sequence[int]) -> None:
        from transformers import AutoModel

        super().__init__()
        # Many texts are seen few times: nothing is left out by chance, which takes a fifth of the time.
        self.body: Any = AutoModel.from_pretrained(
            weights.small(), attn_implementation="eager", local_files_only=True,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        self.body.encoder.layer = nn.ModuleList(self.body.encoder.layer[place] for place in layers)
        self.body.pooler = None
        # 30,522 word pieces: far too many for a few thousand accounts to move.
        self.body.embeddings.word_embeddings.weight.requires_grad = False
        self.head = Head(labels, self.body.config.hidden_size, 0.0)

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Scores and weights (`Head`) of ``ids``; ``mask`` is 1 where they hold something (none: everywhere)."""
        seen = self.body.embeddings(input_ids=ids)
        hidden = None if mask is None else (1 - mask[:, None, None, :].to(seen.dtype)) * -1e4
        for layer in self.body.encoder.layer:
            seen = layer(seen, hidden)
        scores, looked = self.head(seen, mask)
        return scores, looked


class Large(nn.Module):
    """The teacher: all twelve layers of all-mpnet-base-v2, far too slow and too big to be served."""

    # The table of pieces and the lowest layers stay as they were published: they cost a third and gain nothing.
    STILL = 3

    def __init__(self, labels: int, folder: Path) -> None:
        """``folder`` holds the published weights (`weights.large`); they are read at once."""
        from transformers import AutoModel

        super().__init__()
        self.body: Any = AutoModel.from_pretrained(folder, local_files_only=True, add_pooling_layer=False)
        for part in (self.body.embeddings, *self.body.encoder.layer[: self.STILL]):
            part.requires_grad_(False)
        self.head = Head(labels, self.body.config.hidden_size, 0.1)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """As `Net`."""
        scores, looked = self.head(self.body(input_ids=ids, attention_mask=mask).last_hidden_state, mask)
        return scores, looked
