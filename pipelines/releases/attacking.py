"""The attack over everything that was ever published, from the gate's memory alone: what an audit asks, not a night."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import duckdb
import numpy as np

from pipelines.policy.publication import Publication
from pipelines.releases.frame import frame_of
from pipelines.releases.gating import Verdict, judge
from pipelines.releases.given import Progress
from pipelines.releases.marts import counted
from pipelines.releases.memory import Memory, schema
from pipelines.releases.relations import structures
from pipelines.releases.rows import SHOWN, load_rows

PARTNERS_AT_ONCE = 16
"""How many partners' whole histories are attacked together: bounds memory."""


def attack_everything(
    memory: Memory,
    publication: Publication,
    connect: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]],
    *,
    progress: Progress = lambda _what, _done, _total: None,
) -> Verdict:
    """Attack every cell of every release that `memory` holds, whatever connects them, and return what leaks.

    `connect` opens a database to work in. Reads no mart: what the gate forgot of hidden cells, it is not told here either.
    Raises DamagedError when the memory is not what releases wrote.
    """
    memory.verify()
    verdict, cells = Verdict(), memory.scan(counted(publication))
    with connect() as work:
        found = work.execute(f"SELECT DISTINCT partner FROM ({cells}) ORDER BY ALL").fetchall()  # noqa: S608 -- own SQL
        partners = [partner for (partner,) in found]
        for start in range(0, len(partners), PARTNERS_AT_ONCE):
            progress("partners", start, len(partners))
            _attack(verdict, publication, work, cells, partners[start : start + PARTNERS_AT_ONCE])
    return verdict


def _attack(
    verdict: Verdict, publication: Publication, work: duckdb.DuckDBPyConnection, cells: str, partners: list[str]
) -> None:
    """Attack the whole history of some partners; nothing runs between partners."""
    query = f"SELECT * FROM ({cells}) WHERE list_contains($partners::VARCHAR[], partner)"  # noqa: S608 -- own SQL
    standing = work.execute(query, {"partners": partners}).to_arrow_table().cast(schema(counted(publication)))
    load_rows(work, publication, new={}, new_periods={}, standing=standing, now={}, number=0)
    frame = frame_of(work, publication)
    is_shown = np.asarray(frame.standing == SHOWN)
    shown = {measure: has & is_shown for measure, has in frame.has.items()}
    verdict.add(judge(frame, publication, structures(work, publication), shown, frame.widths, number=None))
