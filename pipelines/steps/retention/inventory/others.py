"""What is neither a day nor a table: delivered files, tombstones, what is held aside, samples, runs."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from pipelines.clock import seoul_day
from pipelines.errors import InputError
from pipelines.releases.published import Published
from pipelines.releases.retiring import entered, former_releases
from pipelines.retention.items import Item, Kind
from pipelines.steps.retention.byte_files import Found as OnDisk
from pipelines.steps.retention.inventory.known import Taken
from pipelines.steps.retention.inventory.places import Found
from pipelines.steps.retention.inventory.view import View, standing_file
from pipelines.weblogs.decompression import Limits, decompressed_chunks
from pipelines.weblogs.quarantine import file_digest

_ONE_DAY = timedelta(days=1)


def delivered(file: OnDisk, found: Found, view: View) -> Item:
    """Return the item of a file in the landing folder.

    Once taken in it counts from the last day it told of, and ends with the import where copies are to be removed then; until
    then it counts from when it was delivered.
    """
    taken = _taken(file.path, view) if file.link is None else None
    if taken is None:
        return view.made(file, found.dataset)
    ended = min(taken.on, view.today) if _removes(file.place, view) else None
    return Item(
        found.dataset, Kind.COPY, file.place, min(taken.last_day, view.today), bytes=file.stamp[0], ended_early=ended
    )


def _taken(path: Path, view: View) -> Taken | None:
    known = view.known.taken
    if (taken := known.get(file_digest(path))) is not None:
        return taken
    settings, digest = view.workspace.settings, hashlib.sha256()
    try:
        for chunk in decompressed_chunks(
            path, Limits(settings.max_decompressed_bytes, settings.max_decompression_ratio)
        ):
            digest.update(chunk)
    except InputError:
        return None
    return known.get(digest.hexdigest())


def _removes(place: str, view: View) -> bool:
    """Say whether a copy is removed once its content is in."""
    workspace = view.workspace
    if (chosen := workspace.settings.remove_landing) is not None:
        return chosen
    _, folder, name, *_ = place.split("/")
    if folder == "access" and (source := workspace.sources.sources.get(name)) is not None:
        return source.remove_after_import
    return workspace.home.state().kind == "real"


def tombstones(file: OnDisk, view: View) -> Iterator[Item]:
    """Yield the tombstones, those of the same days together: each goes when the last vault day it covers has to be gone."""
    stones = view.workspace.tombstones.all()
    groups: dict[tuple[date, date], list[str]] = defaultdict(list)
    for stone in stones:
        groups[seoul_day(stone.at), stone.goes_after].append(stone.account)
    for (anchor, goes_after), accounts in sorted(groups.items()):
        size = file.stamp[0] * len(accounts) // len(stones)
        digest = hashlib.sha256("".join(sorted(accounts)).encode()).hexdigest()
        yield Item("tombstones", Kind.ROWS, file.place, anchor, len(accounts), size, digest, ends_on=goes_after)
    if not stones:
        yield standing_file(file, "tombstones")


def held(file: OnDisk, found: Found, view: View) -> Item:
    """Return the item of lines or rows taken aside: their period was over then, and nothing but their hold keeps them."""
    hold = view.holds.get(found.parts["hold"])
    key = None if hold is None else hold.lines_key
    return Item(
        found.dataset,
        Kind.FILE,
        file.place,
        min(found.day, view.today) - _ONE_DAY,
        bytes=file.stamp[0],
        key=key,
        is_known=file.place in view.aside,
    )


def sample(file: OnDisk, found: Found, view: View) -> Item:
    """Return the item of a sample, which counts from the day its lines were destroyed; one that cannot be read is a fault."""
    try:
        taken_on = date.fromisoformat(json.loads(file.path.read_bytes())["taken_on"])
    except (ValueError, KeyError, TypeError):
        view.faults.append("ledger/samples: a file is not a sample")
        return view.unknown(file)
    return Item(found.dataset, Kind.COPY, file.place, taken_on, bytes=file.stamp[0])


def release(file: OnDisk, found: Found, view: View) -> Item:
    """Return the item of a file of a release: the current one stays, a former one counts from the day it was replaced.

    A release that the ledger does not know counts from when its file was last written.
    """
    folder = Published(view.workspace.home.published)
    if found.parts["release"] == folder.current():
        return standing_file(file, "releases")
    former = {one.release: one.replaced_on for one in former_releases(folder, entered(view.workspace.ledger))}
    replaced_on = former.get(found.parts["release"])
    if replaced_on is None:
        return view.made(file, found.dataset)
    return Item(found.dataset, Kind.COPY, file.place, min(replaced_on, view.today), bytes=file.stamp[0])


def run_file(file: OnDisk, found: Found, view: View) -> Item | None:
    """Return the item of a run's own database when no run of the storage has it; None when the run is an item itself."""
    if view.runs is None:
        return view.made(file, found.dataset)
    return None if found.parts["run"] in view.runs else view.made(file, found.dataset, is_known=False)


def runs(view: View) -> Iterator[Item]:
    """Yield the runs of the orchestrator's storage; the clock of one that has not ended has not started."""
    for run in (view.runs or {}).values():
        ended = None if run.ended_at is None else seoul_day(run.ended_at)
        yield Item("run_records", Kind.RUN, run.run_id, ended, count=1)
