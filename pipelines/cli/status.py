"""`partnerstats status`: what came in, what became of it, and how things stand."""

from typing import Any

from pipelines.cli.options import HomeOption, JsonOption, settings_from
from pipelines.cli.output import console, print_json, print_table
from pipelines.steps.status import status_of
from pipelines.steps.workspace import existing_home

SHOWN_FILES, SHOWN_DAYS = 20, 14


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show files, lines (accepted + filtered + quarantined = lines), days and the last checks."""
    document = status_of(existing_home(settings_from(home)))
    if as_json:
        print_json(document)
        return
    _print_home(document)
    _print_files(document)
    _print_records(document)
    _print_tables(document)
    _print_days(document)
    _print_release(document)
    _print_checks(document)


def _print_home(document: dict[str, Any]) -> None:
    kind = document["kind"] or "empty"
    rehearsal = ", a rehearsal" if document["is_rehearsal"] else ""
    console().print(f"Home {document['home']} ({kind}{rehearsal}), policy of {document['policy']}", markup=False)


def _print_files(document: dict[str, Any]) -> None:
    files = document["files"]
    rows = [
        (f["source"], f["name"], f["lines"], f["accepted"], f["filtered"], f["quarantined"], f["sha256"][:12])
        for f in files[-SHOWN_FILES:]
    ]
    title = f"Files ({len(files):,}{', the last ' + str(SHOWN_FILES) if len(files) > SHOWN_FILES else ''})"
    print_table(title, ["source", "name", "lines", "accepted", "filtered", "quarantined", "sha256"], rows)
    verdict = "balances" if document["is_balanced"] else "DOES NOT BALANCE"
    console().print(
        f"{document['lines']:,} lines = {document['accepted']:,} accepted + {document['filtered']:,} filtered "
        f"+ {document['quarantined']:,} quarantined: {verdict}"
    )
    for file in document["files_quarantined"]:
        console().print(f"quarantined as a file: {file['source']}/{file['name']}: {file['reason']}", markup=False)


def _print_records(document: dict[str, Any]) -> None:
    files = document["records"]
    if not files:
        return
    rows = [
        (f["source"], f["name"], f["rows"], f["accepted"], f["quarantined"], f["past_period"], f["sha256"][:12])
        for f in files[-SHOWN_FILES:]
    ]
    title = f"Record files ({len(files):,}{', the last ' + str(SHOWN_FILES) if len(files) > SHOWN_FILES else ''})"
    print_table(title, ["source", "name", "rows", "accepted", "quarantined", "past period", "sha256"], rows)


def _print_tables(document: dict[str, Any]) -> None:
    tables = document["tables"]
    if tables:
        names = ("table", "as_of_day", "rows", "added", "changed", "closed")
        rows = [(*(t[name] for name in names), t["sha256"][:12]) for t in tables]
        print_table(f"Registry tables ({len(tables):,})", [*names, "sha256"], rows)


def _print_days(document: dict[str, Any]) -> None:
    days = document["days"]
    rows = [(d["day"], d["accepted"], d["events"], d["is_in_warehouse"]) for d in days[-SHOWN_DAYS:]]
    title = f"Days ({len(days):,}{', the last ' + str(SHOWN_DAYS) if len(days) > SHOWN_DAYS else ''})"
    print_table(title, ["day", "accepted lines", "events", "in the warehouse"], rows)


def _print_release(document: dict[str, Any]) -> None:
    release = document["last_release"]
    if release is None:
        console().print("Nothing was published yet")
        return
    newest = release["newest"]["day"] or "none"
    console().print(f"Release {release['release']}: {release['files']:,} partners, days up to {newest}", markup=False)


def _print_checks(document: dict[str, Any]) -> None:
    checks = document["checks"]
    failed = [check for check in checks if not check["passed"]]
    console().print(f"Checks: {len(checks) - len(failed)} of {len(checks)} held when last run")
    for check in failed:
        console().print(f"  {check['severity']}: {check['sentence']} [{check['clause']}]", markup=False)
