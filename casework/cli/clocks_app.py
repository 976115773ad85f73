"""The commands about what is promised: which clocks run, meeting one, and saying why one was missed."""

from __future__ import annotations

from typing import Annotated

import typer

clocks = typer.Typer(help="What is promised, and by when.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Reference = Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")]
Name = Annotated[str, typer.Argument(help="Such as acknowledge, interview or update.")]


def add_to(app: typer.Typer) -> None:
    """Make these commands part of ``reporting``."""
    app.add_typer(clocks, name="clocks")


@clocks.command("due")
def due(
    hours: Annotated[float, typer.Option(min=0, max=24 * 366, help="How far to look ahead.")] = 72.0, json: Json = False
) -> None:
    """Clocks that have run out or soon will, first things first."""
    from casework.cli import clocks as command

    command.due(hours, json)


@clocks.command("meet")
def meet(
    reference: Reference, name: Name, json: Json = False,
    reason: Annotated[str, typer.Option(help="What was done; needed where it is late. Kept in the timeline.")] = "",
) -> None:  # fmt: skip
    """You have done what this clock promises."""
    from casework.cli import clocks as command

    raise typer.Exit(command.meet(reference, name, reason, json))


@clocks.command("explain")
def explain(
    reference: Reference, name: Name, reason: Annotated[str, typer.Option(help="Kept in the timeline.")],
    json: Json = False,
) -> None:  # fmt: skip
    """Say why a promise was not kept in time, while it is still to be kept."""
    from casework.cli import clocks as command

    raise typer.Exit(command.explain(reference, name, reason, json))
