"""Reports with names, contacts and accounts that nobody else writes, through the whole running stack; then they are
looked for in everything that is written or sent.

`make drill` tells 500.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from casework import cases, clocks
from casework.cases.findings import VALUES, record_finding
from casework.cases.respondents import add_respondent, change_respondent, confirm_respondent
from casework.privacy import Keys
from casework.settings import Settings
from casework.store import Db, Store
from casework.store.tables import advisor, case_record, outbox
from tests.drill import counts
from tests.drill.canaries import WHO, WORDS, Canary, files_below, hits, hits_below, needles, read
from tests.drill.conftest import delivering
from tests.drill.processes import ROOT, receiving
from tests.kit import Chat, Stack

pytestmark = [pytest.mark.slow, pytest.mark.stack]
AT_ONCE = 2
PATIENCE = 300
# Commands of the operator and of advisors, without ``--reveal``.
COMMANDS = (
    ("cases", "list", "--json"), ("kpis", "--json"), ("audit", "list", "--json"), ("outbox", "status", "--json"),
    ("clocks", "due", "--json"), ("doctor", "--json"),
)  # fmt: skip
_LEFT_OUT = {".git", ".venv", "bot", "tests", "node_modules", ".tools", "__pycache__"}


@dataclass(frozen=True)
class Told:
    """A stack that was told everything, and what it wrote and sent."""

    stack: Stack
    store: Store
    canaries: tuple[Canary, ...]
    references: tuple[str, ...]
    folder: Path
    book: Path
    began: float


def tell(base: str, canary: Canary) -> str:
    """The whole conversation, up to the reference."""
    chat = Chat(base)
    answers = {
        "reporter_role": "on_behalf", "account": canary.account, "identity": "named", "reporter_name": canary.name,
        "contact_method": "phone" if canary.by_phone else "email", "contact_value": canary.contact,
        "contact_safety": ["voicemail_ok" if canary.by_phone else "email_ok"], "affected_name": canary.affected,
        "affected_contact_ok": "only_me",
    }  # fmt: skip
    chat.to("review", answers)
    chat.choose("send")
    reference = chat.reference
    chat.say(f"I forgot: the {WORDS} was blue.")
    return reference


@pytest.fixture
def told(make_settings: Callable[..., Settings], tmp_path: Path) -> Iterator[Told]:
    canaries = tuple(Canary.of(number) for number in range(counts.CANARIES))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with receiving(tmp_path) as receivers:
        values = delivering(receivers)
        extra = {f"REPORTING_{name.upper()}": str(value) for name, value in values.items()}
        stack = Stack(tmp_path / "home", extra={**extra, "TMPDIR": str(temporary)})
        began = time.time()
        stack.start()
        settings = make_settings(**values, home=stack.home)
        store = Store(settings, Keys.load(settings.home))
        with store.begin() as db:
            for number, key in enumerate(db.execute(advisor.select()).scalars().all()):
                reached = {"email": f"advisor{number}@housing.example.org"}
                db.execute(advisor.update().where(advisor.c.id == key).values(**reached))
        try:
            with ThreadPoolExecutor(AT_ONCE) as tellers:
                references = tuple(tellers.map(lambda canary: tell(stack.base, canary), canaries))
            until_delivered(store)
            yield Told(stack, store, canaries, references, tmp_path, receivers.book, began)
        finally:
            stack.stop()
            store.close()


def find_out(db: Db, reference: str, canary: Canary) -> None:
    """What advisors keep: the respondent, who is confirmed, and their findings."""
    by, at = "cli:drill", clocks.now(db.settings)
    key = add_respondent(db, reference, canary.affected, by, at)
    for field, text in (("contact", canary.contact), ("account", f"{canary.account} Not I."), ("name", canary.name)):
        change_respondent(db, reference, key, field, text, by, at)
    confirm_respondent(db, reference, key, by, at, canary.account)
    for field, values in VALUES.items():
        record_finding(db, reference, field, values[0], canary.account, by, at, "MASH")


def until_delivered(store: Store) -> None:
    end = time.monotonic() + PATIENCE
    waiting = -1
    while waiting:
        assert time.monotonic() < end, f"{waiting} messages still wait"
        time.sleep(0.2)
        with store.read() as db:
            due = (outbox.c.state == "pending", outbox.c.next_at <= clocks.now(store.settings))
            waiting = db.scalar(sa.select(sa.func.count()).select_from(outbox).where(*due))


def test_no_name_contact_or_phrase_turns_up_anywhere(told: Told) -> None:
    everything = needles((WHO, WORDS), told.canaries)
    who = needles((WHO,), told.canaries)
    found: list[str] = []
    with told.store.begin() as db:
        for reference, canary in zip(told.references, told.canaries, strict=True):
            find_out(db, reference, canary)

    # What an advisor reads without asking for identity: the account, and nobody.
    with told.store.begin() as db:
        assert set(db.execute(sa.select(case_record.c.reference)).scalars()) == set(told.references)
        for reference, canary in zip(told.references, told.canaries, strict=True):
            shown = str(cases.as_json(db, reference, by="cli:drill"))
            assert canary.account in shown and f"{canary.account} Not I." in shown, "it was told"
            found += hits(f"case {reference}", shown.encode(), who)
    for command in COMMANDS:
        found += hits(" ".join(command), str(told.stack.reporting(*command)).encode(), everything)
    shown = str(told.stack.reporting("cases", "show", told.references[0], "--json"))
    found += hits("cases show", shown.encode(), who)

    # The backup, the database with what SQLite keeps beside it, and all that the processes wrote.
    backup = told.folder / "backup"
    told.stack.reporting("backup", str(backup), "--json")
    found += hits_below(told.folder, everything)
    found += _written_in_the_project(told.began, everything)
    found += hits("mails and notices", read(told.book), everything)
    told.stack.stop()
    found += hits_below(told.folder, everything)
    assert found == []

    sizes = {name: os.path.getsize(path) for name, path in
             (("log", told.stack.log), ("database", told.stack.home / "reporting.db"), ("backup", backup),
              ("messages", told.book))}  # fmt: skip
    print(f"\n{len(told.canaries)} reports, {len(everything)} needles, nothing found; bytes looked through: {sizes}")
    assert min(sizes.values()) > 100, "there was something to look through"
    assert told.book.read_text().count("\n") >= 2 * len(told.canaries)


def test_what_is_there_is_found(tmp_path: Path) -> None:
    """The same look finds each in every dress, so that finding nothing says something."""
    canaries = [Canary.of(number) for number in range(6)]
    wanted = needles((WHO, WORDS), canaries)
    for number, text in enumerate((canaries[1].name, canaries[0].contact, canaries[1].contact, canaries[2].account)):
        (tmp_path / f"plain-{number}").write_text(f"xx {text} yy")
        assert any(f"plain-{number}" in hit for hit in hits_below(tmp_path, wanted))
    for shift in range(3):
        dressed = base64.b64encode(b"x" * shift + canaries[1].name.encode() + b" and so on")
        assert any("base64" in hit for hit in hits("", dressed, wanted)), shift
    assert any("UTF-16" in hit for hit in hits("", canaries[1].account.encode("utf-16"), wanted))


def _written_in_the_project(began: float, wanted: dict[str, bytes]) -> list[str]:
    """Files of the project's own folder that are younger than the stack, such as a tracker or a cache of Rasa's."""
    found = []
    for entry in ROOT.iterdir():
        paths = [entry] if entry.is_file() else () if entry.name in _LEFT_OUT else files_below(entry)
        for path in paths:
            # Others may work there, and their files come and go.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime >= began:
                    found += hits(str(path), read(path), wanted)
    return found
