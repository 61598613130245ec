"""The vault gives back the delivered bytes, to the holder of the day's key, or says what is wrong."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyrage
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import DamagedError, KeyMissingError
from pipelines.storage.sealing import seal
from pipelines.storage.vault import Segment, Vault

DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)
FILE = hashlib.sha256(b"the delivered file").hexdigest()
MARKER = b"canary-address-203.0.113.77"
RAW = MARKER + b' "GET /\xff\0" 200\r\n' + b"second " + MARKER


def written(vault: Vault, **changes) -> Segment:
    facts = {"file_sha256": FILE, "first_byte": 3, "runs": [(3, 1), (9, 1)], "raw": RAW} | changes
    return vault.write_segment("access_logs", "web", DAY, **facts)


def test_a_segment_gives_back_the_bytes_and_their_places(tmp_path: Path, keys):
    vault = Vault(tmp_path, keys)
    content = vault.read_segment(written(vault))
    assert content.raw == RAW
    assert content.runs == ((3, 1), (9, 1))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(), first=st.integers(1, 10**12), counts=st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
def test_any_bytes_and_runs_come_back(tmp_path: Path, keys, raw: bytes, first: int, counts: list[int]):
    runs, place = [], first
    for count in counts:
        runs.append((place, count))
        place += count + 1
    vault = Vault(tmp_path, keys)
    segment = written(vault, raw=raw, first_byte=0, runs=runs)
    assert vault.read_segment(segment).raw == raw
    assert vault.read_segment(segment).runs == tuple(runs)
    assert segment.lines == sum(counts)


def test_a_segment_says_where_it_is_and_nothing_of_its_content(tmp_path: Path, keys):
    segment = written(Vault(tmp_path, keys))
    assert segment.path == f"access_logs/web/2026-11-20/{FILE[:16]}-000000000000003.age"
    assert (segment.lines, segment.bytes, segment.first_line, segment.key) == (2, len(RAW), 3, "access_logs.2026-11-20")
    assert segment.stored_sha256 == hashlib.sha256((tmp_path / segment.path).read_bytes()).hexdigest()
    assert "canary" not in json.dumps(segment.to_json())


def test_a_segment_survives_json(tmp_path: Path, keys):
    segment = written(Vault(tmp_path, keys))
    assert Segment.from_json(json.loads(json.dumps(segment.to_json()))) == segment


def test_the_delivered_bytes_are_nowhere_in_the_clear(tmp_path: Path, keys):
    vault = Vault(tmp_path, keys)
    segment = written(vault)
    stored = (tmp_path / segment.path).read_bytes()
    assert MARKER not in stored
    identity = pyrage.x25519.Identity.from_str(keys.get(segment.key).secret.decode())
    opened = zstandard.ZstdDecompressor().decompress(pyrage.decrypt(stored, [identity]))
    assert MARKER in opened, "the search would find it where it is"
    assert (tmp_path / segment.path).stat().st_mode & 0o077 == 0


def test_writing_again_takes_the_place_of_what_a_crash_left(tmp_path: Path, keys):
    vault = Vault(tmp_path, keys)
    first, second = written(vault), written(vault)
    assert first.path == second.path
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / second.path]
    assert vault.read_segment(second).raw == RAW
    with pytest.raises(DamagedError, match="not the file that was written"):
        vault.read_segment(first)


def test_without_the_days_key_a_segment_stays_shut_and_another_day_opens(tmp_path: Path, keys):
    vault = Vault(tmp_path, keys)
    segment = written(vault)
    other = vault.write_segment("access_logs", "web", NEXT_DAY, file_sha256=FILE, first_byte=1, runs=[(1, 1)], raw=b"x")
    del keys.made[segment.key]
    with pytest.raises(KeyMissingError):
        vault.read_segment(segment)
    assert vault.read_segment(other).raw == b"x"


def test_a_segment_that_is_gone_or_changed_is_damage(tmp_path: Path, keys):
    vault = Vault(tmp_path, keys)
    segment = written(vault)
    path = tmp_path / segment.path
    stored = bytearray(path.read_bytes())
    stored[-1] ^= 1
    path.write_bytes(bytes(stored))
    with pytest.raises(DamagedError, match="not the file that was written"):
        vault.read_segment(segment)
    digest = hashlib.sha256(stored).hexdigest()
    with pytest.raises(DamagedError, match="cannot be opened"):
        vault.read_segment(replace(segment, stored_sha256=digest))
    path.unlink()
    with pytest.raises(DamagedError, match="is gone"):
        vault.read_segment(segment)


@pytest.mark.parametrize(
    "claim",
    [{"source": "demo"}, {"dataset": "quarantine"}, {"day": NEXT_DAY}, {"first_line": 4}, {"lines": 3}, {"bytes": 1}],
    ids=lambda claim: next(iter(claim)),
)
def test_a_genuine_file_in_the_place_of_another_is_damage(tmp_path: Path, keys, claim):
    vault = Vault(tmp_path, keys)
    segment = written(vault)
    with pytest.raises(DamagedError, match="holds other lines"):
        vault.read_segment(replace(segment, **claim))
    assert vault.read_segment(segment).raw == RAW


@pytest.mark.parametrize("payload", [b"", b"no header", b"[]\nraw", b"null\n", b'{"runs":5}\n'])
def test_a_sealed_file_without_a_header_is_damage(tmp_path: Path, keys, payload: bytes):
    vault = Vault(tmp_path, keys)
    segment = written(vault)
    sealed = seal(payload, keys.get(segment.key))
    (tmp_path / segment.path).write_bytes(sealed)
    with pytest.raises(DamagedError):
        vault.read_segment(replace(segment, stored_sha256=hashlib.sha256(sealed).hexdigest()))


@pytest.mark.parametrize("name", ["../web", "a/b", "", "..", "WEB", "web\0"])
def test_names_that_build_paths_write_nothing(tmp_path: Path, keys, name: str):
    vault = Vault(tmp_path / "vault", keys)
    for dataset, source in (("access_logs", name), (name, "web")):
        with pytest.raises(ValueError, match="not a name"):
            vault.write_segment(dataset, source, DAY, file_sha256=FILE, first_byte=1, runs=[(1, 1)], raw=b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("digest", ["", "../../../../etc", FILE.upper(), FILE[:-1]])
def test_a_digest_that_is_none_is_refused(tmp_path: Path, keys, digest: str):
    with pytest.raises(ValueError, match="file_sha256"):
        written(Vault(tmp_path, keys), file_sha256=digest)


@pytest.mark.parametrize(
    "runs", [[], [(3, 0)], [(3, 2), (4, 1)], [(3, 1), (2, 1)], [(0, 1)]],
    ids=["none", "empty", "overlap", "backwards", "line zero"],
)  # fmt: skip
def test_runs_that_cannot_be_are_refused(tmp_path: Path, keys, runs):
    with pytest.raises(ValueError, match="run"):
        written(Vault(tmp_path, keys), runs=runs)


def test_neighbouring_runs_are_allowed(tmp_path: Path, keys):
    vault = Vault(tmp_path, keys)
    assert vault.read_segment(written(vault, runs=[(3, 2), (5, 1)])).runs == ((3, 2), (5, 1))


def test_orphans_are_the_files_that_no_entry_names(tmp_path: Path, keys):
    vault = Vault(tmp_path, keys)
    assert vault.orphans(set()) == []
    kept, orphan = written(vault), written(vault, first_byte=50, runs=[(50, 1)])
    staged = tmp_path / kept.path.replace(".age", ".age.1-0.staging")
    staged.write_bytes(b"half")
    assert vault.orphans({kept.path}) == sorted([tmp_path / orphan.path, staged])


def test_the_rest_of_a_line_counts_no_line_again(tmp_path: Path, keys):
    vault = Vault(tmp_path, keys)
    start = written(vault, runs=[(3, 1)], raw=b"a long")
    rest = written(vault, runs=[(3, 1)], raw=b" line\n", first_byte=9, continues=True)
    assert (start.lines, rest.lines) == (1, 0)
    assert vault.read_segment(start).raw + vault.read_segment(rest).raw == b"a long line\n"
