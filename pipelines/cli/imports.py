"""`partnerstats import`: log files named by hand."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, progress_bar
from pipelines.steps.access import record_access
from pipelines.steps.imports import FileReport, IntakeReport, import_named
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.workspace import Workspace


def import_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Log files, plain, gzip, zstd or bzip2.")],
    source: Annotated[str, typer.Option(help="The source they come from, as in policy/sources.yml, or a new name.")],
    log_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="For a source that is not declared: a preset (common, combined, combined_cookie, ...), an nginx "
            "log_format or an Apache LogFormat string.",
            show_default=False,
        ),
    ] = None,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import log files. Each line is accepted, filtered or quarantined; a file seen before changes nothing.

    The files stay where they are. `partnerstats nightly` then makes statistics of them. Cookie records, linked events and
    exports of the registry go into the landing folder instead (`cookies/`, `linked/`, `registry/`); the night takes them in.

    For example: partnerstats import access.log.gz --source archive --format combined
    """
    workspace = Workspace.open(settings_from(home, clock, role, reason))
    record_access(workspace, f"import of {len(files)} files of source {source}")
    with workspace.home.lock(), progress_bar(is_shown=not as_json) as progress:
        begin_writing(workspace)
        report = import_named(workspace, files, source, log_format, progress=progress)
    if as_json:
        print_json(_document(report))
        return
    for file in report.files:
        console().print(file.sentence, markup=False)


def _document(report: IntakeReport) -> dict[str, object]:
    return {"files": [_file(file) for file in report.files]}


def _file(file: FileReport) -> dict[str, object]:
    record, whole = file.outcome.record, file.outcome.quarantined
    return {
        "source": file.source,
        "name": file.name,
        "outcome": file.outcome.kind,
        "sha256": record.sha256 if record else None,
        "lines": record.lines if record else 0,
        "accepted": record.accepted if record else 0,
        "filtered": record.filtered if record else {},
        "quarantined": record.quarantined if record else {},
        "reason": whole.reason if whole else None,
    }
