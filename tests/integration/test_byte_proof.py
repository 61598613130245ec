"""What was destroyed is in no byte that is left, and no backup brings it back; the scan that says so is shown to find."""

import gzip
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.destruction import day_items, destroy, plant, plant_row, readable, take_out
from support.finished import LAST_DAY, finished_home

from pipelines.retention.entries import NIGHTLY, Begun
from pipelines.retention.items import Item
from pipelines.settings import load_settings
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.sampling import digester_of, sample_items, sample_rows, sample_store
from pipelines.steps.retention.verifying import ByteProof, verify
from pipelines.steps.workspace import Workspace
from pipelines.storage.sealing import unseal

pytestmark = pytest.mark.slow

PLAN = "b" * 64


@dataclass
class Destruction:
    """A home whose days went, all but the last, what was seen before and after, and a sampled line of each kind.

    `gone_before` are the digests of what the home's own night destroyed: they are looked for, and found neither time.
    """

    workspace: Workspace
    backup: Path
    gone: list[Item]
    kept: list[Item]
    canaries: dict[str, str]
    before: ByteProof
    after: ByteProof
    line: bytes
    gone_before: set[str]


@pytest.fixture(scope="module")
def destruction(tmp_path_factory: pytest.TempPathFactory) -> Destruction:
    """Plant a canary in every dataset of the days that go, back the home up, look, destroy, look again."""
    folder = tmp_path_factory.mktemp("byte-proof")
    workspace = finished_home(tmp_path_factory.getbasetemp()).copy_to(folder).workspace()
    shutil.rmtree(workspace.home.landing)
    workspace.home.landing.mkdir()
    gone_before = {digest for sample in sample_store(workspace).all() for digest in sample.digests}
    items = day_items(workspace)
    gone = [item for item in items if item.anchor is not None and item.anchor < LAST_DAY]
    canaries = {item.dataset: f"canary-{item.dataset}-{number:04d}-Qx7Lm" for number, item in enumerate(gone)}
    for dataset, canary in canaries.items():
        plant(workspace, next(item for item in gone if item.dataset == dataset), canary)
    rows = [plant_row(workspace, table, f"canary-{table}-Zt4Kw") for table in workspace.registry.tables()]
    canaries |= {row.table: f"canary-{row.table}-Zt4Kw" for row in rows}
    sample_items(workspace, gone, PLAN)
    for row in rows:
        sample_rows(workspace, row.table, row.day, row.planted, PLAN)
    begun = Begun(policy_version=workspace.policy.version, plan=PLAN, approved_by=NIGHTLY, items=len(gone) + len(rows))
    open_register(workspace).append(begun, workspace.clock.now())
    line = sampled_line(workspace, gone)
    shutil.copytree(workspace.home.root, folder / "backup")
    needles = [canary.encode() for canary in canaries.values()]
    before = verify(workspace, "everything", needles=needles)
    destroy(workspace, gone)
    for row in rows:
        take_out(workspace, row)
    after = verify(workspace, "everything", needles=needles)
    kept = [item for item in items if item not in gone]
    verify(workspace, "everything")
    return Destruction(workspace, folder / "backup", gone, kept, canaries, before, after, line, gone_before)


def sampled_line(workspace: Workspace, gone: list[Item]) -> bytes:
    """Return a line of the log that a sample knows."""
    digester = digester_of(workspace)
    taken = {digest for sample in sample_store(workspace).all() for digest in sample.digests}
    for item in gone:
        if item.dataset == "access_logs" and item.key:
            content = unseal((workspace.home.root / item.place).read_bytes(), workspace.keyring.get(item.key), "log")
            found = [line for line in content.split(b"\n")[1:] if digester.digest(line).hex() in taken]
            if found:
                return found[0]
    raise AssertionError("no line of a log is in a sample")


def test_every_dataset_had_a_canary_and_each_was_found_while_it_was_there(destruction: Destruction):
    assert {*destruction.canaries} == {
        "access_logs", "access_records", "cookie_records", "events", "linked_events", "linked_events_pseudonymised",
        "quarantine", *destruction.workspace.registry.tables(),
    }  # fmt: skip
    assert len(destruction.canaries) > 15
    before = destruction.before
    assert before.probes_found == before.probes - len(destruction.gone_before) > len(destruction.canaries) + 100
    hit = {hit.place for hit in before.hits}
    assert hit >= {item.place for item in destruction.gone}
    assert not hit & {item.place for item in destruction.kept}


def test_nothing_is_found_after_keys_and_files_went(destruction: Destruction, capsys: pytest.CaptureFixture[str]):
    after = destruction.after
    with capsys.disabled():
        sys.stdout.write(
            f"\nbyte proof: {after.files} files, {sum(after.layers.values())} layers, {after.bytes:,} bytes, "
            f"{after.lines:,} lines in {after.seconds} s; controls {after.controls_found} of {after.controls}; "
            f"{destruction.before.probes_found} probes found before, {after.probes_found} of {after.probes} after\n"
        )
    assert after.has_passed, after.faults()
    assert after.probes_found == 0
    assert after.probes == destruction.before.probes
    assert after.controls_found == after.controls == 11
    assert after.files > 80
    assert {"sqlite rows", "duckdb rows", "encrypted parquet rows"} <= after.layers.keys()


def test_no_sample_holds_a_line_or_a_person(destruction: Destruction):
    written = b"".join(path.read_bytes() for path in sample_store(destruction.workspace).folder.iterdir())
    assert not [word for word in destruction.line.split() if len(word) > 4 and word in written]


def test_a_backup_gives_back_no_destroyed_row_and_every_kept_one(destruction: Destruction):
    keys = destruction.workspace.settings.key_folder
    settings = load_settings(home=destruction.backup, keys=keys, clock=destruction.workspace.settings.clock)
    restored = Workspace.open(settings)
    gone = readable(restored, destruction.gone)
    assert {*gone.values()} == {0}
    assert len(gone) >= 6
    kept = readable(restored, destruction.kept)
    assert kept == readable(destruction.workspace, destruction.kept)
    assert min(kept.values()) > 0
    assert sum(kept.values()) > 1000


def in_a_temporary_file(workspace: Workspace, line: bytes) -> Path:
    path = workspace.home.staging / "left.tmp"
    path.write_bytes(b"something\n" + line + b"\n")
    return path


def in_a_packed_delivery(workspace: Workspace, line: bytes) -> Path:
    path = workspace.home.landing / "again.log.gz"
    path.write_bytes(gzip.compress(b"something\n" + line + b"\n"))
    return path


def in_a_staged_table(workspace: Workspace, line: bytes) -> Path:
    path = workspace.home.staging / "staged.parquet"
    pq.write_table(pa.table({"number": [1, 2], "line": ["something", line.decode()]}), path)
    return path


def in_dagsters_storage(workspace: Workspace, line: bytes) -> Path:
    path = workspace.home.dagster / "history" / "runs" / "planted.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE event_logs (id INTEGER PRIMARY KEY, event TEXT)")
        connection.execute("INSERT INTO event_logs (event) VALUES (?)", [f'{{"message": "{line.decode("ascii")}"}}'])
    return path


def beside_the_keys(workspace: Workspace, line: bytes) -> Path:
    path = workspace.settings.key_folder / "notes.txt"
    path.write_bytes(line)
    return path


@pytest.mark.parametrize(
    "planted",
    [in_a_temporary_file, in_a_packed_delivery, in_a_staged_table, in_dagsters_storage, beside_the_keys],
    ids=lambda planted: planted.__name__,
)
def test_one_destroyed_line_is_found_wherever_it_turns_up(
    planted: Callable[[Workspace, bytes], Path], destruction: Destruction
):
    path = planted(destruction.workspace, destruction.line)
    try:
        found = verify(destruction.workspace, "changed")
    finally:
        path.unlink()
    assert {Path(hit.place).name for hit in found.hits} == {path.name}
    assert found.controls_found == found.controls
    assert verify(destruction.workspace, "changed").has_passed
