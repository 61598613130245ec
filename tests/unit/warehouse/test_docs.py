"""dbt's page: whole without a server, silent, and without a word of the tracker it is shipped with."""

import json
import re
from importlib.resources import files

import pytest

from pipelines.errors import UsageError
from pipelines.warehouse.docs import FETCH_NOTHING, TRACKERS, write_docs
from pipelines.warehouse.semantics import load_semantics, measured_sentence

LOADED = re.compile(r"""<(?:script|img|iframe|link)[^>]*?\b(?:src|href)\s*=\s*["']?(?:https?:)?//""")


@pytest.fixture(scope="module")
def page(repository, tmp_path_factory):
    """The page, made once."""
    return write_docs(repository / "sql", tmp_path_factory.mktemp("pages")).read_text("utf-8")


def test_models_and_the_descriptions_of_their_columns_are_in_it(page):
    assert "model.partnerstats.partner_daily_usage" in page
    assert "contributing_people" in page


def test_columns_of_marts_say_what_the_measure_is_from_the_one_place_that_describes_it(page, repository):
    measures = load_semantics(repository / "sql").measures
    for name in ("visits", "new_visitors"):
        assert page.count(json.dumps(measured_sentence(measures[name]), ensure_ascii=False)[1:-1]) >= 3


def test_the_browser_is_told_to_fetch_nothing_before_anything_else(page):
    head = page[page.index("<head>") :]
    assert head.startswith(f'<head><meta http-equiv="Content-Security-Policy" content="{FETCH_NOTHING}">')
    assert "http" not in FETCH_NOTHING.replace("http-equiv", "")


def test_no_element_loads_from_elsewhere_and_the_tracker_is_gone(page):
    assert LOADED.findall(page) == []
    assert [tracker for tracker in TRACKERS if tracker in page] == []
    assert '"send_anonymous_usage_stats": false' in page


def test_as_dbt_ships_it_the_tracker_is_there():
    shipped = files("dbt.task.docs").joinpath("index.html").read_text("utf-8")
    assert [tracker for tracker in TRACKERS if tracker not in shipped] == []


def test_without_a_manifest_it_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="run `make setup`"):
        write_docs(tmp_path, tmp_path)
