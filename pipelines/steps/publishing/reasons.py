"""Why rows of a partner are not shown: what analysts ask of the gate's memory."""

from datetime import date

from pipelines.errors import UsageError
from pipelines.releases.explaining import Explained, explain
from pipelines.releases.memory import Memory
from pipelines.releases.published import Published
from pipelines.steps.workspace import Workspace

WORDS = {
    "few_people": "fewer people than the policy's k are behind it",
    "dominated": "one person makes up nearly all of it",
    "complementary": "with it, a row that is hidden for another reason could be worked out",
    "empty": "nobody is behind it, and it looks like a hidden one",
    "unknown": "it was hidden before reasons were kept",
}


def reasons(workspace: Workspace, partner: str, table: str | None, first: date, last: date) -> list[Explained]:
    """Return what became of a partner's rows in periods that begin from `first` to `last`.

    Raises UsageError for a range that runs backwards, a table that is not published, a partner of whom nothing was ever
    published, and before the first release; DamagedError when the gate's memory is damaged.
    """
    publication = workspace.policy.publication
    if publication is None:
        raise UsageError(f"policy {workspace.policy.version} declares no publication")
    if last < first:
        raise UsageError("the range ends before it begins")
    if table is not None and table not in publication.tables:
        raise UsageError(f"unknown table: one of {', '.join(publication.tables)}")
    current = Published(workspace.home.published).current()
    if current is None:
        raise UsageError("nothing was published yet: run `partnerstats publish` first")
    with workspace.connection() as work:
        found = explain(Memory(workspace.home.gate, current), work, partner, table, first, last)
    if not found:
        raise UsageError(
            "nothing of that partner was published in these periods; partners are named as in the registry"
        )
    return found
