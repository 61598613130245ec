"""A stored table is sealed under a key of its own, changes in one moment, and leaves nothing of what it was."""

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import DamagedError, InputError, KeyMissingError
from pipelines.registry import store as store_module
from pipelines.registry.store import RegistryStore, SupersededKey
from pipelines.storage.keys import DataKey
from pipelines.storage.sealing import new_identity

D = [date(2015, 5, day) for day in range(1, 31)]


def table(*rows: tuple[str, date, date | None]) -> pa.Table:
    schema = pa.schema([("account_key", pa.string()), ("valid_from", pa.date32()), ("valid_to", pa.date32())])
    names = schema.names
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema)


CANARY = table(("canary-kim-minsu", D[0], None))
NEXT = table(("somebody-else", D[0], None))


def save(store: RegistryStore, rows: pa.Table, day: date = D[9], source: str = "a", name: str = "members") -> None:
    store.save(name, rows, as_of_day=day, source_sha256=source * 64, changed_from=day)


def stored_bytes(store: RegistryStore) -> bytes:
    return b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())


def test_what_was_saved_is_loaded(store: RegistryStore) -> None:
    save(store, CANARY)
    assert store.load("members").equals(CANARY)
    assert store.tables() == ["members"]
    assert store.pointer("members").rows == 1


def test_nothing_of_a_row_lies_in_the_clear(store: RegistryStore) -> None:
    save(store, CANARY)
    assert b"canary" not in stored_bytes(store)
    assert b"canary" in store_module._parquet_bytes(CANARY), "the search would find it, were it there"


def test_a_table_that_was_never_imported_is_said_to_be_so(store: RegistryStore) -> None:
    assert store.pointer("members") is None
    with pytest.raises(InputError, match="never imported"):
        store.load("members")


def test_each_save_has_a_new_key_removes_the_former_file_and_supersedes_its_key(store: RegistryStore, keys) -> None:
    save(store, CANARY)
    former = store.pointer("members")
    assert store.superseded_keys() == []
    save(store, NEXT, D[10])
    assert store.load("members").equals(NEXT)
    assert {key.name for key in keys.list()} == {store.pointer("members").key, former.key}
    assert store.superseded_keys() == [SupersededKey(former.key, "members", keys.today)]
    assert [path.name for path in store.folder.rglob("*.age")] == [Path(store.pointer("members").file).name]


def test_a_key_is_superseded_on_the_first_day_and_never_swept(store: RegistryStore, keys) -> None:
    save(store, CANARY)
    save(store, NEXT, D[10])
    (former,) = store.superseded_keys()
    keys.today = D[29]
    store.sweep("members")
    assert store.superseded_keys() == [former]
    keys.destroy(former.name)
    assert store.superseded_keys() == []


def test_a_key_that_a_restored_table_needs_is_in_use_until_the_table_is_written_anew(
    store: RegistryStore, keys
) -> None:
    save(store, CANARY)
    backup = {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}
    first = store.pointer("members").key
    save(store, NEXT, D[10])
    for path, content in backup.items():
        path.write_bytes(content)
    second = next(key.name for key in keys.list() if key.name != first)
    assert store.load("members").equals(CANARY)
    assert store.superseded_keys() == []
    store.sweep("members")
    assert [key.name for key in store.superseded_keys()] == [second]
    keys.today = D[29]
    save(store, NEXT, D[11])
    on = {key.name: key.superseded_on for key in store.superseded_keys()}
    assert on == {first: date(2015, 5, 20), second: date(2015, 5, 20)}, "its term does not begin anew"


def test_other_tables_keep_their_keys_and_files(store: RegistryStore, keys) -> None:
    keys.data_key("access_logs", D[0])
    save(store, CANARY, name="partners")
    save(store, CANARY)
    save(store, NEXT)
    assert store.load("partners").equals(CANARY)
    assert {key.dataset for key in keys.list()} == {"access_logs", "partners", "members"}


@pytest.mark.parametrize("moment", ["fresh_key", "write_bytes", "write_json", "sweep", "supersede", "remove"])
def test_a_crash_at_any_moment_leaves_one_whole_state(
    store: RegistryStore, keys, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    class CrashError(Exception):
        pass

    def crash(*_: object, **__: object) -> None:
        raise CrashError

    save(store, CANARY)
    owner = keys if hasattr(keys, moment) else store if hasattr(store, moment) else store_module
    with monkeypatch.context() as patch, pytest.raises(CrashError):
        patch.setattr(owner, moment, crash)
        save(store, NEXT, D[10])
    is_after_the_swap = moment in {"sweep", "supersede", "remove"}
    assert store.load("members").equals(NEXT if is_after_the_swap else CANARY)
    store.sweep("members")
    assert store.load("members").equals(NEXT if is_after_the_swap else CANARY)
    superseded = {key.name for key in store.superseded_keys()}
    assert [key.name for key in keys.list() if key.name not in superseded] == [store.pointer("members").key]
    assert len(list(store.folder.rglob("*.age"))) == 1


def test_a_changed_or_missing_file_is_damage(store: RegistryStore) -> None:
    save(store, CANARY)
    path = store.folder / store.pointer("members").file
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(DamagedError, match="not the file that was written"):
        store.load("members")
    path.unlink()
    with pytest.raises(DamagedError):
        store.load("members")


def test_a_destroyed_key_opens_nothing(store: RegistryStore, keys) -> None:
    save(store, CANARY)
    keys.destroy(store.pointer("members").key)
    with pytest.raises(KeyMissingError):
        store.load("members")


@pytest.mark.parametrize("pointer", ["", "[]", "{}", '{"changes": [], "as_of_day": "x"}'])
def test_a_broken_pointer_is_damage(store: RegistryStore, pointer: str) -> None:
    save(store, CANARY)
    (store.folder / "members.json").write_text(pointer)
    with pytest.raises(DamagedError, match=r"registry/members\.json"):
        store.pointer("members")


def test_the_pointer_holds_digests_days_and_counts_only(store: RegistryStore) -> None:
    save(store, CANARY)
    document = json.loads((store.folder / "members.json").read_text())
    assert set(document) == {"file", "key", "rows", "stored_sha256", "as_of_day", "source_sha256", "changes"}
    assert set(document["changes"][0]) == {"as_of_day", "changed_from", "digest"}


def test_a_day_has_the_rows_that_held_at_its_end(store: RegistryStore) -> None:
    save(store, table(("first", D[0], D[5]), ("second", D[5], None), ("third", D[7], None)))
    days = {day: store.load_at("members", day).to_pydict() for day in (D[0], D[4], D[5], D[6], D[7])}
    assert days == {
        D[0]: {"account_key": ["first"]},
        D[4]: {"account_key": ["first"]},
        D[5]: {"account_key": ["second"]},
        D[6]: {"account_key": ["second"]},
        D[7]: {"account_key": ["second", "third"]},
    }


def test_a_confirmed_export_moves_the_day_and_nothing_else(store: RegistryStore) -> None:
    save(store, CANARY)
    before, marks = store.pointer("members"), [store.fingerprint(day) for day in D]
    store.confirm("members", as_of_day=D[12], source_sha256="b" * 64)
    after = store.pointer("members")
    assert (after.as_of_day, after.source_sha256) == (D[12], "b" * 64)
    assert (after.file, after.key, after.changes) == (before.file, before.key, before.changes)
    assert [store.fingerprint(day) for day in D] == marks


def test_without_any_change_every_day_has_the_same_fingerprint(store: RegistryStore) -> None:
    assert store.fingerprint(D[0]) == store.fingerprint(D[9])


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["members", "partners"]), st.sampled_from(D)), min_size=1, max_size=5))
def test_a_change_touches_the_fingerprints_of_its_days_and_later_ones_alone(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, date]]
) -> None:
    store = RegistryStore(tmp_path_factory.mktemp("registry"), _NoKeys())
    for number, (name, changed_from) in enumerate(changes):
        before = {day: store.fingerprint(day) for day in D}
        source = f"{number:064x}"
        store.save(name, NEXT, as_of_day=D[-1], source_sha256=source, changed_from=changed_from)
        assert {day for day in D if store.fingerprint(day) != before[day]} == {day for day in D if day >= changed_from}


class _NoKeys:
    """One key for everything, never destroyed; for tests that are not about keys."""

    def __init__(self) -> None:
        self._key = DataKey("one", "none", None, None, "age", new_identity())

    def fresh_key(self, dataset: str, day: date) -> DataKey:
        """Return the key."""
        return self._key

    def list(self) -> list[DataKey]:
        """Return none, so that none is destroyed."""
        return []
