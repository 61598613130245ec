"""The table of places: what a path says of a file's dataset, and what it does not."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.policy import load_policy
from pipelines.steps.retention.inventory.places import TABLE, Store, day_in, path_of, place_of

DIGEST = "0f" * 32
SEGMENT = "2026-03-04/0123456789abcdef-000000000000512.age"


@pytest.mark.parametrize(
    ("path", "store", "dataset"),
    [
        (f"vault/access_logs/web/{SEGMENT}", Store.SEGMENT, "access_logs"),
        (f"vault/linked_events/linked/{SEGMENT}", Store.SEGMENT, "linked_events"),
        (f"quarantine/quarantine/web/{SEGMENT}", Store.SEGMENT, "quarantine"),
        ("events/2026-03-04.parquet", Store.EVENTS, "events"),
        ("events/2026-03-04.json", Store.EVENTS, "events"),
        ("events/linked/2026-03-04.parquet", Store.EVENTS, "linked_events_pseudonymised"),
        ("registry/members/0123456789abcdef.age", Store.TABLE, "members"),
        (f"sealed/1y/2026-03-04/{DIGEST}.age", Store.SEALED, "former_members_1y"),
        ("sealed/1y/2026-03-04/sign_ups.age", Store.SEALED, "sign_up_digests"),
        (f"sealed/permanent/2026-03-04/{DIGEST}.age", Store.SEALED, "former_members_permanent"),
        ("ledger/access/2026-03-01.sealed", Store.ACCESS, "access_records"),
        ("ledger/imports.jsonl", Store.STANDING, "import_ledger"),
        ("landing/access/web/access.log.gz", Store.LANDING, "delivered_files"),
        ("events/.2026-03-04.parquet.77-aa.staging", Store.MADE, "staged_files"),
        ("staging/next-warehouse/warehouse.duckdb", Store.MADE, "former_warehouses"),
        ("warehouse.duckdb", Store.STANDING, "small_cells"),
        ("held/2026-03-04-0a1b2c3d/access_logs/2026-03-04/web-0123456789abcdef.age", Store.HELD, "held_lines"),
        ("accounts/kim.json", Store.UNKEPT, "dashboard_accounts"),
        (f"accounts/{DIGEST[:32]}.age", Store.STANDING, "dashboard_accounts"),
        (f"accounts/{DIGEST}.age", Store.UNKEPT, "dashboard_accounts"),
        ("dashboard/sessions.sqlite-journal", Store.STANDING, "dashboard_sessions"),
        ("dashboard/access/2026-03-04.sealed", Store.STANDING, "access_records"),
        ("keys/dashboard/master.key", Store.STANDING, "data_keys"),
        ("published/2026-03-04/p1.duckdb", Store.UNKEPT, "former_releases"),
        ("ledger/processing/2026.jsonl", Store.UNKEPT, "processing_records"),
        (f"ledger/processing/{DIGEST}.jsonl", Store.RECORD, "processing_records"),
        ("published/current", Store.STANDING, "releases"),
        ("published/officer/current.json", Store.STANDING, "releases"),
        ("published/officer/current.json", Store.STANDING, "releases"),
        ("gate/2026-03-07-0001.parquet", Store.STANDING, "releases"),
        (f"published/2026-03-07-0001/{DIGEST}.duckdb", Store.RELEASE, "former_releases"),
        ("published/2026-03-07-0001/manifest.json", Store.RELEASE, "former_releases"),
        ("keys/tombstones.jsonl", Store.TOMBSTONES, "tombstones"),
        ("keys/master.key", Store.STANDING, "data_keys"),
    ],
)
def test_a_stored_file_is_known_by_its_path(path, store, dataset):
    found = place_of(path)
    assert found is not None
    assert (found.store, found.dataset) == (store, dataset)


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt",
        "vault/access_logs/web/2026-03-04/copy.age",
        f"vault/diaries/web/{SEGMENT}",
        f"vault/access_logs/web/{SEGMENT}.bak",
        "vault/access_logs/web/2026-02-30/0123456789abcdef-000000000000512.age",
        "events/2026-03-04.csv",
        "registry/members/members.csv",
        "sealed/1y/2026-03-04/kim.age",
        "landing/notes.txt",
        "landing/access/web/deeper/access.log",
        "held/lines.age",
        "held/2026-03-04-0a1b2c3d/access_logs/2026-02-30/x.age",
        "keys/members.csv",
        "gate/cells.csv",
        "./keys/master.key",
    ],
)
def test_anything_else_is_unknown(path):
    assert place_of(path) is None


def test_every_dataset_of_the_table_is_one_of_the_policy():
    policy = load_policy(Path(__file__).parents[3] / "policy", date(2026, 11, 22))
    assert {place.dataset for place in TABLE if place.dataset} <= set(policy.datasets)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("a/2026-03-04/x-2026-03-05.log", date(2026, 3, 5)),
        ("a/2026-02-30/x", None),
        ("a/12026-03-04", None),
        ("a/x", None),
    ],
)
def test_an_unknown_file_has_the_last_day_that_its_path_names(path, day):
    assert day_in(path) == day


def test_a_place_leads_back_to_its_file_also_from_a_folder_of_the_home_called_keys():
    home, keys = Path("/h"), Path("/h.keys")
    assert path_of(home, keys, "keys/master.key") == Path("/h.keys/master.key")
    assert path_of(home, keys, "./keys/master.key") == Path("/h/keys/master.key")
    assert path_of(home, keys, "vault/x") == Path("/h/vault/x")
