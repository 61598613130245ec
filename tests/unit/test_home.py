"""A home is real or demo, live or a rehearsal, and its time never runs backwards."""

import json
import subprocess
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.clock import FixedClock
from pipelines.errors import HomeBusyError, HomeError
from pipelines.home import SPARE_BYTES, Home

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
CLOCK = FixedClock(NOW)

HOLDER = """
import sys
from pathlib import Path
from pipelines.home import Home
with Home(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def made(root: Path, *, rehearsal: bool = False) -> Home:
    return Home.open(root, CLOCK, rehearsal=rehearsal)


def test_naming_a_home_touches_nothing(tmp_path: Path):
    home = Home(tmp_path / "data")
    assert home.warehouse == tmp_path / "data" / "warehouse.duckdb"
    assert list(tmp_path.iterdir()) == []


def test_opening_makes_the_folders_for_the_owner_alone(tmp_path: Path):
    home = made(tmp_path / "data")
    folders = [
        home.landing,
        home.vault,
        home.registry,
        home.quarantine,
        home.events,
        home.gate,
        home.published,
        home.sealed,
        home.ledger,
    ]
    for folder in [home.root, *folders, home.staging, home.dagster]:
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o077 == 0
    state = home.state()
    assert (state.kind, state.is_rehearsal, state.made_at, state.latest_instant) == (None, False, NOW, NOW)
    assert home.is_empty()


def test_a_landing_folder_that_came_first_is_kept(tmp_path: Path):
    delivered = tmp_path / "data" / "landing" / "access" / "web" / "a.log"
    delivered.parent.mkdir(parents=True)
    delivered.write_text("line\n")
    home = made(tmp_path / "data")
    assert delivered.read_text() == "line\n"
    assert home.is_empty()


@pytest.mark.parametrize("folder", ["vault", "registry", "quarantine", "events", "sealed", "ledger"])
def test_a_home_with_stored_data_is_not_empty_and_not_made_anew(tmp_path: Path, folder: str):
    home = made(tmp_path / "data")
    stored = home.root / folder / "below" / "file"
    stored.parent.mkdir()
    stored.write_bytes(b"x")
    assert not home.is_empty()
    (home.root / "home.json").unlink()
    with pytest.raises(HomeError, match="missing beside data"):
        made(tmp_path / "data")
    stored.unlink()
    assert made(tmp_path / "data").is_empty()


@pytest.mark.parametrize("first, other", [("real", "demo"), ("demo", "real")])
def test_what_enters_first_decides(tmp_path: Path, first, other):
    home = made(tmp_path)
    home.enter(first)
    home.enter(first)
    with pytest.raises(HomeError, match=f"holds {first} data and refuses {other} data"):
        made(tmp_path).enter(other)
    assert made(tmp_path).state().kind == first


def test_a_rehearsal_needs_its_clock_and_a_live_home_refuses_one(tmp_path: Path):
    made(tmp_path / "rehearsal", rehearsal=True)
    made(tmp_path / "live", rehearsal=False)
    with pytest.raises(HomeError, match="is a rehearsal and needs --clock"):
        made(tmp_path / "rehearsal", rehearsal=False)
    with pytest.raises(HomeError, match="without --clock and refuses it"):
        made(tmp_path / "live", rehearsal=True)
    assert made(tmp_path / "rehearsal", rehearsal=True).state().is_rehearsal
    assert not made(tmp_path / "live", rehearsal=False).state().is_rehearsal


def test_a_refused_opening_changes_nothing(tmp_path: Path):
    made(tmp_path, rehearsal=True)
    before = (tmp_path / "home.json").read_bytes()
    with pytest.raises(HomeError):
        Home.open(tmp_path, FixedClock(NOW + timedelta(days=1)), rehearsal=False)
    with pytest.raises(HomeError):
        Home.open(tmp_path, FixedClock(NOW - timedelta(days=1)), rehearsal=True)
    assert (tmp_path / "home.json").read_bytes() == before


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.timedeltas(timedelta(-400), timedelta(400)), min_size=1, max_size=6))
def test_time_stands_or_runs_forward(tmp_path_factory: pytest.TempPathFactory, steps: list[timedelta]):
    home = made(tmp_path_factory.mktemp("home"))
    latest = NOW
    for step in steps:
        instant = latest + step
        if instant < latest:
            with pytest.raises(HomeError, match="time runs backwards"):
                home.touch(FixedClock(instant))
        else:
            assert home.touch(FixedClock(instant)) == instant
            latest = instant
        assert home.state().latest_instant == latest


@pytest.mark.parametrize("microseconds, refused", [(-1, True), (0, False), (1, False)])
def test_one_microsecond_back_is_too_much(tmp_path: Path, microseconds: int, refused: bool):
    made(tmp_path)
    clock = FixedClock(NOW + timedelta(microseconds=microseconds))
    if refused:
        with pytest.raises(HomeError, match="time runs backwards"):
            Home.open(tmp_path, clock, rehearsal=False)
    else:
        assert Home.open(tmp_path, clock, rehearsal=False).state().latest_instant == clock.now()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": "other"}', "\0"])
def test_a_state_that_cannot_be_read_is_refused(tmp_path: Path, text: str):
    made(tmp_path)
    (tmp_path / "home.json").write_text(text)
    with pytest.raises(HomeError, match=r"home\.json: not readable"):
        made(tmp_path)


def test_an_unknown_word_in_the_state_is_refused(tmp_path: Path):
    made(tmp_path)
    document = json.loads((tmp_path / "home.json").read_text())
    (tmp_path / "home.json").write_text(json.dumps({**document, "is_live": True}))
    with pytest.raises(HomeError):
        made(tmp_path)


def test_one_job_at_a_time_and_the_refusal_names_the_holder(tmp_path: Path, repository: Path):
    home = made(tmp_path)
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, cwd=repository, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HomeBusyError, match=rf"process {holder.pid}, since 20\d\d-"), home.lock():
            pass
        holder.kill()
        holder.wait(10)
    with home.lock(), pytest.raises(HomeBusyError), home.lock():
        pass
    with home.lock():
        pass


def test_a_job_that_fails_lets_go_and_its_own_error_comes_through(tmp_path: Path):
    home = made(tmp_path)
    with pytest.raises(BlockingIOError, match="of the job"), home.lock():
        raise BlockingIOError("of the job")
    with home.lock():
        pass


def test_a_job_may_wait_for_the_one_before_it(tmp_path: Path):
    home = made(tmp_path)
    held, waited = ExitStack(), []
    held.enter_context(home.lock())
    ending = threading.Timer(0.3, held.close)
    ending.start()
    with home.lock(wait_seconds=30):
        waited.append(True)
    ending.join()
    assert waited
    with home.lock(), pytest.raises(HomeBusyError), home.lock(wait_seconds=0.1):
        pass


def test_reading_and_the_clock_go_on_while_a_job_holds_the_home(tmp_path: Path):
    home = made(tmp_path)
    with home.lock():
        assert Home.open(tmp_path, CLOCK, rehearsal=False).state().latest_instant == NOW


def test_keys_must_lie_outside(tmp_path: Path):
    home = made(tmp_path / "data")
    for inside in (home.root, home.root / "keys", home.root / "x" / ".." / "keys", tmp_path / "other" / ".." / "data"):
        with pytest.raises(HomeError, match="outside the home"):
            home.keep_outside(inside)
    (tmp_path / "link").symlink_to(home.root)
    with pytest.raises(HomeError):
        home.keep_outside(tmp_path / "link" / "keys")
    home.keep_outside(tmp_path / "data.keys")


def test_what_dead_jobs_left_is_swept_and_nothing_else(tmp_path: Path):
    home = made(tmp_path / "data")
    left = [
        home.root / ".home.json.1-ab.staging",
        home.vault / "logs" / ".a.age.1-ab.staging",
        home.staging / "dbt" / "x",
    ]
    kept = [home.vault / "logs" / "a.age", home.landing / ".b.1-ab.staging", home.dagster / ".c.1-ab.staging"]
    for path in (*left, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert home.sweep() == len(left)
    assert [path.exists() for path in left] == [False] * len(left)
    assert [path.exists() for path in kept] == [True] * len(kept)
    assert home.state().made_at == NOW


def test_a_home_that_cannot_be_made_says_so(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(HomeError, match="cannot be written"):
        made(tmp_path / "file" / "data")


def test_a_night_needs_room_for_a_second_warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = made(tmp_path / "data")
    home.warehouse.write_bytes(bytes(1000))
    needed = SPARE_BYTES + 2 * 1000
    monkeypatch.setattr("pipelines.home.shutil.disk_usage", lambda _: SimpleNamespace(free=needed))
    home.require_space()
    monkeypatch.setattr("pipelines.home.shutil.disk_usage", lambda _: SimpleNamespace(free=needed - 1))
    with pytest.raises(HomeError, match="the disk is almost full"):
        home.require_space()
