"""dbt, run in process: what it is told, what it answers, and that it lets go of the file afterwards."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.errors import CheckFailedError, PartnerstatsError
from pipelines.warehouse.context import EventContext, provided
from pipelines.warehouse.periods import DaysToBuild

FAILED = frozenset({"error", "fail", "runtime error", "partial success"})
TESTS = frozenset({"test", "unit_test"})
_QUIET = (
    *("--quiet", "--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-print"),
    *("--no-version-check", "--no-send-anonymous-usage-stats", "--no-write-json", "--no-partial-parse"),
)
_WHERE = re.compile(r"(?:Runtime|Database) Error in \w+ \S+ \([^)]*\) ?|Runtime Error ?")
_OF_SQL = ("Binder Error", "Catalog Error", "Parser Error", "Permission Error", "Compilation Error", "Parsing Error")
_OF_DATA = re.compile(
    r"(?:Conversion|Constraint|Invalid Input|Out of Range|Out of Memory|IO|Internal|Transaction) Error"
)
_OF_TESTS = re.compile(r"Got \d+ results?, configured to fail if \S+ \S+|actual differs from expected")


class DbtFailedError(PartnerstatsError):
    """dbt could not run a model, or could not run at all; names the nodes."""

    exit_code = 1


@dataclass(frozen=True)
class NodeResult:
    """How one model, test or unit test went."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    """dbt's word: success, pass, warn, fail, error, skipped ..."""
    execution_seconds: float
    failures: int | None
    """Rows a test returned; None for what is no test."""
    cause: str | None
    """Why it failed, without any value from the data."""

    @property
    def is_failed(self) -> bool:
        """Whether the node failed; a skipped one did not."""
        return self.status in FAILED


class DbtTestsFailedError(CheckFailedError):
    """Tests of dbt failed; names them, and `nodes` are how each went."""

    def __init__(self, nodes: Sequence[NodeResult]) -> None:
        """Say which failed and why."""
        super().__init__("failed: " + "; ".join(f"{node.name} ({node.cause})" for node in nodes))
        self.nodes = tuple(nodes)


@dataclass(frozen=True)
class DbtResult:
    """What a dbt command did, node by node."""

    nodes: tuple[NodeResult, ...]
    answer: Any = None
    """What dbt itself returned: a manifest after `parse`, names after `ls`."""

    @property
    def failed(self) -> tuple[NodeResult, ...]:
        """The nodes that failed."""
        return tuple(node for node in self.nodes if node.is_failed)


@dataclass(frozen=True)
class DbtProject:
    """Where dbt works: the project, the warehouse file to write, and a folder for its artifacts."""

    sql_folder: Path
    warehouse: Path
    target_folder: Path
    threads: int = 2
    variables: Mapping[str, object] = field(default_factory=dict)


def run_dbt(
    command: Sequence[str],
    *,
    project: DbtProject,
    building: DaysToBuild | None = None,
    context: EventContext | None = None,
    on_node: Callable[[NodeResult], None] | None = None,
    manifest: Any | None = None,  # noqa: ANN401 - dbt is untyped
) -> DbtResult:
    """Run a dbt command such as `["build"]` in process, quietly, and close its connections.

    `building` gives the days that become dbt's variables; `context` gives the events and their keys to the plugin; `on_node` is
    called, on dbt's threads, as each node ends; with a `manifest` the project is not parsed again. Raises DbtFailedError naming
    the nodes that could not be run, or with dbt's own cause, else DbtTestsFailedError (a CheckFailedError) naming the tests
    that failed.
    """
    variables = {**project.variables, **(building.variables() if building else {}), "warehouse": str(project.warehouse)}
    with provided(context):
        outcome = _invoke([*command, *_options(project, variables)], on_node, manifest)
    answer = outcome.result
    nodes = tuple(_node_of_result(result) for result in getattr(answer, "results", None) or ())
    result = DbtResult(nodes, answer)
    _raise_failures(result, outcome)
    return result


def _options(project: DbtProject, variables: Mapping[str, object]) -> list[str]:
    folder, target = str(project.sql_folder), str(project.target_folder)
    return [
        *("--project-dir", folder, "--profiles-dir", folder, "--target-path", target, "--log-path", target),
        *("--vars", json.dumps(variables), "--threads", str(project.threads)),
        *_QUIET,
    ]


def _invoke(
    arguments: list[str],
    on_node: Callable[[NodeResult], None] | None,
    manifest: Any | None,  # noqa: ANN401 - dbt is untyped
) -> Any:  # noqa: ANN401 - dbt is untyped
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - three seconds to import

    def pass_on(event: Any) -> None:  # noqa: ANN401 - dbt is untyped
        if on_node is not None and event.info.name == "NodeFinished":
            on_node(_node_of_event(event.data))

    try:
        return dbtRunner(manifest=manifest, callbacks=[pass_on]).invoke(arguments)
    finally:
        _let_go()


def _let_go() -> None:
    """Close the database dbt-duckdb keeps, so that the file's lock is released and no key stays in memory with it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415 - as above
    from dbt.adapters.factory import reset_adapters  # noqa: PLC0415 - as above

    reset_adapters()  # type: ignore[no-untyped-call]
    environment: Any = DuckDBConnectionManager._ENV  # env() raises when there is none
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _node_of_result(result: Any) -> NodeResult:  # noqa: ANN401 - dbt is untyped
    status = str(getattr(result.status, "value", result.status))
    return NodeResult(
        unique_id=result.node.unique_id,
        name=result.node.name,
        resource_type=str(getattr(result.node.resource_type, "value", result.node.resource_type)),
        status=status,
        execution_seconds=float(result.execution_time),
        failures=result.failures,
        cause=_cause(result.message) if status in FAILED else None,
    )


def _node_of_event(data: Any) -> NodeResult:  # noqa: ANN401 - dbt is untyped
    info, result = data.node_info, data.run_result
    is_test = info.resource_type in TESTS
    return NodeResult(
        unique_id=info.unique_id,
        name=info.node_name,
        resource_type=info.resource_type,
        status=result.status,
        execution_seconds=float(result.execution_time),
        failures=int(result.num_failures) if is_test else None,
        cause=_cause(result.message) if result.status in FAILED else None,
    )


def _cause(message: str | None) -> str:
    """Return dbt's message when it speaks of the SQL or counts rows, else its kind alone: engines quote values."""
    text = _WHERE.sub("", " ".join((message or "").split()), count=1)
    if text.startswith(_OF_SQL):
        return text
    known = _OF_TESTS.match(text) or _OF_DATA.match(text)
    return known.group() if known else "cause withheld, as it may quote data"


def _raise_failures(result: DbtResult, outcome: Any) -> None:  # noqa: ANN401 - dbt is untyped
    stuck = [node for node in result.failed if node.status != "fail"]
    if stuck:
        raise DbtFailedError("could not be run: " + "; ".join(f"{node.name} ({node.cause})" for node in stuck))
    if result.failed:
        raise DbtTestsFailedError(result.failed)
    if isinstance(outcome.exception, PartnerstatsError):
        raise outcome.exception
    if not outcome.success:
        raise DbtFailedError(f"dbt stopped: {_cause(str(outcome.exception))}")
