"""The yes-or-no labels that models learn, by name, and an account as a row of them."""

from __future__ import annotations

from casework.triage.labels import ASB_TYPES, CATEGORIES, RISK_FLAGS, STRANDS
from learning.accounts import Account

NAMES: tuple[str, ...] = (
    *(f"category:{value}" for value in CATEGORIES),
    "kind:crime",
    *(f"strand:{value}" for value in STRANDS),
    *(f"type:{value}" for value in ASB_TYPES),
    *(f"flag:{value}" for value in RISK_FLAGS),
    "urgency:emergency",
    "urgency:urgent",
)


def row(account: Account) -> list[float]:
    """1.0 for each label that the account has; ``urgency:urgent`` means urgent or higher."""
    has = {f"category:{account.category}"}
    has |= {f"strand:{value}" for value in account.strands}
    has |= {f"type:{value}" for value in account.asb_types}
    has |= {f"flag:{value}" for value in account.risk_flags}
    if account.hate_kind == "crime":
        has.add("kind:crime")
    if account.urgency == "emergency":
        has.add("urgency:emergency")
    if account.urgency != "standard":
        has.add("urgency:urgent")
    return [float(name in has) for name in NAMES]
