"""What lies in the landing folder and is of no declared source is counted, and left where it is."""

import os

import pytest

from pipelines.steps.deliveries import delivered, unknown_deliveries
from pipelines.steps.imports import import_landing
from pipelines.steps.metrics.files import landing
from pipelines.steps.record_imports import FOLDERS, import_record_files
from pipelines.steps.registry import import_registry


@pytest.fixture
def lay(house):
    """Lay a file below the landing folder."""

    def laid(place):
        path = house.workspace.home.landing / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("canary\n")
        return path

    return laid


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        *(("access/web/a.log", "access"), ("cookies/a.jsonl", "cookies"), ("linked/a.csv.gz", "linked")),
        *(("registry/members.csv", "members"), ("registry/partners.2015-05-20.jsonl", "partners")),
        *(
            ("registry/members.CSV.gz", "members"),
            ("registry/members.parquet.zst", "members"),
            ("registry/members", "members"),
        ),
    ],
)
def test_what_a_night_takes_in_is_known(house, lay, place, kind):
    path = lay(place)
    assert list(delivered(house.workspace)) == [(kind, path)]
    assert unknown_deliveries(house.workspace) == 0


@pytest.mark.parametrize(
    "place",
    [
        *(
            "access/wep/a.log",
            "access/a.log",
            "access/web/2015/a.log",
            "a.log",
            "registry/memberz.csv",
            "registry/service.csv",
            "registry/members.csv.bak",
            "registry/members.csv.old",
            "registry/members.csv.gz.1",
            "registry/members.jsonl.2015-05-20",
        ),
        *("registry/old/members.csv", "cookie/a.jsonl", "cookies/old/a.jsonl", "linked/.trash/a.csv", "logs/web/a.log"),
    ],
)
def test_what_no_night_takes_in_is_counted_and_stays(house, lay, place):
    path = lay(place)
    assert list(delivered(house.workspace)) == []
    import_landing(house.workspace)
    for folder in FOLDERS:
        import_record_files(house.workspace, folder)
    import_registry(house.workspace, "members")
    assert landing(house.workspace, None).to_dict("records") == [{"deliveries_unknown": 1}]
    assert path.exists()


@pytest.mark.parametrize("place", ["access/web/a.log.part", "access/wep/a.log.tmp", "registry/.members.csv.swp"])
def test_a_file_that_is_being_written_is_not_counted_yet(house, lay, place):
    lay(place)
    assert unknown_deliveries(house.workspace) == 0


@pytest.mark.parametrize(
    "place", ["access/web/a.log.part", "access/web/a.log~", "registry/.members.csv.swp", "cookies/.a"]
)
@pytest.mark.parametrize(("seconds", "counted"), [(24 * 3600, 0), (24 * 3600 + 1, 1)])
def test_a_file_that_nobody_wrote_to_for_more_than_a_day_is_counted(house, lay, place, seconds, counted):
    written = house.workspace.clock.now().timestamp() - seconds
    os.utime(lay(place), (written, written))
    assert unknown_deliveries(house.workspace) == counted
    assert list(delivered(house.workspace)) == []


def test_folders_and_a_missing_landing_folder_count_for_nothing(house):
    (house.workspace.home.landing / "access" / "wep").mkdir(parents=True)
    assert unknown_deliveries(house.workspace) == 0
    (house.workspace.home.landing / "access" / "wep").rmdir()
    (house.workspace.home.landing / "access").rmdir()
    house.workspace.home.landing.rmdir()
    assert unknown_deliveries(house.workspace) == 0


def test_a_database_in_the_landing_folder_is_known_by_its_declared_path(house, lay, changed):
    lay("registry/crm.db")
    assert unknown_deliveries(house.workspace) == 1
    source = (
        "registry:\n  crm: {kind: real, dialect: sqlite, path: landing/registry/crm.db, tables: {members: people}}\n"
    )
    declared = changed(house, "policy/sources.yml", "version: 1\n", f"version: 1\n{source}")
    assert unknown_deliveries(declared.workspace) == 0


def test_what_the_metric_says_names_no_file(house, lay):
    lay("registry/kim.minji.csv")
    assert "kim" not in landing(house.workspace, None).to_json()
