"""The commands by which an advisor works on a case: moving it on, closing it, its labels, notes and enforcement."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a sentence.")]
Reference = Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the timeline, sealed.")]


def add_to(cases: typer.Typer) -> None:
    """Make these commands part of ``reporting cases``."""
    cases.command("status")(status)
    cases.command("close")(close)
    cases.command("reopen")(reopen)
    cases.command("confirm-labels")(confirm_labels)
    cases.command("label")(label)
    cases.command("note")(note)
    cases.command("enforcement")(enforcement)


def status(
    reference: Reference,
    to: Annotated[str, typer.Argument(help="Such as acknowledged, action_plan or closing_review.")],
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Move a case on. No clock is met by it: that is `clocks meet`."""
    from casework.cli import work as command

    raise typer.Exit(command.status(reference, to, reason, json))


def close(
    reference: Reference,
    review_with_reporter: Annotated[str, typer.Option(help="How you went through it with the reporter.")] = "",
    support_signposted: Annotated[str, typer.Option(help="Which support you named to them.")] = "",
    learning: Annotated[str, typer.Option(help="What to learn from it.")] = "",
    satisfaction: Annotated[int | None, typer.Option(min=1, max=5, help="What the reporter said, 1 to 5.")] = None,
    satisfaction_not_asked: Annotated[str, typer.Option(help="Why it could not be asked.")] = "",
    json: Json = False,
) -> None:
    """Close a case with its closing review; with a safeguarding flag after `cases safeguarding`. Sealed."""
    from casework.cli import work as command

    given = {
        "review_with_reporter": review_with_reporter, "support_signposted": support_signposted, "learning": learning,
        "satisfaction_not_asked": satisfaction_not_asked,
    }  # fmt: skip
    raise typer.Exit(command.close(reference, given, satisfaction, json))


def reopen(reference: Reference, reason: Reason = "", json: Json = False) -> None:
    """Go on with a closed or withdrawn case."""
    from casework.cli import work as command

    raise typer.Exit(command.reopen(reference, reason, json))


def confirm_labels(reference: Reference, json: Json = False) -> None:
    """You have looked: the labels are right, and no longer provisional."""
    from casework.cli import work as command

    raise typer.Exit(command.confirm_labels(reference, json))


def label(
    reference: Reference,
    name: Annotated[str, typer.Argument(help="Such as category, priority, strands or risk_flags.")],
    value: Annotated[str, typer.Argument(help="What is right; several with commas. Flags are added, never removed.")],
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Change a label that triage gave."""
    from casework.cli import work as command

    raise typer.Exit(command.label(reference, name, value, reason, json))


def note(
    reference: Reference,
    about: Annotated[str, typer.Option(help="One of contact, visit, plan, referral, safeguarding, other.")] = "other",
    text: Annotated[str, typer.Option(help="The note; better on standard input, where no history keeps it.")] = "",
    json: Json = False,
) -> None:
    """Write down what you did or found out. Sealed; the reporter does not see it."""
    from casework.cli import work as command

    raise typer.Exit(command.note(reference, about, text, json))


def enforcement(
    reference: Reference,
    kind: Annotated[str, typer.Argument(help="One of warning, injunction, possession, other_legal.")],
    reason: Annotated[str, typer.Option(help="What was done and why; kept in the timeline, sealed.")] = "",
    json: Json = False,
) -> None:
    """Enforcement was taken. The figures of both policies count it; all but warnings are legal cases."""
    from casework.cli import work as command

    raise typer.Exit(command.enforcement(reference, kind, reason, json))
