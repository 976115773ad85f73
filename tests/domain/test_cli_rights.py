"""Joining, holds, exports, corrections and withdrawals on the command line."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from casework import cases
from casework.clocks import now
from casework.store import Store
from tests.domain.conftest import a_submission
from tests.domain.test_cli import answer, home, installed, reporting  # noqa: F401 (fixtures)

TOLD = {
    "account": "Kyle shouted at me.", "identity": "named", "reporter_name": "Sam Sample", "contact_method": "email",
    "contact_value": "sam@example.org", "person_responsible": "Kyle Brennan", "where_postcode": "L36 9YZ",
}  # fmt: skip


def report(store: Store) -> str:
    with store.begin() as db:
        return cases.create_case(db, a_submission(identity="named", answers=TOLD), now(store.settings)).reference


def show(home: Path, reference: str) -> dict[str, Any]:  # noqa: F811
    found: dict[str, Any] = answer(reporting("cases", "show", reference, "--json", home=home))
    return found


def test_an_advisor_joins_what_is_suggested_and_parts_it_again(installed: Store, home: Path) -> None:  # noqa: F811
    first, second = report(installed), report(installed)
    (found,) = show(home, second)["related"]
    assert (found["reference"], found["suggested"]) == (first, "belongs_to")
    assert reporting("cases", "join", first, "--to", second, home=home).returncode == 1
    done = answer(reporting("cases", "join", second.lower(), "--to", first, "--reason", "him", "--json", home=home))
    assert done == {"reference": second, "joined_to": first}
    assert [one["reference"] for one in show(home, first)["joined_reports"]] == [second]
    assert answer(reporting("cases", "part", second, "--reason", "no", "--json", home=home))["joined_to"] is None
    assert reporting("cases", "join", "LR-0000-0000", "--to", first, home=home).returncode == 1
    assert "related" in reporting("cases", "show", first, home=home).stdout.lower()


def test_holds(installed: Store, home: Path) -> None:  # noqa: F811
    reference = report(installed)
    assert reporting("retention", "hold", reference, "--until", "soon", "--reason", "x", home=home).returncode == 2
    assert reporting("retention", "hold", reference, "--until", "2099-01-01", home=home).returncode == 1
    held = reporting("retention", "hold", reference, "--until", "2099-01-01", "--reason", "court", home=home)
    assert held.returncode == 0
    (found,) = answer(reporting("retention", "holds", "--json", home=home))
    assert (found["reference"], found["reason"], found["until"][:10]) == (reference, "court", "2099-01-02")
    assert found["last_day"] == "2099-01-01"
    shown = reporting("retention", "holds", home=home).stdout
    assert "court" in shown and "2099-01-01" in shown and "2099-01-02" not in shown
    assert reporting("retention", "release", reference, "--reason", "over", home=home).returncode == 0
    assert answer(reporting("retention", "holds", "--json", home=home)) == []


def test_an_export_goes_to_a_private_file_and_says_what_to_look_at(installed: Store, home: Path) -> None:  # noqa: F811
    reference, out = report(installed), home.parent / "export.json"
    assert reporting("rights", "export", reference, home=home).returncode == 1, "it needs a reason"
    asked = ("rights", "export", reference, "--reason", "asked", "--out", str(out))
    done = reporting(*asked, home=home)
    assert done.returncode == 0 and "Read it through" in done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600 and "brennan" not in out.read_text().lower()
    assert reporting(*asked, home=home).returncode == 1, "nothing is overwritten"
    text = reporting("rights", "export", reference, "--reason", "asked", "--text", home=home).stdout
    assert "Your name: Sam Sample" in text


def test_corrections_and_withdrawals(installed: Store, home: Path) -> None:  # noqa: F811
    reference = report(installed)
    right = reporting(
        "rights", "correct", reference, "contact_value", "--reason", "rang", home=home, stdin="new@example.org\n"
    )
    assert right.returncode == 0 and "example" not in right.stdout + right.stderr
    assert show(home, reference)["corrections"][0]["name"] == "contact_value"
    assert (
        reporting("rights", "correct", reference, "motive", "--value", "x", "--reason", "x", home=home).returncode == 1
    )
    assert reporting("rights", "confirm-withdrawal", reference, "--how", "rang", home=home).returncode == 1
    assert answer(reporting("rights", "withdraw", reference, "--how", "rang", "--json", home=home))["withdrawn"]
    assert show(home, reference)["status"] == "withdrawn"
    assert reporting("rights", "go-on", reference, "--reason", "was made to", home=home).returncode == 0
    assert show(home, reference)["status"] == "new"
