"""A failed run is told of in the project's own words alone, and that it cannot be told stops nothing."""

import dagster as dg
import pytest

from assets.guarded import guarded
from pipelines import sensors
from pipelines.errors import CheckFailedError, InputError, KeyMissingError
from pipelines.failures import cause_of
from pipelines.notifications import NotificationError

LOGIN = "planted.login"


def _failed(error):
    """Run a job whose step raises `error`, and return the sensor's context of its failure."""

    @dg.op
    def events():
        raise error

    @dg.job
    def nightly():
        events()

    instance = dg.DagsterInstance.ephemeral()
    result = nightly.execute_in_process(
        instance=instance, raise_on_error=False, tags={"dagster/partition": "2026-03-05"}
    )
    return dg.build_run_status_sensor_context(
        "failures", result.get_run_failure_event(), instance, result.dagster_run
    ).for_run_failure()


def test_an_own_error_is_told_by_its_sentence():
    told = sensors.failed_run(_failed(CheckFailedError("privacy checks failed on events: a")))
    assert told.sentence == "privacy checks failed on events: a"
    assert (told.job, told.partition, told.failed_steps) == ("nightly", "2026-03-05", ("events",))


def test_a_foreign_error_is_told_by_nothing_of_its_own():
    told = sensors.failed_run(_failed(KeyError(LOGIN)))
    assert told.sentence == "The cause is on the run's page."
    assert LOGIN not in str(told)


def test_an_error_that_may_name_a_delivered_file_does_not_name_it():
    told = sensors.failed_run(_failed(InputError(f"{LOGIN}.log: changed while it was read")))
    assert told.sentence == "A delivered file cannot be taken in."
    assert LOGIN not in str(told)


def test_without_an_address_nobody_is_told(monkeypatch):
    monkeypatch.delenv("PARTNERSTATS_WEBHOOK_URL", raising=False)
    monkeypatch.setattr(sensors, "notify", lambda *_: pytest.fail("told"))
    assert "not set" in _told(_failed(KeyMissingError("the master key is missing")))


def test_with_one_it_is_told_of_the_run(monkeypatch):
    told = []
    monkeypatch.setenv("PARTNERSTATS_WEBHOOK_URL", "http://127.0.0.1:9/hook")
    monkeypatch.setattr(sensors, "notify", lambda url, failed: told.append((url, failed.sentence)))
    assert "was told of run" in _told(_failed(KeyMissingError("the master key is missing")))
    assert told == [("http://127.0.0.1:9/hook", "the master key is missing")]


def _told(context):
    return sensors.failures(context).skip_message


def test_that_nobody_could_be_told_stops_nothing(monkeypatch):
    def refuse(*_):
        raise NotificationError("the webhook could not be told: no answer")

    monkeypatch.setenv("PARTNERSTATS_WEBHOOK_URL", "http://127.0.0.1:9/hook")
    monkeypatch.setattr(sensors, "notify", refuse)
    assert "could not be told" in _told(_failed(CheckFailedError("x")))


def test_a_wrong_address_stops_nothing_either(monkeypatch):
    monkeypatch.setenv("PARTNERSTATS_WEBHOOK_URL", "file:///etc/hosts")
    assert "PARTNERSTATS_WEBHOOK_URL" in _told(_failed(CheckFailedError("x")))


def test_no_error_at_all_is_a_check_that_failed():
    cause = cause_of([None])
    assert cause.told == "a check failed"
    assert cause.is_check_failure


def test_a_guarded_foreign_error_is_told_by_kind_and_place():
    @guarded
    def body():
        {}[LOGIN]

    try:
        body()
    except Exception as error:  # noqa: BLE001 -- what the guard raises
        told = sensors.failed_run(_failed(error))
    assert told.sentence.startswith("KeyError in tests/unit/test_failures.py")
    assert LOGIN not in told.sentence


def test_a_failed_night_asks_for_its_page_once():
    context = _failed(CheckFailedError("x"))
    request = sensors.summary_of_failed_nights(context)
    assert (request.job_name, request.run_key) == ("summary", context.dagster_run.run_id)
