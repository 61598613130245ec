"""A home restored from a backup is brought up to what was destroyed since, before anything is read of it."""

import shutil
from datetime import date

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import DamagedError, UsageError
from pipelines.retention.entries import NIGHTLY, Replayed, Restored, Verified
from pipelines.retention.states import State
from pipelines.steps.access import record_access
from pipelines.steps.retention.auditing import audit
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.retention.executing import execute
from pipelines.steps.retention.planning import make_plan
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.rotation import rotate
from pipelines.steps.subjects.holds import Order, hold_dataset

DAYS = [date(2015, 5, 18), date(2015, 5, 19), date(2015, 5, 20)]
LATER = "2015-08-20T12:00:00+09:00"


@pytest.fixture
def lived(house, line):
    for day in DAYS:
        house.deliver([line(day), "garbage\n"], f"{day}.log")
    house.derive()
    return house


def destroyed(house):
    later = house.at(LATER)
    execute(later.workspace, make_plan(later.workspace, with_unknown=False).plan.digest, approved_by=NIGHTLY)
    return later


def restored(house, backup):
    home = house.settings.home
    shutil.rmtree(home)
    shutil.copytree(backup, home)
    return house.at(LATER)


def backed_up(house, tmp_path):
    return shutil.copytree(house.settings.home, tmp_path / "backup")


def days_there(house):
    home = house.workspace.home
    segments = {path.parent.name for store in (home.vault, home.quarantine) for path in store.rglob("*.age")}
    return sorted(segments | {path.stem for path in home.events.glob("*.parquet")})


def test_a_home_that_was_not_restored_has_nothing_to_do_first(lived):
    later = destroyed(lived)
    found = begin_writing(later.workspace)
    assert (found.was_restored, found.replayed, found.finished) == (False, (), ())


def test_what_was_destroyed_is_destroyed_again_and_what_is_kept_is_all_there(lived, tmp_path):
    backup, kept = backed_up(lived, tmp_path), lived.events(DAYS[2])
    again = restored(destroyed(lived), backup)
    assert days_there(again) == [str(day) for day in DAYS]
    found = begin_writing(again.workspace)
    assert found.was_restored
    assert {entry.dataset: entry.days for entry in found.replayed} == {
        name: tuple(DAYS[:2]) for name in ("access_logs", "quarantine", "events")
    }
    assert days_there(again) == ["2015-05-20"]
    assert again.events() == kept
    register = open_register(again.workspace)
    assert register.verify().holds
    kinds = [type(entry.body) for entry in register.entries()]
    assert kinds == [Restored, Replayed, Replayed, Replayed]
    assert begin_writing(again.workspace).replayed == ()


def test_a_single_file_that_was_put_back_goes_too(lived, tmp_path):
    backup = backed_up(lived, tmp_path)
    later = destroyed(lived)
    place = "events/2015-05-18.parquet"
    shutil.copy(backup / place, later.settings.home / place)
    found = begin_writing(later.workspace)
    assert (found.was_restored, [entry.files for entry in found.replayed]) == (False, [1])
    assert days_there(later) == ["2015-05-20"]


def test_a_register_that_was_cut_back_alone_stops_everything(lived, tmp_path):
    lived.workspace  # noqa: B018 -- opened, so that its folders are there
    backup = backed_up(lived, tmp_path)
    later = destroyed(lived)
    for path in (later.settings.home / "ledger").glob("destructions.*"):
        path.unlink()
    assert not (backup / "ledger" / "destructions.jsonl").exists()
    with pytest.raises(DamagedError, match=r"before someone looked.*register restore --role privacy_officer"):
        begin_writing(later.workspace)


def restore_command(house, *said):
    command = ["retention", "register", "restore", "--home", str(house.settings.home), "--clock", LATER]
    return CliRunner().invoke(app, [*command, *said])


def test_where_nothing_came_back_the_privacy_officer_says_that_a_backup_was_restored(lived, tmp_path):
    destroyed(lived)
    backup = backed_up(lived, tmp_path)
    size = len(open_register(lived.workspace).entries())
    # All that the backup does not know is an entry: nothing in it stands under a destroyed key.
    verified = {"scope": "changed", "probes": 1, "probes_found": 0, "controls": 1, "controls_found": 1}
    entry = Verified(policy_version=lived.workspace.policy.version, **verified, files=1, bytes=1)
    lost = open_register(lived.workspace).append(entry, lived.at(LATER).workspace.clock.now())
    again = restored(lived, backup)
    with pytest.raises(DamagedError, match="before someone looked"):
        begin_writing(again.workspace)
    reason = ("--reason", "the disk of last week")
    for said in (reason, ("--role", "operator", *reason), ("--role", "privacy_officer")):
        assert isinstance(restore_command(again, *said).exception, UsageError)
    assert restore_command(again, "--role", "privacy_officer", *reason).exit_code == 0
    entries = [entry.body for entry in open_register(again.workspace).entries()]
    assert (entries[-1].lost_size, entries[-1].lost_digest) == (size + 1, lost.digest)
    assert entries[-1].approved_by == "privacy_officer"
    assert begin_writing(again.workspace).replayed == ()
    assert isinstance(restore_command(again, "--role", "privacy_officer", *reason).exception, UsageError)


def test_a_register_that_was_changed_is_not_gone_on_with(lived):
    later = destroyed(lived)
    path = later.settings.home / "ledger" / "destructions.jsonl"
    path.write_text(path.read_text().replace('"files":2', '"files":1', 1))
    said = restore_command(later, "--role", "privacy_officer", "--reason", "a backup")
    assert isinstance(said.exception, DamagedError)


def test_a_register_that_was_changed_stops_everything(lived):
    later = destroyed(lived)
    path = later.settings.home / "ledger" / "destructions.jsonl"
    path.write_text(path.read_text().replace('"files":2', '"files":1', 1))
    with pytest.raises(DamagedError, match="not what was written"):
        begin_writing(later.workspace)


def test_a_table_whose_key_is_gone_is_taken_in_anew(lived, tmp_path):
    rows = [{"content_id": "1", "partner_id": "p1", "content_type": "album"}]
    lived.export("contents", rows)
    backup = backed_up(lived, tmp_path)
    former = lived.workspace.registry.pointer("contents").key
    later = lived.at(LATER)
    later.export("contents", [*rows, {**rows[0], "content_id": "2"}])
    later.workspace.keyring.destroy(former)
    again = restored(destroyed(lived), backup)
    found = begin_writing(again.workspace)
    assert "contents" in {entry.dataset for entry in found.replayed}
    assert again.export("contents", rows).rows == 1


def test_access_records_that_only_a_former_key_opened_are_told_to_be_lost_and_those_of_now_are_read(lived, tmp_path):
    record_access(lived.workspace, "seen before the backup")
    backup = backed_up(lived, tmp_path)
    record_access(lived.workspace, "seen after it")
    (month,) = lived.workspace.access_records.known_months()
    rotate(lived.workspace, ("data-keys",))
    assert len(lived.workspace.access_records.read(month)) == 2
    again = restored(lived, backup)
    record_access(again.workspace, "seen in the restored home")
    found = begin_writing(again.workspace)
    lost = [(entry.days, entry.rows, entry.cause) for entry in found.replayed if entry.dataset == "access_records"]
    assert lost == [((month,), 1, "restored-backup")]
    now = again.workspace.access_records
    assert now.lost() == {month: 1}
    said = [record.action for each in now.known_months() for record in now.read(each)]
    assert said == ["seen in the restored home"]
    missing = audit(again.workspace, again.workspace.today).of(State.UNDER_RETAINED)
    assert ("access_records", 1, 1) in {(status.dataset, status.items, status.rows) for status in missing}
    assert begin_writing(again.workspace).replayed == ()
    later = lived.at("2016-06-02T12:00:00+09:00")
    assert "access_records" not in {
        s.dataset for s in audit(later.workspace, later.workspace.today).of(State.UNDER_RETAINED)
    }


@pytest.mark.parametrize("command", ["add", "review", "release", "destroy"])
def test_what_a_person_orders_is_done_to_a_home_that_was_brought_up_to_date(lived, tmp_path, command):
    last = str(DAYS[2])
    hold = hold_dataset(lived.workspace, "events", DAYS[2], DAYS[2], Order("complaint", "court", date(2015, 12, 1)))
    keys = lived.workspace.keyring.list()
    key = next(info.name for info in keys if (info.dataset, info.day) == ("access_logs", DAYS[2]))
    said = {
        "add": ["hold", "add", "--dataset", "quarantine", "--from", last, "--to", last, "--authority", "a court"],
        "review": ["hold", "review", hold.hold_id],
        "release": ["hold", "release", hold.hold_id],
        "destroy": ["keys", "destroy", key],
    }[command]
    if command in ("add", "review"):
        said += ["--review", "2015-12-02"]
    backup = backed_up(lived, tmp_path)
    again = restored(destroyed(lived), backup)
    shared = [
        "--home",
        str(again.settings.home),
        "--clock",
        LATER,
        "--role",
        "privacy_officer",
        "--reason",
        "a dispute",
    ]
    result = CliRunner().invoke(app, [*said, *shared])
    assert result.exit_code == 0, result.output
    assert days_there(again) == [last]
    entries = [type(entry.body) for entry in open_register(again.workspace).entries()]
    assert entries[:4] == [Restored, Replayed, Replayed, Replayed]
