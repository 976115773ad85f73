"""`make compare`: the methods side by side, each taught on ``train`` and judged on ``development``.

Rules alone; a linear model over character and word n-grams; the published encoder with only its top taught; the
encoder taught as it is served; and the unions with the rules. Thresholds of each are chosen by the same goals.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from casework.triage import learnt, triage
from casework.triage.decide import label
from casework.triage.learnt import Signs
from casework.triage.learnt.encoder import Encoder
from learning import weights
from learning.accounts import Account, accounts
from learning.answers import small_talk
from learning.inputs import BATCH, SEED, TOP_RATE
from learning.labels import NAMES, row
from learning.measure import Score
from learning.net import Net
from learning.teaching import Words, fit, pad, weighed
from learning.thresholds import FLOORS, best_threshold, f1, names_of, names_said, towards

Scores = list[dict[str, float]]
Said = list[set[str]]


def ngrams(train: Sequence[Account], told: Sequence[Account]) -> Scores:
    """A linear model for each label over runs of 2 to 5 characters and 1 to 3 words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_union

    features = make_union(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True, max_features=60000),
        TfidfVectorizer(ngram_range=(1, 3), min_df=2, sublinear_tf=True, max_features=40000, token_pattern=r"\S+"),
    )
    seen = features.fit_transform([one.text for one in train])
    unseen = features.transform([one.text for one in told])
    rows = np.array([row(one) for one in train])
    found: Scores = [{} for _ in told]
    for number, name in enumerate(NAMES):
        model = LogisticRegression(C=20, class_weight="balanced", max_iter=300).fit(seen, rows[:, number])
        for one, score in zip(found, model.decision_function(unseen), strict=True):
            one[name] = float(score)
    return found


def frozen(train: Sequence[Account], told: Sequence[Account]) -> Scores:
    """The published layers untouched; only the attention and the scores on top are taught."""
    words = Words(weights.small())
    rows, wanted = [words.pieces(one.text) for one in train], torch.tensor([row(one) for one in train])
    torch.manual_seed(SEED)
    random.seed(SEED)
    net, loss = Net(len(NAMES), range(6)), weighed(wanted)
    net.body.requires_grad_(False)
    fit(
        net, rows, lambda scores, places: loss(scores, wanted[places]),
        epochs=4, batch=BATCH, rate=0.0, top_rate=TOP_RATE, name="frozen",
    )  # fmt: skip
    found: Scores = []
    with torch.no_grad():
        for one in told:
            scores, _ = net(*pad([words.pieces(one.text)]))
            found.append(dict(zip(NAMES, scores[0].tolist(), strict=True)))
    return found


def served(told: Sequence[Account]) -> Scores:
    """The encoder as it is served."""
    encoder = Encoder()
    return [{name: reading.score for name, reading in encoder.read(one.text).items()} for one in told]


def decide(scores: Scores, rules: Said, wanted: Said) -> Said:
    """What scores and rules say together, with thresholds chosen by the goals of `learning.thresholds`."""
    found: Said = [set(one) for one in rules]
    for name in NAMES:
        values, want = [one[name] for one in scores], [name in one for one in wanted]
        goal = towards(*FLOORS[name]) if name in FLOORS else f1
        limit = best_threshold(values, [name in one for one in rules], want, goal)
        for one, value in zip(found, values, strict=True):
            if value >= limit:
                one.add(name)
    return found


def score(said: Said, wanted: Said, name: str) -> Score:
    hits = sum(name in a and name in b for a, b in zip(said, wanted, strict=True))
    return Score(hits, sum(name in one for one in said) - hits, sum(name in one for one in wanted) - hits)


def main() -> None:
    """Teach, judge and print one table."""
    torch.set_num_threads(2)
    train, told = [*accounts("train"), *small_talk()], accounts("development")
    wanted, none = [names_of(one) for one in told], [set[str]() for _ in told]
    began = time.monotonic()
    rules = [names_said(label(one.text, (), Signs())) for one in told]
    spent = (time.monotonic() - began) * 1000 / len(told)
    table = Table("method", "hate R/P", "emergency R/P", "urgent R/P", "strands", "flags", "types", "ms an account")

    def add(name: str, said: Said, cost: float) -> None:
        heads = [score(said, wanted, head) for head in FLOORS]
        micro = sum((score(said, wanted, n) for n in NAMES if n.startswith("strand:")), Score()).f1
        macros = []
        for start in ("flag:", "type:"):
            kept = [score(said, wanted, n) for n in NAMES if n.startswith(start)]
            macros.append(sum(one.f1 for one in kept) / len(kept))
        cells = [f"{one.recall:.2f}/{one.precision:.2f}" for one in heads]
        table.add_row(name, *cells, f"{micro:.2f}", *(f"{value:.2f}" for value in macros), f"{cost:.1f}")

    def timed(call: Callable[[], Scores]) -> tuple[Scores, float]:
        began = time.monotonic()
        return call(), (time.monotonic() - began) * 1000 / len(told)

    add("rules alone", rules, spent)
    for name, call in (
        ("n-grams", lambda: ngrams(train, told)), ("encoder, frozen", lambda: frozen(train, told)),
        ("encoder, taught", lambda: served(told)),
    ):  # fmt: skip
        scores, cost = timed(call)
        add(name, decide(scores, none, wanted), cost if name == "encoder, taught" else float("nan"))
        add(f"{name}, and all rules", decide(scores, rules, wanted), float("nan"))
    learnt.load()
    add("as served: rules and encoder", [names_said(triage(one.text)) for one in told], float("nan"))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
