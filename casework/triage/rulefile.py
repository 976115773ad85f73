"""Reads the rule files: idioms, families made of patterns, rules.

By line: ``- name | only family`` opens idioms (their words count for nothing, or not for these families);
``+ family | not neg`` a family made of patterns; ``! family`` the same but holding every word of its matches (a trap,
to be taken off others); ``= label:value rule_id | clause | not neg hypo | with label:value | without label:value`` a
rule. The patterns follow, one a line; ``#`` starts a comment. ``with`` asks that another finding stands anywhere in
the account. ``strand:*`` writes a rule once for all seven strands (``strand:race,age`` for some): ``{id_*}`` is then
``{id_race}`` and so on. A family may use any other, but not in a circle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from casework.triage.guards import GUARDS
from casework.triage.patterns import Pattern

_HERE = Path(__file__).parent
STRAND_NAMES = {
    "race": "race_ethnicity",
    "religion": "religion_belief",
    "disability": "disability",
    "orientation": "sexual_orientation",
    "gender": "gender_identity",
    "sex": "sex",
    "age": "age",
}
_SPREAD = ("strand", "id", "idself")


@dataclass(slots=True)
class Rule:
    """Patterns that mean one thing, and the guards under which they do not."""

    kind: str
    target: str
    name: str
    clause: str
    silent: tuple[str, ...]
    needs: str = ""
    unless: str = ""
    only: tuple[str, ...] = ()
    patterns: list[Pattern] = field(default_factory=list)
    label: str = field(init=False)

    def __post_init__(self) -> None:
        # The part of the target before the colon.
        self.label = self.target.partition(":")[0]


def _header(line: str) -> Rule:
    head, *rest = (part.strip() for part in line[1:].split("|"))
    target, _, name = head.partition(" ")
    rule = Rule(line[0], target, name.strip() or target, "", ())
    for part in rest:
        word, _, value = part.partition(" ")
        if word == "not":
            rule.silent = tuple(value.split())
        elif word == "with":
            rule.needs = value.strip()
        elif word == "without":
            rule.unless = value.strip()
        elif word == "only":
            rule.only = tuple(value.split())
        else:
            rule.clause = part
    for guard in rule.silent:
        if guard not in GUARDS:
            raise ValueError(f"rule {rule.name}: no guard {guard!r}")
    return rule


def _spread(rule: Rule, lines: list[str]) -> list[tuple[Rule, list[str]]]:
    """One rule for each strand that its target names."""
    label, _, value = rule.target.partition(":")
    if label not in _SPREAD or not (value == "*" or value in STRAND_NAMES or "," in value):
        return [(rule, lines)]
    made = []
    for short in STRAND_NAMES if value == "*" else value.split(","):
        target = f"{label}:{STRAND_NAMES[short] if label == 'strand' else short}"
        needs = rule.needs.replace("*", short)
        one = Rule(rule.kind, target, f"{short}.{rule.name}", rule.clause, rule.silent, needs, rule.unless)
        made.append((one, [line.replace("_*}", f"_{short}}}") for line in lines]))
    return made


def written_rules() -> list[tuple[Rule, list[str]]]:
    """Every idiom, family and rule of the tables, with its patterns as written."""
    parts: list[tuple[Rule, list[str]]] = []
    for folder in ("idioms", "rules", "danger"):
        for path in sorted((_HERE / folder).glob("*.txt")):
            for line in path.read_text(encoding="utf-8").splitlines():
                line = line.partition("#")[0].strip()
                if line[:2] in ("- ", "+ ", "! ", "= "):
                    parts.append((_header(line), []))
                elif line:
                    parts[-1][1].append(line)
    return [one for rule, lines in parts for one in _spread(rule, lines)]
