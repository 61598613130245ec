"""Rows of linked events as delivered: no law orders them kept, so those of a member who is gone leave their segments."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import compress

import pyarrow as pa

from pipelines.steps.record_imports import record_files
from pipelines.steps.retention.rewriting import rewrite_segments, sweep_rewritten
from pipelines.steps.subjects.holds import take_aside, take_lines_aside
from pipelines.steps.subjects.keeping_out import rows_of_erased
from pipelines.steps.subjects.lines import NAME_FIELDS, name_in
from pipelines.steps.workspace import Workspace
from pipelines.storage.vault import Segment, SegmentContent

DATASET, LINKS = "linked_events", "linked_accounts"
FIELD = NAME_FIELDS[DATASET]


@dataclass(frozen=True)
class _Going:
    dataset: str
    place: str


def take_linked_rows_out(workspace: Workspace, linked_ids: Collection[str]) -> int:
    """Write the days of linked events that have rows of `linked_ids` anew without them; return how many rows went.

    What is on hold is taken aside first. The former keys are destroyed, so that no copy of the former files can be read; a
    second call finishes what a crash left.
    """
    wanted, removed = frozenset(linked_ids), 0
    for segments in segments_by_day(workspace).values() if wanted else ():
        rows = {segment.path: _going(workspace.vault.read_segment(segment).raw, wanted) for segment in segments}
        if not any(map(any, rows.values())):
            continue
        take_aside(workspace, [_Going(DATASET, f"vault/{segment.path}") for segment in segments])
        for segment in segments:
            lines = workspace.vault.read_segment(segment).raw.splitlines()
            take_lines_aside(workspace, segment, list(compress(lines, rows[segment.path])))
        for key in {segment.key for segment in segments}:
            # Also where nothing is left to stand under the new key: the former goes, and late rows of others have theirs.
            workspace.keyring.renew(key)
        rewrite_segments(workspace, "vault", segments, lambda _segment, content: _without(content, wanted))
        removed += sum(map(sum, rows.values()))
    sweep_rewritten(workspace)
    _destroy_former_keys(workspace)
    return removed


def linked_ids_of_erased(workspace: Workspace) -> set[str]:
    """Return the member IDs of linked services that links of erased members name: a restored backup brings such links back."""
    if workspace.registry.pointer(LINKS) is None:
        return set()
    rows = workspace.registry.load(LINKS)
    erased = rows.filter(pa.array(rows_of_erased(workspace, rows, LINKS), pa.bool_()))
    return {value for value in erased[FIELD].to_pylist() if value}


def segments_by_day(workspace: Workspace) -> dict[date, list[Segment]]:
    """Return the sealed parts of linked events that are on disk, by day; also those that were written anew."""
    found: dict[date, list[Segment]] = defaultdict(list)
    for file in record_files(workspace, DATASET):
        for body in file.segments:
            segment = Segment.from_json(body)
            if (workspace.vault.folder / segment.path).is_file():
                found[segment.day].append(segment)
    return found


def _going(raw: bytes, wanted: frozenset[str]) -> list[bool]:
    return [name_in(line, FIELD) in wanted for line in raw.splitlines()]


def _without(content: SegmentContent, wanted: frozenset[str]) -> SegmentContent | None:
    """Return what is left of a segment with the places of its lines in the delivered file; None when nothing is."""
    numbers = [first + offset for first, count in content.runs for offset in range(count)]
    lines = content.raw.splitlines(keepends=True)
    left = [
        (number, line)
        for number, line, is_going in zip(numbers, lines, _going(content.raw, wanted), strict=True)
        if not is_going
    ]
    runs: list[tuple[int, int]] = []
    for number, _ in left:
        if runs and number == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((number, 1))
    return SegmentContent(tuple(runs), b"".join(line for _, line in left)) if left else None


def _destroy_former_keys(workspace: Workspace) -> None:
    """Destroy the keys of days that another key took the place of, once no segment is under them."""
    used = {segment.key for segments in segments_by_day(workspace).values() for segment in segments}
    days = {info.day for info in workspace.keyring.list() if info.dataset == DATASET}
    former = [key.name for day in days for key in workspace.keyring.keys_of_day(DATASET, day)[1:]]
    for name in former:
        if name not in used:
            workspace.keyring.destroy(name)
