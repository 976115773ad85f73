"""The commands and their arguments. The work is in the modules beside this one, imported when it is asked
for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from casework.cli import clocks_app, fair_app, guards_app, lists_app, rights_app, work_app

_PLAIN = {"no_args_is_help": True, "pretty_exceptions_enable": False, "add_completion": False}
app = typer.Typer(help="Reports of hate incidents and anti-social behaviour.", **_PLAIN)  # type: ignore[arg-type]
cases = typer.Typer(help="Look at cases and work on them.", no_args_is_help=True)
advisors = typer.Typer(help="Who answers for cases.", no_args_is_help=True)
outbox = typer.Typer(help="Messages that have to leave.", no_args_is_help=True)
retention = typer.Typer(help="Delete what has been kept long enough.", no_args_is_help=True)
app.add_typer(cases, name="cases")
app.add_typer(advisors, name="advisors")
app.add_typer(outbox, name="outbox")
app.add_typer(retention, name="retention")
clocks_app.add_to(app)
guards_app.add_to(app)
rights_app.add_to(app, retention)
lists_app.add_to(cases)
work_app.add_to(cases)
fair_app.add_to(cases)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command()
def triage() -> None:
    """Label accounts: JSON Lines in ({"id", "text", "motive"?}), JSON Lines out. Needs no server."""
    from casework.cli import triage as command

    raise typer.Exit(command.run())


@cases.command()
def show(
    reference: Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")],
    json: Json = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Also names and contacts; logged.")] = False,
    reason: Annotated[str, typer.Option(help="Why identity is needed; kept in the log.")] = "",
) -> None:
    """One case with its words. The reading is logged."""
    from casework.cli import cases as command

    raise typer.Exit(command.show(reference, json, reveal, reason))


@cases.command()
def messages(reference: Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")], json: Json = False) -> None:
    """What reporter and advisor wrote to each other. The reading is logged, and nothing is new afterwards."""
    from casework.cli import messages as command

    raise typer.Exit(command.show(reference, json))


@cases.command()
def answer(
    reference: Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")],
    text: Annotated[str, typer.Option(help="The message; better on standard input, where no history keeps it.")] = "",
    json: Json = False,
) -> None:
    """Write to the reporter, who reads it with their receipt code."""
    from casework.cli import messages as command

    raise typer.Exit(command.answer(reference, text, json))


@cases.command("confirm-consent")
def confirm_consent(
    reference: Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")], json: Json = False
) -> None:
    """You have checked that the person it happened to agrees: whoever reported for them may learn how it stands."""
    from casework.cli import messages as command

    raise typer.Exit(command.confirm_consent(reference, json))


@cases.command()
def join(
    reference: Annotated[str, typer.Argument(help="The later report, such as LR-7F3K-29QD.")],
    to: Annotated[str, typer.Option(help="The open case it belongs to.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the timeline.")] = "",
    json: Json = False,
) -> None:
    """A report on the same parties belongs to an open case. `cases show` suggests; you decide."""
    from casework.cli import related as command

    raise typer.Exit(command.join(reference, to, reason, json))


@cases.command()
def part(
    reference: Annotated[str, typer.Argument(help="The report that was joined.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the timeline.")] = "",
    json: Json = False,
) -> None:
    """A joined report is a case of its own after all."""
    from casework.cli import related as command

    raise typer.Exit(command.part(reference, reason, json))


@cases.command()
def transfer(
    reference: Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")],
    to: Annotated[str, typer.Option(help="The e-mail address of the advisor who takes it.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the timeline.")],
    override: Annotated[str, typer.Option(help="Why to them although they do not fit; kept in the timeline.")] = "",
    json: Json = False,
) -> None:
    """Give a case to another advisor."""
    from casework.cli import advisors as command

    raise typer.Exit(command.transfer_case(reference, to, reason, override, json))


@advisors.command("import")
def import_advisors(
    file: Annotated[Path, typer.Argument(help="CSV with name, email and more; see docs.")], json: Json = False
) -> None:
    """Add or change advisors from a CSV file."""
    from casework.cli import advisors as command

    raise typer.Exit(command.import_file(file, json))


@advisors.command("roster")
def import_roster(
    file: Annotated[Path, typer.Argument(help="CSV with email, from and until; see docs.")], json: Json = False
) -> None:
    """Say who is on duty when: emergencies go to them, nights and weekends too."""
    from casework.cli import advisors as command

    raise typer.Exit(command.import_roster(file, json))


@advisors.command()
def duty(json: Json = False) -> None:
    """Who is on duty from now on, and when nobody is."""
    from casework.cli import advisors as command

    command.show_duty(json)


@advisors.command("list")
def list_advisors(json: Json = False) -> None:
    """Advisors, their areas, languages and load."""
    from casework.cli import advisors as command

    command.list_advisors(json)


@advisors.command("recount")
def recount_advisors(json: Json = False) -> None:
    """Count the open cases of each advisor anew, where `doctor` found a difference. In the audit."""
    from casework.cli import advisors as command

    command.recount(json)


@outbox.command()
def status(json: Json = False) -> None:
    """What waits to be sent, and what could not be."""
    from casework.cli import outbox as command

    raise typer.Exit(command.status(json))


@outbox.command()
def dead(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, oldest first.")] = 200,
    after: Annotated[str, typer.Option(help="Go on after this message, the last of the page before.")] = "",
    json: Json = False,
) -> None:
    """Messages that were given up: a person has to look."""
    from casework.cli import outbox as command

    raise typer.Exit(command.dead(json, limit, after))


@outbox.command()
def resend(
    id: Annotated[str, typer.Argument(help="The id of a dead letter, or its first eight letters or more.")],
    json: Json = False,
) -> None:
    """Send one dead letter again, under the key it had."""
    from casework.cli import outbox as command

    raise typer.Exit(command.resend(id, json))


@outbox.command()
def retry(json: Json = False) -> None:
    """Send all dead letters again."""
    from casework.cli import outbox as command

    command.retry(json)


@retention.command("run")
def run_retention(json: Json = False) -> None:
    """Delete what is due, and prove that it is gone."""
    from casework.cli import retention as command

    command.run(json)


@app.command()
def kpis(
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV: figure, part, value.")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Hide small numbers: for anything that leaves.")] = False,
    first: Annotated[str, typer.Option("--from", help="First day, such as 2026-04-01.")] = "",
    last: Annotated[str, typer.Option("--until", help="Last day; today without it.")] = "",
) -> None:
    """The figures for the board and the regulator, of the last twelve months or of a period."""
    from casework.cli import figures as command

    raise typer.Exit(command.show(json, csv, publish, first, last))


@app.command()
def doctor(json: Json = False) -> None:
    """Look whether this installation is sound; exit status 1 where something is wrong."""
    from casework.cli import doctor as command

    raise typer.Exit(command.run(json))
