"""What publication costs for 500 partners and 90 days, and for one more night; and what an attack on all of it finds.

A home of the sample is published up to its 88th day at once, then night by night: one that closes a month, a plain one, one
more, and one that closes a week. The same nights are published after a short history too: what a night costs must grow with what
closes, not with what was published before. Then every cell of every release is attacked, and as its twin a first release without
complementary suppression. Last, the share of cells and page views shown to partners by their audience.

Run: make bench-publication, or `.venv/bin/python bench/publication.py [--home HOME] [--partners N] [--every M]`; a `--home` that
is not there is made, and kept. `--every 20` publishes each twentieth partner of the home, and those of 1, 9, 10 and 500 people:
nothing runs between partners. Each publication is a process of its own. Machines are noisy: read times as ratios.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from publication_home import make_home, settings_of
from publication_utility import utility

from pipelines.clock import SEOUL
from pipelines.releases.attacking import attack_everything
from pipelines.releases.exporting import Format, export
from pipelines.releases.given import Place
from pipelines.releases.memory import Memory
from pipelines.releases.published import Published
from pipelines.releases.release import publish
from pipelines.steps.publishing.publishing import given_of
from pipelines.steps.workspace import Workspace
from pipelines.storage.ledger import Ledger

FIRST, NINETIETH, LAST = date(2026, 1, 3), date(2026, 4, 2), date(2026, 4, 5)
FIRST_AT_ONCE, SHORT = date(2026, 3, 31), date(2026, 3, 1)
"""The last day of the first release, and the first day of the short history."""
NIGHTS = {
    "a month closes": date(2026, 4, 1), "a day closes": date(2026, 4, 2), "one more": date(2026, 4, 3),
    "another": date(2026, 4, 4), "a week closes": date(2026, 4, 5),
}  # fmt: skip
SIZED = 4
"""The last partners of the sample have 1, 9, 10 and 500 people."""
CLOSES = timedelta(days=3)
NEWCOMER = "partner-that-is-new"
MIB = 1024 if sys.platform != "darwin" else 1024**2


def place_of(folder: Path) -> Place:
    """Return a place to publish in, which leaves the home as it is; the warehouse lies beside it."""
    (folder / "staging").mkdir(parents=True, exist_ok=True)
    ledger = Ledger(folder / "ledger" / "releases.jsonl")
    warehouse = folder.parent / "warehouse.duckdb"
    return Place(warehouse, folder / "gate", folder / "published", folder / "staging", ledger)


def choose(asked: dict[str, Any]) -> dict[str, Any]:
    """Copy the warehouse with the figures of some partners; return how many they are."""
    target = Path(asked["folder"]) / "warehouse.duckdb"
    shutil.copyfile(Path(asked["home"]) / "warehouse.duckdb", target)
    given = given_of(Workspace.open(settings_of(Path(asked["home"]), LAST)))
    partners = sorted({*given.partners[:: asked["every"]], *given.partners[-SIZED:]})
    with duckdb.connect(str(target)) as connection:
        query = "SELECT table_name FROM duckdb_columns() WHERE column_name = 'partner_id' AND NOT internal"
        for (table,) in connection.execute(query).fetchall():
            connection.execute(f"DELETE FROM {table} WHERE NOT list_contains(?, partner_id)", [partners])  # noqa: S608 -- own names
    return {"partners": partners}


def publish_until(asked: dict[str, Any]) -> dict[str, Any]:
    """Publish the days from `first` to `last` on the night that the last of them closes; return what it took."""
    home, first, last = Path(asked["home"]), date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])
    place, given = place_of(Path(asked["folder"])), given_of(Workspace.open(settings_of(home, LAST)))
    now = datetime.combine(last + CLOSES, datetime.min.time(), SEOUL) + timedelta(hours=5)
    days = {day: digest for day, digest in given.days.items() if first <= day <= last}
    partners = [*asked["partners"], *asked.get("more_partners", ())]
    began = time.process_time()
    outcome = publish(
        place, replace(given, now=now, days=days, partners=partners, connect=lambda: duckdb.connect(":memory:")),
        with_complementary=asked.get("with_complementary", True),
    )  # fmt: skip
    taken = time.process_time() - began
    rows = [sum(counts.values()) for counts in outcome.cells.values()]
    shown = [counts.get("shown", 0) for counts in outcome.cells.values()]
    return {
        "status": outcome.status, "processor_seconds": round(taken, 2), "rows": sum(rows), "shown": sum(shown),
        "periods": {kind: len(days) for kind, days in outcome.closed.items()}, "files": outcome.files,
        "linked": outcome.linked, "leaks": [list(one) for one in outcome.leaks],
    }  # fmt: skip


def attack_all(asked: dict[str, Any]) -> dict[str, Any]:
    """Attack every cell of every release; return what leaks."""
    home = Path(asked["home"])
    place, policy = place_of(Path(asked["folder"])), Workspace.open(settings_of(home, LAST)).policy
    assert policy.publication is not None
    memory = Memory(place.gate, Published(place.published).current())
    began = time.process_time()
    verdict = attack_everything(memory, policy.publication, lambda: duckdb.connect(":memory:"))
    taken = time.process_time() - began
    return {
        "releases": len(memory.facts), "cells": verdict.cells, "programs": verdict.programs,
        "leaks": [list(one) for one in verdict.told()], "processor_seconds": round(taken, 2),
    }  # fmt: skip


def export_all(asked: dict[str, Any]) -> dict[str, Any]:
    """Export the current release for every partner, as CSV."""
    folder = Path(asked["folder"])
    published = Published(place_of(folder).published)
    release = published.current()
    assert release is not None
    names = {name: name for name in published.manifest(release).files}
    began = time.process_time()
    done = export(published, release, names, folder / "bi" / release, Format.CSV)
    taken = time.process_time() - began
    return {"partners": len(names), "files": done.files, "rows": done.rows, "processor_seconds": round(taken, 2)}


def make(asked: dict[str, Any]) -> dict[str, Any]:
    """Make the home."""
    days = (NINETIETH - FIRST).days + 1
    make_home(Path(asked["home"]), asked["partners"], [(NINETIETH, days), (LAST, (LAST - NINETIETH).days)])
    return {}


def shares(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the shares shown by audience."""
    workspace, place = Workspace.open(settings_of(Path(asked["home"]), LAST)), place_of(Path(asked["folder"]))
    return utility(workspace, place.warehouse, place.gate, asked["peer"])


STEPS = {
    "make": make,
    "choose": choose,
    "publish": publish_until,
    "attack": attack_all,
    "export": export_all,
    "shares": shares,
}


def run(step: str, **asked: object) -> dict[str, Any]:
    """Take a step in a process of its own; return what it says, with the most memory it held."""
    words = [sys.executable, __file__, "--step", step, "--asked", json.dumps(asked, default=str)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(words, stdout=said)  # noqa: S603 -- this very program
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0, (step, status)
        said.seek(0)
        return json.loads(said.read()) | {"peak_mib": round(usage.ru_maxrss / MIB)}


def tell(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    """Print the figures of one step as soon as they are there."""
    print(f"{name}: {json.dumps(figures)}", flush=True)
    return figures


def nights(common: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """Publish a history at once and the nights after it, one by one."""
    tell(f"{name}, at once", run("publish", **common, last=FIRST_AT_ONCE))
    return {night: tell(f"{name}, {night}", run("publish", **common, last=last)) for night, last in NIGHTS.items()}


def measure(home: Path, partners: int, every: int, peer: str | None, folder: Path) -> None:
    """Print everything."""
    if not home.exists():
        tell("home", run("make", home=home, partners=partners))
    chosen = run("choose", home=home, folder=folder, every=every)["partners"]
    common = {"home": home, "folder": folder / "long", "first": FIRST, "partners": chosen}
    tell("partners", {"of the home": partners, "published": len(chosen)})
    long = nights(common, "90 days")
    tell("a run without news", run("publish", **common, last=LAST))
    tell("a new partner and nothing closed", run("publish", **common, last=LAST, more_partners=[NEWCOMER]))
    tell("export for every partner", run("export", **common))
    tell("attack on everything", run("attack", **common))
    tell("shares", run("shares", **common, peer=peer))
    bare = common | {"folder": folder / "bare", "with_complementary": False}
    tell("without complementary suppression", run("publish", **bare, last=FIRST_AT_ONCE))
    short = nights(common | {"folder": folder / "short", "first": SHORT}, "a month")
    for figure in ("processor_seconds", "peak_mib"):
        ratios = {night: round(taken[figure] / short[night][figure], 2) for night, taken in long.items()}
        tell(f"{figure}: 90 days of history beside one month", ratios)


def main() -> None:
    """Take one step if asked to, else all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--partners", type=int, default=500)
    parser.add_argument("--every", type=int, default=1, help="publish each so manieth partner")
    parser.add_argument("--peer", help="an interpreter that has pytauargus")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--asked", type=json.loads, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        json.dump(STEPS[arguments.step](arguments.asked), sys.stdout)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = arguments.home or Path(folder) / "made" / "home"
        measure(home, arguments.partners, arguments.every, arguments.peer, Path(folder))


if __name__ == "__main__":
    main()
