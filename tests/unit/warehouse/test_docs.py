"""dbt's page: whole without a server, silent, and without a word of the tracker it is shipped with."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from importlib.resources import files

import pytest

from pipelines.errors import UsageError
from pipelines.warehouse.docs import FETCH_NOTHING, LOOPBACK, TRACKERS, main, server_of, write_docs
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


@pytest.fixture
def make_docs(repository, tmp_path):
    """Start what `make docs` starts, on a free port, with a folder of its own."""
    command = [sys.executable, "-m", "pipelines.warehouse.docs", "--folder", str(tmp_path)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": repository}
    started = []

    def start(*more):
        started.append(subprocess.Popen([*command, *more], **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_page_is_served_on_loopback_until_it_is_stopped_and_stops_without_a_word(make_docs, tmp_path):
    process = make_docs("--port", "0")
    assert process.stdout.readline() == f"{tmp_path / 'index.html'}\n"
    found = re.fullmatch(r"(http://127\.0\.0\.1:(\d+)/) until Ctrl-C\n", process.stdout.readline())
    with urllib.request.urlopen(found[1], timeout=10) as answer:  # noqa: S310 -- the address just checked
        assert answer.read() == (tmp_path / "index.html").read_bytes()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, int(found[2])), timeout=10)


def test_only_loopback_is_bound(tmp_path):
    with server_of(tmp_path, 0) as server:
        assert server.server_address[0] == "127.0.0.1"
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.2", server.server_port), timeout=10)


def test_without_serving_it_is_only_written(make_docs, tmp_path):
    process = make_docs("--no-serve")
    assert process.communicate(timeout=60) == (f"{tmp_path / 'index.html'}\n", "")
    assert process.returncode == 0


def test_a_port_that_is_taken_is_said_so(tmp_path):
    with server_of(tmp_path, 0) as server, pytest.raises(UsageError, match=r"--port N"):
        main(["--folder", str(tmp_path), "--port", str(server.server_port)])
