"""What came through the gate is told from what did not: by the ledger, the pointer and the digests."""

from datetime import date

import pytest
from press import MONDAY, crowd, name_of

from pipelines.errors import DamagedError, UsageError
from pipelines.releases.making import REFUSED
from pipelines.releases.published import POINTER
from pipelines.releases.verifying import is_current_as_published, is_latest_refused, require_gated

RELEASE = "2026-11-05-0001"


@pytest.fixture
def released(press, monkeypatch):
    """A place with one release of one partner."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)
    press.views += crowd("partner-a", MONDAY, 40)
    assert press.publish(date(2026, 11, 5)).release == RELEASE
    return press


def holds(press):
    """Return whether the check would hold."""
    ledger = press.place.ledger
    return is_current_as_published(press.published, ledger) and not is_latest_refused(ledger)


def test_a_good_release_is_as_it_should_be(released):
    assert holds(released)
    require_gated(released.published, released.place.ledger, RELEASE)


def test_before_the_first_release_nothing_is_wrong_and_nothing_can_be_exported(press):
    assert holds(press)
    with pytest.raises(UsageError, match="none yet"):
        require_gated(press.published, press.place.ledger, RELEASE)


def test_a_refusal_counts_until_a_release_comes_out_after_it(released):
    ledger = released.place.ledger
    ledger.append(REFUSED, {"release": "2026-11-06-0002", "leaks": []}, released.given(ledger.entries()[0].at).now)
    assert not holds(released) and is_current_as_published(released.published, ledger)
    require_gated(released.published, ledger, RELEASE)
    released.views += crowd("partner-a", date(2026, 11, 3), 40)
    assert released.publish(date(2026, 11, 6)).status == "published"
    assert holds(released)


def test_a_pointer_to_an_earlier_release_is_not_the_last_one(released):
    released.views += crowd("partner-a", date(2026, 11, 3), 40)
    assert released.publish(date(2026, 11, 6)).status == "published"
    (released.root / "published" / POINTER).write_text(f"{RELEASE}\n", "utf-8")
    assert not holds(released)


@pytest.mark.parametrize("text", ["2026-11-05-0009\n", "", "../..\n", "2026-11-05-0001/..\n"])
def test_a_pointer_that_names_no_release_fails(released, text):
    (released.root / "published" / POINTER).write_text(text, "utf-8")
    assert not holds(released)


@pytest.mark.parametrize("what", ["changed", "gone", "more", "manifest gone", "manifest empty"])
def test_a_folder_that_is_not_what_was_published_fails(released, what):
    path = released.published.file_of(name_of("partner-a"))
    manifest = path.with_name("manifest.json")
    path.chmod(0o600)
    change = {
        "changed": lambda: path.write_bytes(path.read_bytes()[:-1] + b"\1"),
        "gone": path.unlink,
        "more": lambda: path.with_name(f"{'0' * 64}.duckdb").write_bytes(b""),
        "manifest gone": manifest.unlink,
        "manifest empty": lambda: manifest.write_text("{}", "utf-8"),
    }
    change[what]()
    assert not holds(released)


def test_a_manifest_written_anew_with_the_digests_of_other_files_is_told_by_the_ledger(released):
    manifest = released.published.folder / RELEASE / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"linked": 0', '"linked": 1'), "utf-8")
    assert released.published.verify(RELEASE) == 1
    with pytest.raises(DamagedError, match="manifest"):
        require_gated(released.published, released.place.ledger, RELEASE)
    assert not holds(released)
