"""Exports of a release for BI tools: of one partner, or of each into a folder of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import UsageError
from pipelines.releases.exporting import Exported, Format, export, partner_of
from pipelines.releases.published import Published
from pipelines.releases.verifying import require_gated
from pipelines.steps.publishing.publishing import FileNames
from pipelines.steps.workspace import Workspace


@dataclass(frozen=True)
class Export:
    """What was written of which release, and where each partner's tables lie."""

    release: str
    form: Format
    written: Exported
    folders: Mapping[str, Path]

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        return {
            "release": self.release,
            "format": self.form.value,
            "folder": str(self.written.folder),
            "partners": [{"partner": partner, "folder": str(folder)} for partner, folder in self.folders.items()],
            "files": self.written.files,
            "rows": self.written.rows,
        }


def export_release(workspace: Workspace, partner: str | None, form: Format, to: Path, release: str | None) -> Export:
    """Write the published tables of `partner`, or of every partner with a file, below `to`; `release` is the current one.

    Figures of a release are aggregates that the gate let out, so nobody is concerned and no access is recorded. What is written
    is the caller's: it has no period here, and so it does not go into the home. Folders are called by the release and the keyed
    name of a partner's file, never by what a delivery calls a partner. Raises UsageError for a partner or release that is not
    there, a folder in the home or one that is taken; DamagedError for what is not as it was published.
    """
    folder = _outside(workspace, to)
    published = Published(workspace.home.published)
    chosen = release or published.current()
    if chosen is None:
        raise UsageError("nothing was published yet: run `partnerstats publish` first")
    require_gated(published, workspace.ledger, chosen)
    files = published.manifest(chosen).files
    if partner is not None:
        name = FileNames(workspace.keyring.subject_key()).of(partner)
        if name not in files:
            raise UsageError(
                f"release {chosen} has no file of that partner: partners are named as in the registry's partner_id, "
                "and have a file from the first release after they were delivered"
            )
        written = export(published, chosen, {name: ""}, folder / f"{chosen}-{form.value}-{name}", form)
        return Export(chosen, form, written, {partner: written.folders[name]})
    of = {partner_of(published, chosen, name): name for name in files}
    written = export(published, chosen, {name: name for name in files}, folder / f"{chosen}-{form.value}", form)
    return Export(chosen, form, written, {one: written.folders[name] for one, name in sorted(of.items())})


def _outside(workspace: Workspace, to: Path) -> Path:
    folder = to.resolve()
    if folder.is_relative_to(workspace.home.root.resolve()):
        raise UsageError("exports are yours to keep and to remove: give a folder outside the home with --to")
    return folder
