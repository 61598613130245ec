"""The prebuilt manifest: the same for the same text, and of no machine."""

import json
import shutil

import pytest

from pipelines.warehouse.manifest import manifest_path, write_manifest


@pytest.mark.slow
def test_two_parses_of_the_same_project_are_the_same_bytes_and_name_no_folder(repository, tmp_path):
    copies = [tmp_path / name / "sql" for name in ("one", "another")]
    for copy in copies:
        shutil.copytree(repository / "sql", copy, ignore=shutil.ignore_patterns("target", "logs"))
    first, second = (write_manifest(copy).read_text() for copy in copies)
    assert first == second
    assert str(tmp_path) not in first
    assert "model.partnerstats.partner_daily_usage" in json.loads(first)["nodes"]


def test_the_manifest_lies_in_the_target_folder(tmp_path):
    assert manifest_path(tmp_path) == tmp_path / "target" / "manifest.json"
