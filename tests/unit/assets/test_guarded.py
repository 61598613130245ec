"""What an asset's body raises reaches Dagster's log for ever: it names kind and place, and quotes no value."""

import traceback

import dagster as dg
import duckdb
import pyarrow as pa
import pytest

from assets.guarded import guarded, without_values
from pipelines.errors import DamagedError, UsageError
from pipelines.unexpected import StepFailedError

LOGIN = "planted.login"


def _key_error():
    return {}[LOGIN]


def _conversion_error():
    duckdb.execute("SELECT CAST(? AS INTEGER)", [LOGIN])


def _arrow_error():
    pa.array([LOGIN]).cast(pa.int32())


def _while_handling_another():
    try:
        _key_error()
    except KeyError:
        raise DamagedError("the registry is damaged")  # noqa: B904 -- the context is what is tested


def _caused_by_another():
    try:
        _key_error()
    except KeyError as cause:
        raise UsageError("the setting is wrong") from cause


FOREIGN = [_key_error, _conversion_error, _arrow_error]
OWN = [_while_handling_another, _caused_by_another]


def _events_of(body, *, protect):
    """Run an asset with `body` and return everything Dagster kept of it, as text."""

    @dg.asset
    def subject():
        (guarded(body) if protect else body)()

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([subject], instance=instance, raise_on_error=False)
        assert not result.success
        return "\n".join(str(record.event_log_entry.to_json()) for record in _records(instance, result.run_id))


def _records(instance, run_id):
    return instance.get_records_for_run(run_id).records


@pytest.mark.parametrize("body", [*FOREIGN, *OWN], ids=lambda body: body.__name__)
def test_no_value_of_an_error_reaches_dagsters_log(body):
    assert LOGIN not in _events_of(body, protect=True)


@pytest.mark.parametrize("body", [*FOREIGN, *OWN], ids=lambda body: body.__name__)
def test_without_the_guard_the_value_would_be_there(body):
    assert LOGIN in _events_of(body, protect=False)


@pytest.mark.parametrize("body", FOREIGN, ids=lambda body: body.__name__)
def test_a_foreign_error_names_its_kind_and_the_projects_line(body):
    with pytest.raises(StepFailedError) as raised:
        guarded(body)()
    assert LOGIN not in "".join(traceback.format_exception(raised.value))
    assert "test_guarded.py:" in str(raised.value)
    assert body.__name__ in str(raised.value)


def test_the_kind_is_named_as_python_names_it():
    with pytest.raises(StepFailedError, match=r"^KeyError in tests/unit/assets/test_guarded\.py:\d+ \(_key_error\)$"):
        guarded(_key_error)()


@pytest.mark.parametrize(("body", "kind"), [(OWN[0], DamagedError), (OWN[1], UsageError)])
def test_an_own_error_keeps_its_message_and_loses_what_it_came_from(body, kind):
    with pytest.raises(kind, match="is ") as raised:
        guarded(body)()
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


@pytest.mark.parametrize("control", [dg.Failure("stop"), dg.RetryRequested(max_retries=2)])
def test_what_a_body_says_to_dagster_goes_through(control):
    def body():
        raise control

    with pytest.raises(type(control)) as raised:
        guarded(body)()
    assert raised.value is control


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interruption_goes_through(signal):
    def body():
        raise signal

    with pytest.raises(signal):
        guarded(body)()


def test_a_generator_is_guarded_after_what_it_yielded():
    def body():
        yield 1
        yield _key_error()

    steps = guarded(body)()
    assert next(steps) == 1
    with pytest.raises(StepFailedError, match="KeyError"):
        next(steps)


def test_a_body_that_succeeds_is_as_before():
    def body(first, *, second):
        """Say something."""
        return first + second

    protected = guarded(body)
    assert protected(1, second=2) == 3
    assert (protected.__name__, protected.__doc__) == ("body", "Say something.")
    assert list(guarded(lambda: (yield from (1, 2)))()) == [1, 2]


def test_an_error_without_a_line_of_the_project_says_so():
    assert str(without_values(ValueError(LOGIN))) == "ValueError outside of the project's code"
