"""The commands that keep a case fair to all: respondents, what advisors find, suggestions that were wrong."""

from __future__ import annotations

from typing import Annotated

import typer

respondent = typer.Typer(help="The people complained about: heard, supported, and confirmed.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a sentence.")]
Reference = Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")]
Id = Annotated[str, typer.Argument(help="The respondent's id, or its first eight letters or more.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the timeline, sealed.")]
Why = Annotated[str, typer.Option(help="Why; better on standard input, where no history keeps it.")]


def add_to(cases: typer.Typer) -> None:
    """Make these commands part of ``reporting cases``."""
    cases.add_typer(respondent, name="respondent")
    cases.command("malicious")(malicious)
    cases.command("staff-safety")(staff_safety)
    cases.command("safeguarding")(safeguarding)
    cases.command("decline")(decline)


@respondent.command("add")
def add(
    reference: Reference,
    name: Annotated[str, typer.Option(help="Who it is, or what is known; better on standard input.")] = "",
    json: Json = False,
) -> None:
    """Somebody is complained about. Nothing counts against them before you confirm who they are."""
    from casework.cli import fair as command

    raise typer.Exit(command.add(reference, name, json))


@respondent.command("change")
def change(
    reference: Reference,
    id: Id,
    field: Annotated[str, typer.Argument(help="One of name, contact, account, needs, support, outcome.")],
    text: Annotated[str, typer.Option(help="What is right; better on standard input. Nothing takes it away.")] = "",
    json: Json = False,
) -> None:
    """Write down their account, what they need, the support offered or the outcome; or correct it."""
    from casework.cli import fair as command

    raise typer.Exit(command.change(reference, id, field, text, json))


@respondent.command("confirm")
def confirm(
    reference: Reference,
    id: Id,
    how: Annotated[str, typer.Option(help="How you know who it is; kept in the timeline, sealed.")] = "",
    json: Json = False,
) -> None:
    """You know who it is. From now on it counts."""
    from casework.cli import fair as command

    raise typer.Exit(command.confirm(reference, id, how, json))


@respondent.command("doubt")
def doubt(reference: Reference, id: Id, reason: Reason = "", json: Json = False) -> None:
    """Who it is, is not known after all: nothing counts against them any more."""
    from casework.cli import fair as command

    raise typer.Exit(command.doubt(reference, id, reason, json))


@respondent.command("apart")
def apart(
    reference: Reference,
    id: Id,
    other: Annotated[str, typer.Argument(help="The case in which another person of that name is meant.")],
    reason: Reason = "",
    together: Annotated[bool, typer.Option("--together", help="Take it back: they are one person after all.")] = False,
    json: Json = False,
) -> None:
    """Two people of one full name: neither's cases count against the other."""
    from casework.cli import fair as command

    raise typer.Exit(command.apart(reference, id, other, reason, together, json))


@respondent.command("remove")
def remove(reference: Reference, id: Id, reason: Reason = "", json: Json = False) -> None:
    """They have nothing to do with it: nothing of them is kept in the case."""
    from casework.cli import fair as command

    raise typer.Exit(command.remove(reference, id, reason, json))


@respondent.command("list")
def list_respondents(
    reference: Reference,
    reveal: Annotated[bool, typer.Option("--reveal", help="Also names and contacts; logged.")] = False,
    reason: Annotated[str, typer.Option(help="Why identity is needed; kept in the log.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Everybody complained about in a case. The reading is logged."""
    from casework.cli import fair as command

    raise typer.Exit(command.list_respondents(reference, reveal, reason, json))


def malicious(
    reference: Reference,
    value: Annotated[str, typer.Argument(help="yes or no.")],
    why: Why = "",
    json: Json = False,
) -> None:
    """Whether the complaint may be malicious. It changes no label, priority or clock."""
    from casework.cli import fair as command

    raise typer.Exit(command.finding(reference, "possible_malicious", value, why, "", json))


def staff_safety(
    reference: Reference,
    value: Annotated[str, typer.Argument(help="risk or none_known.")],
    why: Why = "",
    json: Json = False,
) -> None:
    """What keeps staff safe before a visit; without names, because it is shown without a reveal."""
    from casework.cli import fair as command

    raise typer.Exit(command.finding(reference, "staff_safety", value, why, "", json))


def safeguarding(
    reference: Reference,
    decision: Annotated[str, typer.Argument(help="One of referred, taken_up, no_further_action, not_referred.")],
    decided_by: Annotated[str, typer.Option(help="Who decided it: MASH, or who found its threshold not met.")] = "",
    why: Why = "",
    json: Json = False,
) -> None:
    """The MASH decision. A case with a safeguarding flag is not closed without it."""
    from casework.cli import fair as command

    raise typer.Exit(command.finding(reference, "safeguarding", decision, why, decided_by, json))


def decline(
    reference: Reference,
    other: Annotated[str, typer.Argument(help="The case it was suggested to belong with.")],
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Two cases do not belong together: it is not suggested again."""
    from casework.cli import fair as command

    raise typer.Exit(command.decline(reference, other, reason, json))
