"""`partnerstats retention register`: what was destroyed, whether the record of it was changed, and certificates of it."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table
from pipelines.clock import parse_day, seoul_day
from pipelines.errors import UsageError
from pipelines.retention.register import Recorded
from pipelines.steps.retention.register import open_register, restore_register, verify_register, write_certificate
from pipelines.steps.workspace import Workspace, existing_home

SHOWN_ENTRIES, SHOWN_PLAN = 30, 12

app = typer.Typer(help="The register of destructions.", no_args_is_help=True)


class PrintedIn(StrEnum):
    """The languages of a certificate."""

    BOTH = "both"
    KO = "ko"
    EN = "en"


FromOption = Annotated[str | None, typer.Option("--from", metavar="DAY", help="First Asia/Seoul day, YYYY-MM-DD.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last Asia/Seoul day, included.")]


@app.callback()
def register() -> None:
    """The register of destructions: append-only, every change of it shows, and no person is in it."""


@app.command("list")
def list_entries(
    home: HomeOption = None,
    first_day: FromOption = None,
    last_day: ToOption = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the entries: what was destroyed, under which clause and plan, who approved, what verification found.

    Shows the last 30 without --from and --to; --json gives all. Refuses a register that is not what was written.
    """
    entries = open_register(existing_home(settings_from(home, clock))).entries()
    chosen = [entry for entry in entries if _is_between(seoul_day(entry.at), first_day, last_day)]
    if as_json:
        print_json({"size": len(entries), "entries": [_document(entry) for entry in chosen]})
        return
    shown = chosen if first_day or last_day else chosen[-SHOWN_ENTRIES:]
    print_table(
        f"Register of destructions ({len(shown):,} of {len(entries):,} entries)",
        ["no.", "at", "kind", "dataset", "days", "files", "rows", "keys", "clause", "plan", "approved by", "result"],
        [_row(entry) for entry in shown],
    )


@app.command("verify")
def verify(
    home: HomeOption = None,
    issued: Annotated[
        str | None,
        typer.Option(
            "--issued",
            metavar="SIZE:ROOT",
            help="Also compare with a certificate: the number and the root printed on it.",
        ),
    ] = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Examine every byte of the register against its heads and the copy outside the home. Exits 1 when anything is wrong.

    Finds what was changed, dropped, inserted, moved, cut off or replaced, and says at which entry. A register older than its
    copy belongs to a home restored from a backup, or was cut back. What the copy cannot tell (register and copy rolled back
    together) a certificate can: give --issued what is printed on it.
    """
    opened = open_register(existing_home(settings_from(home, clock)))
    found = verify_register(opened, _parsed(issued))
    if as_json:
        print_json(
            {
                "holds": found.holds,
                "size": found.size,
                "root": found.root,
                "digest": found.digest,
                "is_behind": found.is_behind,
                "copy": opened.copy_path,
                "findings": [{"kind": f.kind, "entry": f.entry, "sentence": f.sentence} for f in found.findings],
            }
        )
    elif found.holds:
        console().print(f"{found.size:,} entries, all as written; root {found.root}", markup=False)
        if found.is_behind:
            console().print("a crash left a head one entry behind; the next entry brings it up")
    else:
        for finding in found.findings:
            console().print("FAILED:", finding.sentence, markup=False)
    if not found.holds:
        raise typer.Exit(1)


@app.command("restore")
def restore(
    home: HomeOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that the home was restored from a backup, so that a register older than its copy is gone on with.

    Only the privacy officer says it, with --role and --reason, and the register names the head of what was lost for ever. The
    next run destroys and erases again whatever the backup brought back. A register that was changed is refused.
    """
    workspace = Workspace.open(settings_from(home, clock, role, reason))
    with workspace.home.lock():
        entry = restore_register(workspace)
    if as_json:
        print_json({"lost_size": entry.lost_size, "lost_root": entry.lost_root, "approved_by": entry.approved_by})
        return
    console().print(
        f"gone on with; entered that a register of {entry.lost_size:,} entries, root {entry.lost_root}, was lost",
        markup=False,
    )


@app.command("certificate")
def certificate(
    first_day: Annotated[str, typer.Option("--from", metavar="DAY", help="First Asia/Seoul day, YYYY-MM-DD.")],
    last_day: Annotated[str, typer.Option("--to", metavar="DAY", help="Last Asia/Seoul day, included.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The HTML file to write, outside the home.")],
    language: Annotated[PrintedIn, typer.Option(help="Korean, English, or both side by side.")] = PrintedIn.BOTH,
    home: HomeOption = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a certificate of destruction for a period: one HTML page for A4, to be printed and signed.

    It holds what was destroyed and by which clause, plans, approvals, verification, the register's root and the proof that the
    entries lie under it. A register that does not hold is not certified (exit 1).

    For example: partnerstats retention register certificate --from 2026-11-01 --to 2026-11-30 --out november.html
    """
    opened = existing_home(settings_from(home, clock))
    told = write_certificate(opened, parse_day(first_day), parse_day(last_day), out, language.value)
    if as_json:
        print_json(told)
        return
    console().print(
        f"{out}: {told['entries']:,} entries of {first_day} to {last_day}, root {told['root']}", markup=False
    )


def _is_between(day: date, first_day: str | None, last_day: str | None) -> bool:
    return (first_day is None or day >= parse_day(first_day)) and (last_day is None or day <= parse_day(last_day))


def _parsed(issued: str | None) -> tuple[int, str] | None:
    if issued is None:
        return None
    size, _, root = issued.partition(":")
    if not size.isdecimal() or len(root) != 64:
        raise UsageError("--issued takes the number of entries and the root as a certificate prints them: SIZE:ROOT")
    return int(size), root.lower()


def _document(entry: Recorded) -> dict[str, Any]:
    body = entry.body.model_dump(mode="json")
    return {"seq": entry.seq, "at": entry.at.isoformat(), "kind": entry.body.kind, **body}


def _row(entry: Recorded) -> tuple[object, ...]:
    body = entry.body.model_dump(mode="json")
    days = body.get("days") or []
    span = f"{days[0]}..{days[-1]}" if len(days) > 1 else "".join(days)
    passed = getattr(entry.body, "has_passed", None)
    return (
        entry.seq,
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        entry.body.kind,
        ", ".join(sorted(entry.body.datasets_named())),
        span,
        *(body.get(name) for name in ("files", "rows", "keys", "clause")),
        (body.get("plan") or "")[:SHOWN_PLAN],
        body.get("approved_by"),
        None if passed is None else ("passed" if passed else "FAILED"),
    )
