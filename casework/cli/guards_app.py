"""The commands that guard what is kept: keys, the audit, second persons for identity, backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

keys = typer.Typer(help="The keys that seal what was told.", no_args_is_help=True)
audit = typer.Typer(help="What was done to records, and whether that record is whole.", no_args_is_help=True)
identity = typer.Typer(help="The second person for seeing who somebody is.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Reference = Annotated[str, typer.Argument(help="Such as LR-7F3K-29QD.")]


def add_to(app: typer.Typer) -> None:
    """Make these commands part of ``reporting``."""
    app.add_typer(keys, name="keys")
    app.add_typer(audit, name="audit")
    app.add_typer(identity, name="identity")
    app.command("backup")(backup)
    app.command("restore")(restore)


@keys.command("status")
def keys_status(json: Json = False) -> None:
    """Which keys there are, and how many values each has sealed."""
    from casework.cli import keys as command

    raise typer.Exit(command.status(json))


@keys.command("rotate")
def rotate_keys(json: Json = False) -> None:
    """Make a new sealing key and seal everything with it; finishes a rotation that was interrupted."""
    from casework.cli import keys as command

    raise typer.Exit(command.rotate(json))


@keys.command("retire")
def retire_key(
    number: Annotated[int, typer.Argument(min=1, max=255, help="The key's number.")], json: Json = False
) -> None:
    """Remove an old key for good, where nothing needs it. Backups sealed with it open no more."""
    from casework.cli import keys as command

    command.retire(number, json)


@keys.command("make")
def make_keys() -> None:
    """Print a fresh set of keys for REPORTING_KEYS. Nothing is stored."""
    from casework.cli import keys as command

    command.make()


@audit.command("verify")
def verify_audit(
    json: Json = False,
    head: Annotated[str, typer.Option(help="A head that was noted elsewhere, such as 12:ab34….")] = "",
) -> None:
    """Look whether any entry was altered, removed, inserted or cut off; exit status 1 where one was."""
    from casework.cli import audit as command

    raise typer.Exit(command.verify(json, head))


@audit.command("list")
def list_audit(
    json: Json = False,
    reference: Annotated[str, typer.Option(help="Only about this case.")] = "",
    act: Annotated[str, typer.Option(help="Only this act, such as reveal_identity.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, newest first.")] = 1000,
    after: Annotated[int, typer.Option(min=0, help="Go on after this entry, the last of the page before.")] = 0,
) -> None:
    """Who did what, when and to which case; never a word of it."""
    from casework.cli import audit as command

    command.show(json, reference, act, limit, after)


@identity.command("ask")
def ask_identity(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Why identity is needed; kept sealed.")] = "",
    for_case_system: Annotated[
        bool, typer.Option("--for-case-system", help="To be sent to the landlord's case system.")
    ] = False,
    json: Json = False,
) -> None:
    """Ask a second person to let you, or the landlord's case system, see who somebody is."""
    from casework.cli import identity as command

    raise typer.Exit(command.ask(reference, reason, for_case_system, json))


@identity.command("waiting")
def waiting_requests(json: Json = False) -> None:
    """Requests that wait for a second person."""
    from casework.cli import identity as command

    command.waiting(json)


@identity.command("approve")
def approve_identity(
    request: Annotated[str, typer.Argument(help="The request, as `waiting` shows it.")], json: Json = False
) -> None:
    """You are the second person: whoever asked may see the identity, for a limited time."""
    from casework.cli import identity as command

    raise typer.Exit(command.approve(request, json))


def backup(
    file: Annotated[Path, typer.Argument(help="The backup to write; it must not be there yet.")], json: Json = False
) -> None:
    """Write the whole database into one sealed file, and prove that it opens. Keys are not in it."""
    from casework.cli import backup as command

    raise typer.Exit(command.back_up(file, json))


def restore(
    file: Annotated[Path, typer.Argument(help="A backup of this installation.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Also where the database holds cases.")] = False,
    json: Json = False,
) -> None:
    """Put a backup in the place of the database. Refused where that holds cases, unless told otherwise."""
    from casework.cli import backup as command

    raise typer.Exit(command.restore(file, overwrite, json))
