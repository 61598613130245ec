"""Two jobs at once, missing keys, wrong policies, full disks: said clearly, exit code 2, and what stood still stands."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.contents import contents_of, files_that_are_no_whole, is_up_to_date, staging_leftovers
from support.deliveries import EARLIER, NOW, Delivered
from support.disks import fill, read_only, small_disk
from support.nights import Said
from support.runs import run_statuses
from support.stages import Watch
from support.uninterrupted import Uninterrupted

from pipelines.clock import SystemClock, parse_instant
from pipelines.errors import HomeError
from pipelines.home import Home
from pipelines.settings import REPOSITORY, load_settings
from pipelines.steps.workspace import open_home
from pipelines.warehouse.reading import open_read_only

pytestmark = pytest.mark.slow
QUERY = "SELECT * FROM service_daily_usage ORDER BY day"
MIB = 1024**2


def nightly(copy: Delivered, *options: str, **settings: str) -> Said:
    """Run `partnerstats nightly` on a home in a process of its own."""
    environment = {**copy.environment(), "PARTNERSTATS_HOME": str(copy.home)}
    environment |= {f"PARTNERSTATS_{name.upper()}": value for name, value in settings.items()}
    return copy.nights.command(["nightly", *options], copy.home.with_name("said"), environment)


def test_a_second_night_at_once_says_so_and_harms_nothing(
    delivered: Delivered, uninterrupted: Uninterrupted, tmp_path: Path
):
    copy = delivered.copy_to(tmp_path)
    watch, first = Watch(copy.home), copy.begin_night()
    while first.is_running and watch.stage() == "start":
        time.sleep(0.001)
    second = nightly(copy)
    assert first.is_running
    assert second.code == 2
    assert "another job holds this home: process" in second.text
    assert first.outcome()["succeeded"]
    assert uninterrupted.after.differences(contents_of(copy.workspace())) == {}
    assert is_up_to_date(copy.workspace())
    assert sorted(run_statuses(copy.home)) == ["FAILURE", "SUCCESS", "SUCCESS"]


def test_a_reader_of_the_old_warehouse_goes_on_reading_it(delivered: Delivered, tmp_path: Path):
    copy = delivered.copy_to(tmp_path)
    with open_read_only(copy.home / "warehouse.duckdb") as reader:
        before = reader.execute(QUERY).fetchall()
        assert copy.begin_night().outcome()["succeeded"]
        assert reader.execute(QUERY).fetchall() == before
        assert reader.execute("SELECT count(*) FROM partner_content_daily").fetchone() is not None
    with open_read_only(copy.home / "warehouse.duckdb") as reader:
        assert len(reader.execute(QUERY).fetchall()) > len(before)


def _no_master_key(copy: Delivered) -> dict[str, str]:
    (_keys(copy) / "master.key").unlink()
    return {}


def _another_master_key(copy: Delivered) -> dict[str, str]:
    (_keys(copy) / "master.key").write_text("0" * 64 + "\n")
    return {}


def _shared_master_key(copy: Delivered) -> dict[str, str]:
    (_keys(copy) / "master.key").chmod(0o644)
    return {}


def _no_data_key(copy: Delivered) -> dict[str, str]:
    (wrapped,) = (_keys(copy) / "wrapped").iterdir()
    lines = wrapped.read_bytes().splitlines(keepends=True)
    lines.remove(next(line for line in lines if line.startswith(b'{"name":"access_logs.')))
    wrapped.write_bytes(b"".join(lines))
    return {}


def _no_keyring(copy: Delivered) -> dict[str, str]:
    shutil.rmtree(_keys(copy))
    return {}


def _keys_in_the_home(copy: Delivered) -> dict[str, str]:
    shutil.copytree(_keys(copy), copy.home / "keys")
    return {"keys": str(copy.home / "keys")}


def _no_policy(copy: Delivered) -> dict[str, str]:
    return {"policy": str(copy.home.with_name("nowhere"))}


def _policy_that_is_no_text(copy: Delivered) -> dict[str, str]:
    return _changed_policy(copy, lambda path: path.write_bytes(b"\xff\xfe\x00version"))


def _policy_with_an_unknown_key(copy: Delivered) -> dict[str, str]:
    return _changed_policy(copy, lambda path: path.write_text(path.read_text() + "\nunheard_of: true\n"))


def _damaged_ledger(copy: Delivered) -> dict[str, str]:
    ledger = copy.home / "ledger" / "imports.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b'"accepted":', b'"accepteD":', 1))
    return {}


def _earlier_clock(_: Delivered) -> dict[str, str]:
    return {"clock": "2026-03-03T02:00:00+09:00"}


def _unreadable_clock(_: Delivered) -> dict[str, str]:
    return {"clock": "tomorrow"}


def _unheard_of_threads(_: Delivered) -> dict[str, str]:
    return {"threads": "none"}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (_no_master_key, "the master key is missing"),
        (_another_master_key, "made under another master key"),
        (_shared_master_key, "chmod 600"),
        (_no_data_key, "wrapped keys are gone from the keyring"),
        (_no_keyring, "its keyring is empty"),
        (_keys_in_the_home, "keys must lie outside the home"),
        (_no_policy, "polic"),
        (_policy_that_is_no_text, "2014-06-16.yml"),
        (_policy_with_an_unknown_key, "unheard_of"),
        (_damaged_ledger, "imports.jsonl: entry 1"),
        (_earlier_clock, "time runs backwards"),
        (_unreadable_clock, "not an instant"),
        (_unheard_of_threads, "PARTNERSTATS_THREADS"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_a_night_that_cannot_be_says_why_and_what_stood_still_stands(
    fault: Callable[[Delivered], dict[str, str]], message: str, delivered: Delivered, tmp_path: Path
):
    copy = delivered.copy_to(tmp_path)
    before = _warehouse(copy)
    settings = fault(copy)
    _is_refused(nightly(copy, **settings), message)
    assert _warehouse(copy) == before


def test_a_home_that_cannot_be_written_is_said_to_be(delivered: Delivered, tmp_path: Path):
    copy = delivered.copy_to(tmp_path)
    before = _warehouse(copy)
    with read_only(copy.home) as is_read_only:
        if is_read_only:
            _is_refused(nightly(copy), f"{copy.home}: cannot be written: Read-only file system")
    assert _warehouse(copy) == before
    (tmp_path / "file").touch()
    _is_refused(nightly(copy, "--home", str(tmp_path / "file" / "home")), "cannot be written")


def test_a_disk_too_full_for_a_night_is_said_to_be_before_it_begins(delivered: Delivered, tmp_path: Path):
    with small_disk(tmp_path / "disk", 64 * MIB) as is_small:
        copy = delivered.copy_to(tmp_path / "disk")
        before = _warehouse(copy)
        if is_small:
            fill(tmp_path / "disk", leaving_bytes=MIB)
            _is_refused(nightly(copy), "the disk is almost full")
        assert _warehouse(copy) == before


@pytest.mark.parametrize(
    ("stage", "limit_bytes"), [("import", 64 * 1024), ("pseudonymise", 128 * 1024), ("transform", MIB)]
)
def test_a_disk_that_fills_up_leaves_what_stood_and_the_next_night_goes_on(
    stage: str, limit_bytes: int, delivered: Delivered, uninterrupted: Uninterrupted, tmp_path: Path
):
    # Where nothing may be mounted, files that may not grow beyond `limit_bytes` stand in for the full disk.
    with small_disk(tmp_path / "disk", 192 * MIB) as is_small:
        copy = replace(delivered.copy_to(tmp_path / "disk"), told=tmp_path / "night")
        before = _warehouse(copy)
        watch, night = Watch(copy.home), copy.begin_night(file_limit_bytes=None if is_small else limit_bytes)
        while is_small and night.is_running and watch.stage() != stage:
            time.sleep(0.001)
        if is_small:
            fill(tmp_path / "disk")
        outcome = night.outcome()
        assert not outcome["succeeded"]
        assert "the disk is almost full" in outcome["cause"] or not is_small, outcome
        assert _warehouse(copy) == before
        (tmp_path / "disk" / "other-data").unlink(missing_ok=True)
        assert files_that_are_no_whole(copy.workspace()) == []
        again = copy.begin_night().outcome()
        assert again["succeeded"], again
        assert uninterrupted.after.differences(contents_of(copy.workspace())) == {}
        assert staging_leftovers(copy.home) == []


def test_a_live_home_refuses_a_clock(delivered: Delivered, tmp_path: Path):
    Home.open(tmp_path / "live", SystemClock(), rehearsal=False)
    said = nightly(delivered.copy_to(tmp_path), "--home", str(tmp_path / "live"), "--clock", NOW)
    _is_refused(said, "made without --clock and refuses it")


def test_a_rehearsal_opened_without_a_clock_stands_where_it_last_was(delivered: Delivered, tmp_path: Path):
    copy = delivered.copy_to(tmp_path)
    opened = open_home(load_settings(home=copy.home))
    assert opened.clock.now() == parse_instant(EARLIER)
    open_home(load_settings(home=copy.home, clock=NOW))
    assert open_home(load_settings(home=copy.home)).clock.now() == parse_instant(NOW)
    with pytest.raises(HomeError, match="time runs backwards"):
        open_home(load_settings(home=copy.home, clock=EARLIER))


def _is_refused(said: Said, message: str) -> None:
    assert said.code == 2, said.text
    assert message in said.text
    assert "Traceback" not in said.text


def _warehouse(copy: Delivered) -> tuple[bytes, list[tuple[object, ...]]]:
    """The warehouse file's bytes, and that it can be read."""
    path = copy.home / "warehouse.duckdb"
    with open_read_only(path) as reader:
        return path.read_bytes(), reader.execute(QUERY).fetchall()


def _keys(copy: Delivered) -> Path:
    return copy.home.with_name(copy.home.name + ".keys")


def _changed_policy(copy: Delivered, change: Callable[[Path], object]) -> dict[str, str]:
    folder = copy.home.with_name("policy")
    shutil.copytree(REPOSITORY / "policy", folder)
    change(folder / "2014-06-16.yml")
    return {"policy": str(folder)}
