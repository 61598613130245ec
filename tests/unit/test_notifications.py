"""Telling of a failure: what is sent, how long it may take, and that it is heard by a real server."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest

from pipelines.errors import KeyMissingError, UsageError
from pipelines.notifications import SECONDS_BETWEEN, FailedRun, NotificationError, notify
from pipelines.sensors import failures
from pipelines.settings import load_settings

FAILED = FailedRun("nightly", "run-1", "2026-03-05", ("events",), "privacy checks failed on events")


class Listener(HTTPServer):
    """A server on loopback that keeps what it hears and answers as told; the last answer is repeated."""

    def __init__(self) -> None:
        """Listen at a free port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[dict] = []
        self.answers: list[int] = [204]
        self.pause_seconds = 0.0
        self.drip_seconds = 0.0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Listener = self.server  # type: ignore[assignment]
        time.sleep(server.pause_seconds)
        server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        if server.drip_seconds:
            self._drip(f"HTTP/1.0 {status} said slowly\r\n\r\n", server.drip_seconds)
            return
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def _drip(self, answer: str, seconds: float) -> None:
        with suppress(OSError):
            for letter in answer:
                self.wfile.write(letter.encode())
                time.sleep(seconds)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A server that runs for one test."""
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_document_has_job_run_partition_steps_and_sentence(listener):
    notify(listener.url, FAILED)
    assert listener.heard == [
        {
            "job": "nightly",
            "run_id": "run-1",
            "partition": "2026-03-05",
            "failed_steps": ["events"],
            "sentence": "privacy checks failed on events",
        }
    ]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_faulty_server_is_tried_again_with_growing_waits(listener, status):
    listener.answers, waits = [status, status, 200], []
    notify(listener.url, FAILED, wait=waits.append)
    assert len(listener.heard) == 3
    assert waits == list(SECONDS_BETWEEN)


def test_after_the_third_attempt_it_gives_up(listener):
    listener.answers = [500]
    with pytest.raises(NotificationError, match="it answered with status 500"):
        notify(listener.url, FAILED, wait=lambda _: None)
    assert len(listener.heard) == 3


@pytest.mark.parametrize("status", [400, 404, 302])
def test_a_refusal_or_a_redirect_is_not_tried_again(listener, status):
    listener.answers = [status]
    with pytest.raises(NotificationError, match=f"status {status}"):
        notify(listener.url, FAILED, wait=lambda _: pytest.fail("waited"))
    assert len(listener.heard) == 1


def test_a_server_that_is_slow_is_not_waited_for(listener):
    listener.pause_seconds = 0.5
    began = time.monotonic()
    with pytest.raises(NotificationError, match="no answer"):
        notify(listener.url, FAILED, attempt_seconds=0.05, wait=lambda _: None)
    assert time.monotonic() - began < 0.5


def test_nobody_there_is_an_error_in_bounded_time(listener):
    listener.shutdown()
    listener.server_close()
    waits = []
    with pytest.raises(NotificationError, match=r"no answer \(ConnectionRefusedError\)"):
        notify(listener.url, FAILED, wait=waits.append)
    assert waits == list(SECONDS_BETWEEN)


def test_the_address_is_off_until_it_is_set(monkeypatch):
    monkeypatch.delenv("PARTNERSTATS_WEBHOOK_URL", raising=False)
    assert load_settings().webhook_url is None


@pytest.mark.parametrize("url", ["file:///etc/hosts", "ftp://host/x", "hooks.example", "javascript:alert(1)"])
def test_an_address_that_is_not_http_is_refused_by_its_variables_name(monkeypatch, url):
    monkeypatch.setenv("PARTNERSTATS_WEBHOOK_URL", url)
    with pytest.raises(UsageError, match="PARTNERSTATS_WEBHOOK_URL"):
        load_settings()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "https://hooks.example/services/a"])
def test_an_address_of_http_or_https_is_taken(monkeypatch, url):
    monkeypatch.setenv("PARTNERSTATS_WEBHOOK_URL", url)
    assert str(load_settings().webhook_url) == url


def test_a_server_that_answers_byte_by_byte_takes_no_longer_than_one_that_is_silent(listener):
    listener.drip_seconds = 0.1
    began = time.monotonic()
    with pytest.raises(NotificationError, match=r"no answer \(TimeoutError\)"):
        notify(listener.url, FAILED, attempt_seconds=0.3, wait=lambda _seconds: None)
    assert time.monotonic() - began < 2.5


def test_the_sensor_tells_the_address_of_the_settings_of_a_run_that_failed(listener, monkeypatch):
    monkeypatch.setenv("PARTNERSTATS_WEBHOOK_URL", listener.url)

    @dg.op
    def access_logs():
        raise KeyMissingError("the master key is missing")

    @dg.job
    def nightly():
        access_logs()

    with dg.DagsterInstance.ephemeral() as instance:
        run = nightly.execute_in_process(instance=instance, raise_on_error=False)
        status = dg.build_run_status_sensor_context(
            "failures", run.get_run_failure_event(), instance, run.dagster_run
        ).for_run_failure()
        assert "was told of run" in failures(status).skip_message
    (heard,) = listener.heard
    assert (heard["job"], heard["run_id"], heard["failed_steps"]) == ("nightly", run.run_id, ["access_logs"])
    assert heard["sentence"] == "the master key is missing"
