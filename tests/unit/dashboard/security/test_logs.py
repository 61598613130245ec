"""Logs say what happened and how long it took, and never who it was or what was asked for."""

import json
import logging

import pytest
from dashboard_sample import RELEASE

from dashboard.security.logs import REQUESTS, JsonLines, logging_config

PLANTED = [
    "kim.minji",
    "seven lamps",
    "198.51.100.7",
    "song-001",
    "planted-query",
    "planted-path",
    "pst_",
    "partnerstats=",
]


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.DEBUG, REQUESTS)
    return lambda: [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == REQUESTS]


def test_a_request_is_one_line_with_its_route_and_nothing_of_what_was_asked(served, lines):
    browser = served.browser("reader")
    browser.get("/contents/song-001?period=month&q=planted-query")
    browser.get("/planted-path")
    browser.sign_in("kim.minji", "seven lamps")
    found = lines()
    assert [line["route"] for line in found[-3:]] == ["/contents/{content_id:path}", "none", "/sign-in"]
    assert [line.get("release") for line in found[-3:]] == [RELEASE, None, None]
    assert {"at", "level", "request_id", "method", "route", "status", "milliseconds"} <= found[-1].keys()
    text = json.dumps(found)
    assert [word for word in PLANTED if word in text] == []


def test_the_line_of_a_failure_names_types_and_places_and_no_value(served, lines, monkeypatch):
    def fails(*_arguments):
        raise ValueError("kim.minji from 198.51.100.7")

    monkeypatch.setattr(type(served.accounts.sessions), "of", fails)
    browser = served.browser("reader")
    browser.get("/account")
    line = lines()[-1]
    assert (line["status"], line["level"]) == (500, "error")
    assert line["fault"][0].startswith("ValueError at ")
    assert "kim.minji" not in json.dumps(line)


def test_the_request_id_of_an_answer_is_the_one_in_the_log(served, lines):
    answer = served.browser().get("/sign-in")
    assert lines()[-1]["request_id"] == answer.headers["x-request-id"]


def test_an_exception_that_the_server_logs_loses_what_it_says():
    try:
        raise KeyError("kim.minji")
    except KeyError as cause:
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "failed for %s", ("kim.minji",), None)
        record.exc_info = (type(cause), cause, cause.__traceback__)
        line = JsonLines().format(record)
    assert "kim.minji" not in line
    assert json.loads(line)["fault"][0].startswith("KeyError at ")


def test_an_exception_logged_as_a_message_is_told_by_its_type():
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "file", 1, OSError(98, "secret place"), (), None)
    line = json.loads(JsonLines().format(record))
    assert line["says"] == "OSError"
    assert "secret" not in json.dumps(line)


def test_the_servers_own_access_log_is_off():
    config = logging_config()
    assert config["loggers"]["uvicorn.access"] == {"handlers": [], "level": "CRITICAL", "propagate": False}
