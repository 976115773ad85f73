"""``reporting cases list`` and what it can be narrowed to."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(cases: typer.Typer) -> None:
    """Make the list a command of ``reporting cases``."""
    cases.command("list")(list_cases)


def list_cases(
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    status: Annotated[str, typer.Option(help="Only cases of this status.")] = "",
    category: Annotated[str, typer.Option(help="Only cases of this category.")] = "",
    priority: Annotated[str, typer.Option(help="Only cases of this priority.")] = "",
    urgency: Annotated[str, typer.Option(help="Only cases of this urgency.")] = "",
    strand: Annotated[str, typer.Option(help="Only cases about this strand.")] = "",
    flag: Annotated[str, typer.Option(help="Only cases with this risk flag.")] = "",
    asb_type: Annotated[str, typer.Option("--type", help="Only cases of this type of ASB.")] = "",
    area: Annotated[str, typer.Option(help="Only cases of this postcode district, such as L36.")] = "",
    advisor: Annotated[str, typer.Option(help="Only cases of the advisor of this e-mail address.")] = "",
    first: Annotated[str, typer.Option("--from", help="Came on this day or later, such as 2026-04-01.")] = "",
    last: Annotated[str, typer.Option("--until", help="Came on this day or earlier.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, newest first.")] = 1000,
    after: Annotated[str, typer.Option(help="Go on after this case, the last of the page before.")] = "",
) -> None:
    """Cases without their words, a page at a time."""
    from casework.cli import cases as command

    wanted = {
        "status": status, "category": category, "priority": priority, "urgency": urgency, "strand": strand,
        "flag": flag, "asb_type": asb_type, "area": area, "advisor": advisor,
    }  # fmt: skip
    raise typer.Exit(command.list_cases(json, wanted, first, last, limit=limit, after=after))
