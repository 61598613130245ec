"""What assets work with: the workspace of one home, opened when a run begins and held until it ends."""

from contextlib import ExitStack
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from assets.guarded import guarded
from pipelines.instance import close_dead_runs, living_runs, marked_alive
from pipelines.run_records import wiring_of
from pipelines.settings import load_settings
from pipelines.steps.access import record_access
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.retention.planning import NO_WIRING
from pipelines.steps.retention.rotation import finish_rotation
from pipelines.steps.subjects.erasing import finish_requests
from pipelines.steps.workspace import Workspace

HIDDEN_JOB, BACKFILL = "__", "dagster/backfill"


class WorkspaceResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The home that the settings name (`PARTNERSTATS_HOME` and the rest), held by this run alone.

    Raises HomeBusyError when another job goes on holding the home, KeyMissingError and PolicyError as the workspace does.
    """

    _workspace: Workspace = PrivateAttr()
    _held: ExitStack = PrivateAttr(default_factory=ExitStack)

    @guarded
    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Open the workspace, take the home, clear up after runs whose process died."""
        settings = load_settings()
        self._workspace = Workspace.open(settings)
        with ExitStack() as held:
            if context.run_id:
                # Before the wait: whoever has the home meanwhile must not take this run for a dead one.
                held.enter_context(marked_alive(self._workspace.home.dagster, context.run_id))
            held.enter_context(self._workspace.home.lock(wait_seconds=settings.home_wait_seconds))
            record_access(self._workspace, f"run {context.run_id} of {_work_of(context.run)}")
            self._workspace.home.sweep()
            begin_writing(self._workspace, wiring_of(context.instance) if context.instance else NO_WIRING)
            # What was erased, and what came back with a restored backup, goes before anything is derived of it.
            finish_requests(self._workspace)
            finish_rotation(self._workspace)
            if context.instance and context.run_id:
                close_dead_runs(context.instance, context.run_id, living_runs(self._workspace.home.dagster))
            self._held = held.pop_all()

    def teardown_after_execution(self, context: Any) -> None:  # noqa: ANN401 -- Dagster's signature
        """Let go of the home."""
        self._held.close()

    @property
    def workspace(self) -> Workspace:
        """The open workspace."""
        return self._workspace


def _work_of(run: dg.DagsterRun | None) -> str:
    """Say what runs: a job by its name; what was chosen by hand or is filled in runs in one of Dagster's own."""
    if run is not None and not run.job_name.startswith(HIDDEN_JOB):
        return f"the job {run.job_name}"
    return "a backfill" if run is not None and BACKFILL in run.tags else "assets chosen by hand"
