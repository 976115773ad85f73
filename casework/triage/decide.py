"""From what was found in an account to its labels: the guide's order of doubt, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from casework.triage import learnt
from casework.triage.abroad import Abroad
from casework.triage.labels import (
    ASB_TYPES,
    CLAUSES,
    EMERGENCY_FLAGS,
    FLAG_CLAUSES,
    RISK_FLAGS,
    STRANDS,
    URGENT_FLAGS,
    Labels,
    Reason,
    ordered,
)
from casework.triage.languages import foreign
from casework.triage.learnt import Signs
from casework.triage.reading import read_account
from casework.triage.rules import Found, Hit
from casework.triage.screening import LABELS as DANGER
from casework.triage.screening import judge
from casework.triage.words import Words

# Shorter words at a question that asks for no account are an answer.
ACCOUNT_WORDS = 10
_LABELS = frozenset({"strand", "id", "idself", "type", "flag", "sig"})
# What lifts everyday living out of "not generally anti-social" [AP 1.6, 2.2].
_LIFTING = frozenset({"night", "deliberate", "theft", "stress", "long", "loitering"})
# Flags that tell of somebody's conduct; a bare "hes got a knife" tells of none.
_CONDUCT_FLAGS = frozenset(
    {
        "violence",
        "threat_of_harm",
        "arson_fire",
        "domestic_abuse",
        "sexual_offence",
        "exploitation",
        "child_at_risk",
        "adult_at_risk",
    }
)
_FALSE_FRIENDS = frozenset({"disability.befriended", "disability.befriended_far", "disability.befriended_age"})
# Harm that ends with the person who did it: who did it, years ago, has died, is in prison or left the country; unless
# it has come again since.
_LONG_OVER = frozenset({"violence", "threat_of_harm", "weapon", "domestic_abuse", "arson_fire"})
_HARM_AGAIN = frozenset({"harm_since", "due_out", "lately"})
_CRIME_FLAGS = frozenset({"violence", "threat_of_harm", "arson_fire", "weapon"})


def _values(found: Found, label: str) -> set[str]:
    start = label + ":"
    return {name[len(start) :] for name in found if name.startswith(start)}


def _reason(label: str, value: str, hit: Hit, words: Words, clause: str) -> Reason:
    span = hit.span or (words.starts[hit.first], words.ends[hit.last])
    return Reason(label, value, hit.rule, "account", span, hit.clause or clause)


def reads_as_account(text: str) -> bool:
    """Whether words typed at some other question are long enough to be read as an account."""
    return len(text.split()) >= ACCOUNT_WORDS


def triage(text: str, motive: Iterable[str] = (), *, account: bool = True) -> Labels:
    """The labels of one account, with the answers to the motive question where there are any.

    ``account`` is False for a short answer to another question: the rules read it, the encoder, which learnt from
    accounts, does not.
    Total: any text gives labels, an empty one gives ``other``. Perception decides [HP 2.3]: a strand in
    ``motive`` makes it hate whatever the words, and ``none`` takes nothing away.
    """
    return label(text, tuple(motive), learnt.read(text) if account else Signs())


def label(text: str, answers: tuple[str, ...], signs: Signs) -> Labels:
    """The labels of one account with what the encoder reads in it (nothing, where the rules stand alone)."""
    account = read_account(text)
    words, told_abroad = account.words, account.abroad
    found = _joined(account.find(_LABELS), told_abroad)

    danger = judge(account.tagged, account.find(DANGER), words.words, account.script, told_abroad)
    flags = _flags(found)
    if danger.emergency:
        flags |= danger.flags
    flags |= signs.flags(flags)
    signals = _values(found, "sig")
    told = _values(found, "strand") | {answer for answer in answers if answer in STRANDS}
    strands = told | signs.strands(told)
    ruled = _types(found, flags, signals)
    types = ruled | signs.values("type")
    category, why = _category(signals, strands, types, flags, "other" in answers)
    if not (told or ruled or flags & (URGENT_FLAGS | EMERGENCY_FLAGS)):
        category, why = signs.category(category, why)
    unread = foreign(text) and not (category == "other" and told_abroad.harmless)
    if category in ("not_asb", "other") and ("other" in answers or unread):
        # Somebody sees a motive in it, or nobody has understood it yet: never everyday living, never no report.
        category, why = "asb", "category.asb"
    hate = category == "hate"
    kind = None
    if hate:
        kind = "crime" if signs.crime else _hate_kind(signals, types, flags)
    kept_types = ordered(types, ASB_TYPES) if category in ("hate", "asb") else ()
    urgency = _urgency(flags, signals)
    kept = strands if hate else set()
    reasons = _reasons(found, words, signs, answers, category, why, kept, kept_types, flags, urgency)
    return Labels(
        category, kind, ordered(kept, STRANDS), kept_types, ordered(flags, RISK_FLAGS), urgency, tuple(reasons)
    )


def _joined(found: Found, told: Abroad) -> Found:
    """What the rules found, and what the tables of other languages did."""
    if not told.signs:
        return found
    joined = {name: list(hits) for name, hits in found.items()}
    for sign in told.signs:
        joined.setdefault(sign.label, []).append(Hit(sign.rule, sign.clause, 0, 0, sign.span))
    return joined


def _reasons(
    found: Found, words: Words, signs: Signs, answers: tuple[str, ...], category: str, why: str,
    strands: set[str], types: tuple[str, ...], flags: set[str], urgency: str,
) -> list[Reason]:  # fmt: skip
    """Why each label was given: the rules' reasons first; the encoder's where no rule spoke."""
    reasons: list[Reason] = []
    chosen = {answer for answer in answers if answer in STRANDS}
    for strand in ordered(strands, STRANDS):
        if strand in chosen:
            reasons.append(Reason("strands", strand, "perceived_motive", "motive", None, "HP 1.5"))
        hits = found.get(f"strand:{strand}", [])[:2]
        reasons += [_reason("strands", strand, hit, words, "HP 1.5") for hit in hits]
        if not hits and strand not in chosen:
            reasons += signs.reasons("strands", f"strand:{strand}", strand, "HP 1.5")
    reasons += _first(reasons, category, why, found, words, chosen, signs)
    for value in types:
        hits = _told_kind(found, value)[:1]
        reasons += [_reason("asb_types", value, hit, words, "AP 1.6") for hit in hits]
        if not hits:
            reasons += signs.reasons("asb_types", f"type:{value}", value, "AP 1.6")
    for value in ordered(flags, RISK_FLAGS):
        hits = found.get(f"flag:{value}", [])[:1]
        clause = FLAG_CLAUSES.get(value, "AP 2.2")
        reasons += [_reason("risk_flags", value, hit, words, clause) for hit in hits]
        if not hits:
            reasons += signs.reasons("risk_flags", f"flag:{value}", value, clause)
    strong = ordered(flags & (EMERGENCY_FLAGS | URGENT_FLAGS), RISK_FLAGS)
    if urgency != "standard" and strong:
        cause = next((one for one in reasons if one.label == "risk_flags" and one.value == strong[0]), None)
        span = cause.span if cause else None
        reasons.append(Reason("urgency", urgency, f"flag.{strong[0]}", "account", span, "AP 2.2"))
    return reasons


def _told_kind(found: Found, value: str) -> list[Hit]:
    """What told of a kind of behaviour: its own rules, or the abuse or hostility that it follows from (`_types`)."""
    own = found.get(f"type:{value}") or found.get(f"sig:{value}")
    if own or value not in ("domestic_abuse", "harassment_intimidation"):
        return own or []
    if value == "domestic_abuse":
        return found.get("flag:domestic_abuse", [])
    return [hit for strand in STRANDS for hit in found.get(f"strand:{strand}", [])]


def _first(
    reasons: list[Reason], category: str, why: str, found: Found, words: Words, chosen: set[str], signs: Signs
) -> list[Reason]:
    if category == "hate":
        if chosen:
            return [Reason("category", "hate", "perceived_motive", "motive", None, "HP 2.3")]
        first = next((one for one in reasons if one.label == "strands"), None)
        if first is None or first.rule.startswith(learnt.RULE):
            return signs.reasons("category", "category:hate", "hate", "HP 2.3")
        return [Reason("category", "hate", first.rule, first.from_, first.span, first.policy)]
    hits = found.get(why, ())
    if hits:
        return [_reason("category", category, hits[0], words, CLAUSES[category])]
    if why.startswith(learnt.RULE):
        return signs.reasons("category", f"category:{category}", category, CLAUSES[category])
    return [Reason("category", category, f"category.{category}", "account", None, CLAUSES[category])]


def _flags(found: Found) -> set[str]:
    flags = _values(found, "flag")
    signals = _values(found, "sig")
    if "arson_fire" in flags and "home_attack" in signals:
        flags.add("threat_of_harm")
    if "child_reporter" in signals and flags & (URGENT_FLAGS | EMERGENCY_FLAGS):
        flags.add("child_at_risk")
    if any(hit.rule in _FALSE_FRIENDS for hit in found.get("strand:disability", ())):
        flags.add("adult_at_risk")
    if "domestic_abuse" in flags and "child_present" in signals:
        flags.add("child_at_risk")
    return flags


def _types(found: Found, flags: set[str], signals: set[str]) -> set[str]:
    types = _values(found, "type")
    everyday = "lifestyle" in signals and not signals & _LIFTING
    if "noise" in signals and not everyday or "everyday_noise" in signals and signals & _LIFTING:
        types.add("noise")
    if "parking" in signals and signals & {"long", "deliberate"}:
        types.add("vehicle_nuisance")
    if "domestic_abuse" in flags:
        types.add("domestic_abuse")
        types.discard("harassment_intimidation")
    hostile = {hit.rule for name, hits in found.items() if name.startswith("strand:") for hit in hits}
    if hostile - _FALSE_FRIENDS and "domestic_abuse" not in types:
        types.add("harassment_intimidation")
    return types


def _category(
    signals: set[str], strands: set[str], types: set[str], flags: set[str], other_motive: bool
) -> tuple[str, str]:
    """The category and the finding that decided it; in doubt hate, then asb."""
    if strands:
        return "hate", ""
    serious = flags & (URGENT_FLAGS | EMERGENCY_FLAGS)
    if "lifestyle" in signals and not (types or serious or signals & _LIFTING):
        return ("asb" if other_motive else "not_asb"), "sig:lifestyle"
    if "repair" in signals and types <= {"vandalism_damage"} and not serious and not signals & {"agent", "conduct"}:
        return "other", "sig:repair"
    if types:
        return "asb", "type:" + next(value for value in ASB_TYPES if value in types)
    if serious & _CONDUCT_FLAGS:
        return "asb", "flag:" + ordered(serious & _CONDUCT_FLAGS, RISK_FLAGS)[0]
    told = signals & {"theft", "loitering", "lifestyle", "noise", "parking", "conduct"}
    if told and ("service" not in signals or "conduct" in told):
        return "asb", "sig:" + next(iter(sorted(told)))
    return ("asb" if other_motive else "other"), ""


def _hate_kind(signals: set[str], types: set[str], flags: set[str]) -> str:
    told = signals & {"written", "theft", "sexual_touch", "crime_act"}
    if told or flags & _CRIME_FLAGS or "vandalism_damage" in types:
        return "crime"
    return "incident"


def _urgency(flags: set[str], signals: set[str]) -> str:
    if flags & EMERGENCY_FLAGS:
        return "emergency"
    urgent = flags & URGENT_FLAGS
    if not urgent:
        return "standard"
    past_only = "gone" in signals and not signals & {"recent", "due_out", "lately"}
    if past_only and urgent <= {"violence", "threat_of_harm", "weapon"}:
        return "standard"
    if "long_over" in signals and not signals & _HARM_AGAIN and urgent <= _LONG_OVER:
        return "standard"
    return "urgent"
