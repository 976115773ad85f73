"""``reporting keys``, ``audit``, ``identity``, ``backup`` and ``restore``: their JSON, exit status and sentences."""

from __future__ import annotations

import pwd
import subprocess
import warnings
from functools import partial
from pathlib import Path

import pytest

from casework import audit, cases, clocks
from casework.cli import output
from casework.cli.output import who
from casework.privacy import reveal
from casework.store import Store
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, a_submission
from tests.domain.test_cli import SIGN_IN, answer, home, installed, reporting

__all__ = ["home", "installed"]


def named_case(store: Store) -> str:
    with store.begin() as db:
        return cases.create_case(db, a_submission(identity="named", answers=dict(NAMED)), CHRISTMAS_EVE).reference


def test_keys_are_rotated_counted_and_retired(installed: Store, home: Path) -> None:
    reference = named_case(installed)
    before = answer(reporting("keys", "status", "--json", home=home))
    assert before["newest"] == 1 and before["values"]["1"] > 0 and not before["rotation_pending"]
    done = answer(reporting("keys", "rotate", "--json", home=home))
    assert (done["number"], done["damaged"], done["resumed"]) == (2, 0, False)
    assert answer(reporting("keys", "status", "--json", home=home))["values"]["1"] == 0
    assert reporting("keys", "retire", "2", home=home).returncode == 2
    assert answer(reporting("keys", "retire", "1", "--json", home=home)) == {"retired": 1}
    assert answer(reporting("cases", "show", reference, "--json", home=home))["answers"]["account"] == "canary-account"
    for command in (["keys", "status"], ["keys", "rotate"]):
        assert reporting(*command, home=home).returncode == 0


def test_a_fresh_set_of_keys_starts_an_installation(tmp_path: Path) -> None:
    made = reporting("keys", "make", home=tmp_path / "none").stdout.strip()
    assert reporting("kpis", home=tmp_path / "none", REPORTING_KEYS=made).returncode == 1, "keys are fine, no database"
    refused = reporting("kpis", home=tmp_path / "none", REPORTING_KEYS=made.split()[0])
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1) and "REPORTING_KEYS" in refused.stderr
    assert made.split()[0].split(":")[1] not in refused.stderr


def test_the_audit_is_listed_and_verified(installed: Store, home: Path) -> None:
    reference = named_case(installed)
    reporting("cases", "show", reference, "--reveal", "--reason", "canary-reason", home=home)
    listed = answer(reporting("audit", "list", "--json", "--reference", reference.lower(), home=home))
    assert [(one["act"], one["outcome"], one["who"]) for one in listed] == [("reveal_identity", "done", who())]
    assert "canary" not in str(listed) + reporting("audit", "list", home=home).stdout
    found = answer(reporting("audit", "verify", "--json", home=home))
    assert (found["whole"], found["problems"]) == (True, [])
    assert found["head"] in reporting("audit", "verify", "--head", found["head"], home=home).stdout
    with installed.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_entry_no_delete")
        connection.exec_driver_sql("DELETE FROM audit_entry")
    broken = reporting("audit", "verify", home=home)
    assert broken.returncode == 1 and "cut off" in broken.stderr


@pytest.fixture
def people() -> tuple[str, str]:
    """Two accounts that people sign in with, as Linux keeps it; or nobody in particular, where it is not let choose."""
    if subprocess.run([*SIGN_IN, "60001", "true"], capture_output=True, check=False).returncode == 0:
        return "60001", "60002"
    warnings.warn("This session's account cannot be changed: two different people were not tried.", stacklevel=1)
    return "", ""


def test_identity_needs_a_second_person_where_it_is_so_set(
    installed: Store, home: Path, people: tuple[str, str]
) -> None:
    reference = named_case(installed)
    first, second = people
    asked = partial(reporting, home=home, signed_in=first)
    setting = {"REPORTING_REVEAL_SECOND_PERSON": "yes"}
    show = ("cases", "show", reference, "--json", "--reveal", "--reason", "to call them")
    refused = asked(*show, **setting)
    assert (refused.returncode, refused.stdout) == (1, "") and "reporting identity ask" in refused.stderr
    assert asked("identity", "ask", reference).returncode == 2
    assert asked("identity", "ask", "LR-0000-0000", "--reason", "x").returncode == 1
    key = answer(asked("identity", "ask", reference, "--reason", "to call", "--json"))["request"]
    assert [one["id"] for one in answer(asked("identity", "waiting", "--json"))] == [key]
    assert key in asked("identity", "waiting").stdout
    myself = asked("identity", "approve", key, USER="somebody-else", LOGNAME="somebody-else")
    assert myself.returncode == 1 and "Somebody else" in myself.stderr, "USER says nothing about who it is"
    if second:
        done = reporting("identity", "approve", key, "--json", home=home, signed_in=second)
        assert answer(done) == {"approved": key, "reference": reference}
        theirs = reporting(*show, home=home, signed_in=second, **setting)
        assert (theirs.returncode, theirs.stdout) == (1, ""), "it holds for whoever asked"
        with installed.read() as db:
            who_did = [(one["act"], one["who"]) for one in audit.entries(db, reference) if one["outcome"] == "done"]
        assert who_did == [("approve_identity", f"cli:{second}"), ("ask_identity", f"cli:{first}")]
    else:
        with installed.begin() as db:
            reveal.approve(db, key, "cli:second", clocks.now(installed.settings))
    shown = answer(asked(*show, **setting))
    assert shown["identity_details"]["reporter_name"] == "canary-name"
    hour = asked(*show, REPORTING_CLOCK_OFFSET="3700", **setting)
    assert hour.returncode == 1, "the approval has run out"


def test_a_backup_is_restored_into_an_empty_installation(installed: Store, home: Path, tmp_path: Path) -> None:
    reference = named_case(installed)
    file = tmp_path / "backup"
    assert answer(reporting("backup", str(file), "--json", home=home))["cases"] == 1
    assert reporting("backup", str(file), home=home).returncode == 1
    refused = reporting("restore", str(file), home=home)
    assert refused.returncode == 1 and "--overwrite" in refused.stderr
    installed.close()
    for path in home.glob("reporting.db*"):
        path.unlink()
    assert answer(reporting("restore", str(file), "--json", home=home))["cases"] == 1
    assert answer(reporting("cases", "show", reference, "--json", home=home))["answers"]["account"] == "canary-account"
    again = reporting("restore", str(file), "--overwrite", home=home)
    assert again.returncode == 0 and "1 cases" in again.stdout
    assert reporting("audit", "verify", home=home).returncode == 0
    assert reporting("restore", str(home / "keys" / "mac.key"), home=home).returncode == 1


@pytest.mark.parametrize(("login", "name"), [("0", "root"), ("4294967295", None), ("", None), (None, None)])
def test_who_works_through_sudo_is_known_by_who_signed_in(
    login: str | None, name: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "_LOGIN", tmp_path / "loginuid")
    if login is not None:
        (tmp_path / "loginuid").write_text(login)
    monkeypatch.setattr("os.getuid", lambda: 65534)
    assert who() == f"cli:{name or pwd.getpwuid(65534).pw_name}"
