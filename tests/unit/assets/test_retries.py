"""What may pass is tried again, twice, with growing waits; what stays as it is fails at once."""

import errno

import dagster as dg
import pytest

from assets import guarded as guard
from assets.guarded import MOST_RETRIES, guarded, may_pass, wait_seconds
from pipelines.errors import CheckFailedError, DamagedError, HomeBusyError, HomeError, InputError, KeyMissingError
from pipelines.unexpected import StepFailedError

LOGIN = "planted.login"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(guard, "FIRST_WAIT_SECONDS", 0)


def _tries(error, failures, *, yields=False):
    """Run an asset that raises `error` its first `failures` times; return how often it was tried, and how it ended."""
    tried = []

    def body(context):
        tried.append(context.retry_number)
        if len(tried) <= failures:
            raise error

    def yielding(context):
        body(context)
        yield dg.MaterializeResult()

    subject = dg.asset(name="subject")(guarded(yielding if yields else body))
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([subject], instance=instance, raise_on_error=False)
        kept = "\n".join(
            record.event_log_entry.to_json() for record in instance.get_records_for_run(result.run_id).records
        )
    return len(tried), result.success, kept


@pytest.mark.parametrize("yields", [False, True])
@pytest.mark.parametrize("error", [HomeBusyError("held"), OSError(errno.EAGAIN, "again"), OSError(errno.EBUSY, "busy")])
def test_what_passes_is_made_good(error, yields):
    tried, is_success, _ = _tries(error, failures=MOST_RETRIES, yields=yields)
    assert (tried, is_success) == (1 + MOST_RETRIES, True)


def test_what_does_not_pass_after_all_fails_with_its_own_sentence():
    tried, is_success, kept = _tries(HomeBusyError("another job holds this home"), failures=MOST_RETRIES + 1)
    assert (tried, is_success) == (1 + MOST_RETRIES, False)
    assert "another job holds this home" in kept


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "no space"),
        OSError(errno.EACCES, "denied"),
        OSError("no number"),
        HomeError("the disk is almost full"),
        CheckFailedError("privacy checks failed on events"),
        KeyMissingError("the master key is missing"),
        DamagedError("broken"),
        InputError("bad"),
        ValueError("x"),
    ],
)
def test_what_stays_is_not_tried_again(error):
    assert not may_pass(error)
    tried, is_success, _ = _tries(error, failures=1)
    assert (tried, is_success) == (1, False)


def test_a_retry_keeps_no_value_either():
    tried, _, kept = _tries(OSError(errno.EAGAIN, LOGIN, LOGIN), failures=5)
    assert tried == 1 + MOST_RETRIES
    assert LOGIN not in kept


def test_waits_grow(monkeypatch):
    monkeypatch.undo()
    assert [wait_seconds(number) for number in range(MOST_RETRIES)] == [5, 30]


def test_outside_of_a_step_the_error_is_raised_itself():
    def busy():
        raise HomeBusyError("held")

    def again():
        raise OSError(errno.EAGAIN, LOGIN)

    with pytest.raises(HomeBusyError):
        guarded(busy)()
    with pytest.raises(StepFailedError):
        guarded(again)()
