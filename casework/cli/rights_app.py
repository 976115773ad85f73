"""The commands for what people may ask about their data, and for holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

rights = typer.Typer(help="What people ask about their own data; withdrawing.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Reference = Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")]
Respondent = Annotated[str, typer.Option(help="Of a respondent: their id, or its first eight letters or more.")]
Reason = Annotated[str, typer.Option(help="Why; kept, sealed.")]
How = Annotated[str, typer.Option(help="How you asked, and why that was safe; kept, sealed.")]


def add_to(app: typer.Typer, retention: typer.Typer) -> None:
    """Make these commands part of ``reporting`` and of ``reporting retention``."""
    app.add_typer(rights, name="rights")
    retention.command("hold")(hold)
    retention.command("release")(release)
    retention.command("holds")(holds)


@rights.command()
def export(
    references: Annotated[list[str], typer.Argument(help="The cases that hold data of the person.")],
    person: Annotated[str, typer.Option(help="Whose data: reporter, affected or respondent.")] = "reporter",
    respondent: Respondent = "",
    reason: Reason = "",
    text: Annotated[bool, typer.Option("--text", help="Text to read instead of JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Into a new file, mode 0600.")] = None,
) -> None:
    """One person's data, without third persons. Logged; read it through before it leaves."""
    from casework.cli import rights as command

    raise typer.Exit(command.export(references, person, respondent, reason, text, out))


@rights.command()
def correct(
    reference: Reference,
    name: Annotated[str, typer.Argument(help="The answer, such as contact_value or where_postcode.")],
    value: Annotated[str | None, typer.Option(help="What is right; better on standard input.")] = None,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Correct an answer. What stood there is kept beside it; an account is corrected by a statement beside it."""
    from casework.cli import rights as command

    raise typer.Exit(command.correct(reference, name, value, reason, json))


@rights.command()
def erase(
    reference: Reference,
    person: Annotated[str, typer.Option(help="Who is erased: reporter, affected or respondent.")] = "reporter",
    respondent: Respondent = "",
    reason: Reason = "",
    override: Annotated[str, typer.Option(help="Why although the case is open or about somebody's safety.")] = "",
    json: Json = False,
) -> None:
    """Erase who somebody is, for good; what happened stays. Refused where the case is held, open or about safety."""
    from casework.cli import rights as command

    raise typer.Exit(command.erase(reference, person, respondent, reason, override, json))


@rights.command()
def withdraw(reference: Reference, how: How = "", json: Json = False) -> None:
    """The reporter told you that they withdraw. It never ends a safeguarding concern."""
    from casework.cli import rights as command

    raise typer.Exit(command.withdraw(reference, how, False, json))


@rights.command("confirm-withdrawal")
def confirm_withdrawal(reference: Reference, how: How = "", json: Json = False) -> None:
    """You asked in a safe way: the reporter, who asked with their code, does withdraw."""
    from casework.cli import rights as command

    raise typer.Exit(command.withdraw(reference, how, True, json))


@rights.command("go-on")
def go_on(reference: Reference, reason: Reason = "", json: Json = False) -> None:
    """You asked in a safe way: the reporter does not withdraw."""
    from casework.cli import rights as command

    raise typer.Exit(command.go_on(reference, reason, json))


def hold(
    reference: Reference,
    until: Annotated[str, typer.Option(help="The last day, such as 2030-12-24.")],
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Keep a case beyond its time, with why, by whom and until when."""
    from casework.cli import rights as command

    raise typer.Exit(command.hold(reference, until, reason, json))


def release(reference: Reference, reason: Reason = "", json: Json = False) -> None:
    """Hold a case no longer."""
    from casework.cli import rights as command

    raise typer.Exit(command.release(reference, reason, json))


def holds(json: Json = False) -> None:
    """All holds."""
    from casework.cli import rights as command

    command.holds(json)
