"""Rotated, everything stands under new keys, says the same, and copies taken before open nothing."""

import json
import os
import shutil
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import CheckFailedError, KeyMissingError, PartnerstatsError, UsageError
from pipelines.retention.entries import Rotated
from pipelines.steps.access import record_access
from pipelines.steps.backfill import lines_of
from pipelines.steps.day_files import read_day_states
from pipelines.steps.events import derive_stale_days, stale_days
from pipelines.steps.linked import derive_linked_days, stale_linked_days
from pipelines.steps.record_imports import import_record_files, record_files
from pipelines.steps.records import import_records, quarantined_files
from pipelines.steps.retention import rotation
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.rewriting import rewrite_segments
from pipelines.steps.retention.rotation import DATA_KEYS, PSEUDONYMS, finish_rotation, rotate
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan
from pipelines.storage.vault import Segment, SegmentContent, Vault

D19, D20 = date(2015, 5, 19), date(2015, 5, 20)
BOTH = (PSEUDONYMS, DATA_KEYS)
EVERY = int(os.environ.get("PARTNERSTATS_TEST_EVERY_DEATH", "120"))
"""Of the changes of the disk that a rotation makes, every so many-th is died at."""
_OF_PSEUDONYMS = ("member_pseudonym", "visitor_pseudonym", "person_pseudonym", "client_address_pseudonym")


@pytest.fixture
def kept(house, line):
    """A home with two days of lines, bad lines and a bad file, records, linked events, members and access records."""
    members = [{"account_key": f"k-{who}", "login_id": who, "partner_id": "p1"} for who in ("kim", "lee")]
    house.export("members", members)
    house.export("partners", [{"partner_id": "p1", "name": "Label", "type": "agency"}])
    link = {"account_key": "k-kim", "service": "melon", "melon_member_id": "m-kim", "ended_at": None}
    house.export("linked_accounts", [{**link, "linked_at": "2015-01-01T00:00:00+09:00"}])
    people = [("kim", 7), ("lee", 8), (None, 9), (None, 7)]
    house.deliver(
        [line(day, member=who, address=f"198.51.100.{end}") for day in (D19, D20) for who, end in people]
        + ["no line\n", line(D20, member="kim")]
    )
    house.deliver(b"\x1f\x8b broken", name="broken.log.gz")
    _records(house, "cookies", {"event": "issued", "cookie_name": "pc_member", "member_id": "kim", "expires": None})
    _records(house, "linked", {"service": "melon", "event": "stream", "partner_id": "p1", "melon_member_id": "m-kim"})
    derive_stale_days(house.workspace)
    derive_linked_days(house.workspace)
    record_access(house.workspace, "look")
    return house


def _records(house, folder: str, row: dict[str, object]) -> None:
    path = house.workspace.home.landing / folder / "records.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    times = ("2015-05-19T00:10:00+09:00", "2015-05-20T09:00:00+09:00")
    path.write_text("".join(json.dumps({"time": time, **row}) + "\n" for time in times))
    import_record_files(house.workspace, folder)


def opened(house) -> Workspace:
    return Workspace.open(house.settings)


def copy_of(house, folder: Path):
    root = house.settings.home
    for name in (root.name, f"{root.name}.keys"):
        shutil.copytree(root.with_name(name), folder / name)
    return house.under(home=folder / root.name)


def said(workspace: Workspace) -> dict[str, object]:
    """Everything that is stored, decoded, whatever keys and pseudonyms it is under: what a rotation must not change."""
    vault = [
        segment
        for record in (*import_records(workspace.ledger), *record_files(workspace))
        for segment in record.segments
    ]
    quarantine = [
        segment
        for record in (*import_records(workspace.ledger), *record_files(workspace))
        for segment in record.quarantine
    ] + [piece for file in quarantined_files(workspace.ledger) for piece in file.pieces]
    tables = {name: workspace.registry.load(name).to_pylist() for name in workspace.registry.tables()}
    months = [workspace.access_records.read(month) for month in workspace.access_records.months()]
    return {
        "vault": _read(workspace.vault, vault),
        "quarantine": _read(workspace.quarantine, quarantine),
        "events": Counter(
            tuple(value for name, value in row.items() if name not in _OF_PSEUDONYMS) for row in _events(workspace)
        ),
        "counts": rotation.distinct_counts(workspace),
        "tables": tables,
        "accesses": [(access.accessed_at, access.action) for month in months for access in month],
        "states": [(state.rows, state.people) for state in read_day_states(workspace.home.events).values()],
    }


def _read(vault: Vault, bodies: list[dict]) -> list[SegmentContent]:
    return [vault.read_segment(Segment.from_json(body)) for body in bodies]


def _events(workspace: Workspace) -> list[dict]:
    found = []
    with workspace.connection() as connection:
        for state in read_day_states(workspace.home.events).values():
            add_key(connection, workspace.keyring.get(state.key))
            relation = scan(workspace.home.events / state.file_name, state.key)
            found += connection.execute(f"FROM {relation}").to_arrow_table().to_pylist()
    return found


def _without_pseudonyms(event: dict) -> tuple:
    return tuple(value for name, value in event.items() if name not in _OF_PSEUDONYMS)


def pseudonyms(workspace: Workspace) -> set[str]:
    return {row[name] for row in _events(workspace) for name in _OF_PSEUDONYMS if row[name] is not None}


def test_rotated_pseudonyms_are_all_others_and_count_as_many(kept):
    workspace = opened(kept)
    before, old, keys = said(workspace), pseudonyms(workspace), {info.name for info in workspace.keyring.list()}
    (report,) = rotate(workspace, (PSEUDONYMS,))
    after = opened(kept)
    assert (report.moved, report.days, report.is_equal) == (5, 5, True)
    assert report.before == report.after
    assert report.before["all"] == {"events": 9, "members": 2, "visitors": 4, "people": 3, "client_addresses": 3}
    assert said(after) == before
    assert len(old) > 8
    assert old & pseudonyms(after) == set()
    assert after.keyring.pseudonym_generations() == [2]
    going = keys - {info.name for info in after.keyring.list()}
    assert {name.partition(".")[0] for name in going} == {"events", "linked_events_pseudonymised"}
    assert not stale_days(after)
    assert not stale_linked_days(after)


def test_rotated_data_keys_are_all_others_and_a_copy_taken_before_opens_nothing(kept, tmp_path):
    workspace = opened(kept)
    before, old = said(workspace), [workspace.keyring.get(info.name) for info in workspace.keyring.list()]
    copy = copy_of(kept, tmp_path / "copy")
    (report,) = rotate(workspace, (DATA_KEYS,))
    after = opened(kept)
    assert said(after) == before
    assert {info.name for info in after.keyring.list()} & {key.name for key in old} == set()
    assert report.keys_destroyed == len(old)
    assert after.registry.superseded_keys() == []
    copy.settings.master_key_file.write_bytes(kept.settings.master_key_file.read_bytes())
    with pytest.raises(KeyMissingError):
        opened(copy)
    assert not lines_of(after).gone
    assert not stale_days(after)


def test_both_at_once_are_one_rotation_with_an_entry_each_in_the_register(kept):
    workspace = opened(kept)
    before, old = said(workspace), pseudonyms(workspace)
    (report,) = rotate(workspace, BOTH)
    after = opened(kept)
    assert said(after) == before
    assert old & pseudonyms(after) == set()
    told = [(entry.body.what, entry.body.moved, entry.body.of) for entry in open_register(after).entries()]
    assert told == [("pseudonyms", 5, 5), ("data-keys", report.keys_destroyed, report.keys_destroyed)]
    assert open_register(after).verify().holds


def test_tombstones_and_subject_digests_mean_the_same_after_a_rotation(kept):
    workspace = opened(kept)
    digests = workspace.subjects.subject_digest("k-kim"), workspace.subjects.tombstone_of_account("k-kim")
    rotate(workspace, BOTH)
    after = opened(kept)
    assert (after.subjects.subject_digest("k-kim"), after.subjects.tombstone_of_account("k-kim")) == digests


def test_it_can_be_rotated_again_and_again(kept):
    before = said(opened(kept))
    for _ in range(3):
        rotate(opened(kept), BOTH)
    assert said(opened(kept)) == before
    assert opened(kept).keyring.pseudonym_key().generation == 4


def test_lines_that_come_after_a_rotation_are_counted_with_those_before(kept, line):
    rotate(opened(kept), BOTH)
    later = kept.under()
    later.deliver([line(D20, member="kim", at="11:00:00")], name="late.log")
    (day,) = derive_stale_days(later.workspace)
    assert (day.day, day.rows) == (D20, 6)
    assert rotation.distinct_counts(later.workspace)["all"]["members"] == 2
    again = later.deliver([line(D20, member="kim", at="11:00:00")], name="late.log")
    assert [report.outcome.kind for report in again.files if report.name == "late.log"] == ["known"]


def test_nothing_is_rotated_when_a_retained_day_could_not_be_derived_again(kept):
    workspace = opened(kept)
    (segment,) = [
        body for record in import_records(workspace.ledger) for body in record.segments if body["day"] == "2015-05-19"
    ]
    (workspace.home.vault / segment["path"]).unlink()
    keys = {info.name for info in workspace.keyring.list()}
    with pytest.raises(UsageError, match="2015-05-19"):
        rotate(workspace, BOTH)
    assert {info.name for info in workspace.keyring.list()} == keys
    assert finish_rotation(workspace) is None


def test_counts_that_are_others_afterwards_fail_it(kept, monkeypatch):
    counts, real = iter(({}, {"all": {"events": -1}})), rotation.distinct_counts
    monkeypatch.setattr(rotation, "distinct_counts", lambda workspace: real(workspace) | next(counts))
    with pytest.raises(CheckFailedError, match="distinct counts"):
        rotate(opened(kept), (PSEUDONYMS,))
    assert finish_rotation(opened(kept)) is None, "it is over all the same"


@pytest.mark.slow
@pytest.mark.parametrize("what", [(PSEUDONYMS,), BOTH], ids=["pseudonyms", "both"])
def test_killed_anywhere_in_a_rotation_the_next_run_ends_in_the_same_state(kept, tmp_path, deaths, what):
    workspace = opened(kept)
    before, old = said(workspace), pseudonyms(workspace)
    old_keys = set(rotation._plan(workspace, what)["keys"])
    died = 0
    step = 1 + int.from_bytes(os.urandom(2)) % EVERY
    while True:
        folder = tmp_path / f"died at {step}"
        house = copy_of(kept, folder)
        workspace = opened(house)
        if not deaths.at(step, lambda workspace=workspace: rotate(workspace, what)):
            break
        died += 1
        again = opened(house)
        record_access(again, "look") if step % 2 else None
        again.home.sweep()
        kinds = [entry.kind for entry in again.ledger.entries() if entry.kind in (rotation.BEGUN, rotation.DONE)]
        finished = finish_rotation(again)
        assert (finished is not None) == (kinds == [rotation.BEGUN]), step
        assert finished is None or (finished.moved, finished.days, finished.is_equal) == (5, 5, True), step
        after = opened(house)
        assert {name: value for name, value in said(after).items() if name != "accesses"} == {
            name: value for name, value in before.items() if name != "accesses"
        }, step
        if kinds:
            assert old & pseudonyms(after) == set(), step
            assert old_keys & {info.name for info in after.keyring.list()} == set(), step
            assert len([e for e in open_register(after).entries() if isinstance(e.body, Rotated)]) == len(what), step
            assert not after.vault.orphans(_paths(after)), step
        shutil.rmtree(folder)
        step += EVERY
    assert died >= 3
    sys.stdout.write(f"\nrotation of {' and '.join(what)}: {died} of {died} deaths survived, every {EVERY}th change\n")


def _paths(workspace: Workspace) -> set[str]:
    records = (*import_records(workspace.ledger), *record_files(workspace))
    return {body["path"] for record in records for body in record.segments}


def test_a_segment_is_written_anew_without_some_lines_and_its_former_bytes_are_nowhere(kept):
    workspace = opened(kept)
    (record,) = [record for record in record_files(workspace) if record.dataset == "linked_events"]
    segments = [Segment.from_json(body) for body in record.segments]
    former = rewrite_segments(
        workspace, "vault", segments, lambda segment, content: None if segment.day == D19 else content
    )
    workspace.keyring.destroy_many(former)
    (left,) = [Segment.from_json(body) for r in record_files(opened(kept), "linked_events") for body in r.segments]
    assert (left.day, left.lines) == (D20, 1)
    assert opened(kept).vault.read_segment(left).raw.startswith(b'{"')
    assert not [segment for segment in segments if (workspace.home.vault / segment.path).exists()]
    with pytest.raises(PartnerstatsError):
        workspace.keyring.get(segments[0].key)
