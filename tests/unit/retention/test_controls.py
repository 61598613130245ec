"""The positive control is found in every kind of file, its twin shows a blind scan, and nothing of it stays."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from scanning_by_hand import DIGESTER, Desk

from pipelines.retention.samples import Known
from pipelines.retention.scanning import scanner as scanning
from pipelines.retention.scanning.controls import PREFIX, planted
from pipelines.retention.scanning.decoding import Decoder
from pipelines.retention.scanning.keys import LiveKeys
from pipelines.retention.scanning.scanner import Findings, Scanner

NOW = datetime(2026, 3, 5, 17, 30, tzinfo=UTC)
KINDS = {"plain", "gzip", "base64", "sqlite", "parquet", "sealed", "encrypted_parquet", "within other bytes"}


def control(desk: Desk, *, leaving_out: str = "") -> tuple[frozenset[str], Findings]:
    """Plant the controls and scan for them; return those planted and what was found."""
    (desk.folder / "vault").mkdir(exist_ok=True)
    roots = {"the vault": desk.folder / "vault"}
    with planted(roots, desk.folder / "staging", desk.keys, desk.connection, DIGESTER, NOW) as controls:
        scanner = Scanner(DIGESTER, Known(0, frozenset(), controls.dates), controls.digests)
        live = LiveKeys(desk.keys)
        for path in desk.folder.rglob(f"{PREFIX}*"):
            if not leaving_out or path.suffix != leaving_out:
                scanner.look_at(Decoder(path, path.name, live, desk.connection))
    return controls.names, scanner.findings


def test_every_control_is_found_and_none_counts_as_a_hit(tmp_path: Path):
    names, found = control(Desk(tmp_path))
    assert names == found.controls == {*KINDS, "plain in the vault"}
    assert (found.hits, found.unreadable, found.damaged) == ([], {}, {})


def test_nothing_of_the_controls_stays(tmp_path: Path):
    desk = Desk(tmp_path)
    control(desk)
    assert [path for path in tmp_path.rglob(f"{PREFIX}*") if path.is_file()] == []
    assert desk.keys.held == {}


def test_controls_that_a_killed_run_left_are_swept(tmp_path: Path):
    for folder in ("vault", "staging"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{PREFIX}0123.gz").write_bytes(b"left")
    control(Desk(tmp_path))
    assert [path for path in tmp_path.rglob(f"{PREFIX}*") if path.is_file()] == []


def test_no_two_runs_plant_the_same(tmp_path: Path):
    desk, lines = Desk(tmp_path), []
    for _ in range(2):
        with planted({}, tmp_path / "staging", desk.keys, desk.connection, DIGESTER, NOW) as controls:
            lines.append({*controls.digests})
    assert not lines[0] & lines[1]


@pytest.mark.parametrize(
    ("suffix", "missing"), [(".gz", {"gzip"}), (".age", {"sealed"}), (".parquet", {"parquet", "encrypted_parquet"})]
)
def test_a_scan_that_leaves_out_a_kind_of_file_misses_its_control(suffix: str, missing: set[str], tmp_path: Path):
    names, found = control(Desk(tmp_path), leaving_out=suffix)
    assert names - found.controls == missing


def test_a_scan_that_looks_at_no_windows_misses_what_is_within_other_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scanning, "windows", lambda _data, _dates: iter(()))
    names, found = control(Desk(tmp_path))
    assert names - found.controls == {"within other bytes"}
