"""What disclosure control hides and what it costs: a real log by path and day, and 500 partners for a day, some for a month.

Run by hand: `make bench-disclosure`, or `.venv/bin/python bench/disclosure.py [--log LOG] [--months N] [--peer PYTHON]`. The
log is the real one beside the checkout unless told otherwise. `--peer` names an interpreter that has `pytauargus` (0.6.0, of the
package index, never in this project's environment): the same tables then go through it too. The attack is plain linear programs
over everything shown, written here. Machines are noisy: read times as ratios.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from disclosure_tables import EDGE_DAYS, WEEKS, Tables, add_period, add_sums, crossed, log_rows, views_of
from scipy import sparse
from scipy.optimize import linprog

from pipelines.disclosure.cells import Cells, Mask
from pipelines.disclosure.rules import Rule
from pipelines.disclosure.suppression import suppress, suppress_primary

RULE = Rule()
LOG = Path(__file__).parents[2] / "shared" / "data" / "real" / "apache-semicomplete" / "access.log.gz"
PEER = Path(__file__).with_name("disclosure_peer.py")
DAYS = 31
LARGEST_AUDIENCE = 2000
PEER_PARTNERS = 25
Figures = dict[str, object]


def attack(tables: Tables, hidden: np.ndarray) -> dict[str, int]:
    """Bound each hidden cell by two linear programs; return how many are known exactly, and how many within k-1."""
    cells = tables.cells()
    views, unknown = cells.values["page_views"], np.flatnonzero(hidden & (cells.people > 0))
    place = {cell: number for number, cell in enumerate(unknown.tolist())}
    matrix = sparse.lil_array((len(tables.relations), len(unknown)))
    right = np.zeros(len(tables.relations))
    for row, relation in enumerate(tables.relations):
        for cell, sign in [(relation.total, -1), *((part, 1) for part in relation.parts)]:
            if cell in place:
                matrix[row, place[cell]] = sign
            else:
                right[row] -= sign * views[cell]
    exact = narrow = 0
    for number in range(len(unknown)):
        goal = np.zeros(len(unknown))
        goal[number] = 1
        ends = [linprog(s * goal, A_eq=matrix.tocsr(), b_eq=right, bounds=(0, None), method="highs") for s in (1, -1)]
        width = np.inf if ends[1].status else -ends[1].fun - ends[0].fun
        exact, narrow = exact + (width < 1e-6), narrow + (width < RULE.threshold - 1e-6)
    return {"hidden_cells": len(unknown), "known_exactly": int(exact), "known_within_fewer_than_k": int(narrow)}


def small_residuals(tables: Tables, hidden: np.ndarray) -> int:
    """Return how many shown totals give away a sum of hidden parts behind which fewer than k people stand."""
    people = tables.cells().people
    found = 0
    for relation in tables.relations:
        parts = [part for part in relation.parts if hidden[part] and people[part]]
        union = set().union(*(tables.who[part] for part in parts))
        found += bool(parts) and not hidden[relation.total] and len(union) < RULE.threshold
    return int(found)


def shares(tables: Tables, mask: Mask, of: Callable[[tuple[str, ...]], bool]) -> Figures:
    """Return the hidden share of rows and of the page views of the rows that `of` picks."""
    cells = tables.cells()
    picked = np.array([of(key) for key in tables.place])
    views, hidden = cells.values["page_views"], mask.hidden
    names, counts = np.unique([str(one) for one in mask.reason if one], return_counts=True)
    return {
        "rows": len(hidden),
        "reasons": dict(zip(names.tolist(), counts.tolist(), strict=True)),
        "share_of_rows_hidden": round(float(hidden.mean()), 4),
        "share_of_page_views_hidden": round(float(views[picked & hidden].sum() / views[picked].sum()), 4),
    }


def timed(work: Callable[[], Mask]) -> tuple[Mask, float]:
    """Return the mask and the processor seconds it took."""
    began = time.process_time()
    mask = work()
    return mask, round(time.process_time() - began, 3)


def peer(interpreter: str | None, tables: list[dict[str, object]]) -> list[dict[str, object]]:
    """Send tables of plain contributions through pytauargus; nothing without an interpreter that has it."""
    if interpreter is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "asked.json", Path(folder) / "told.json"
        asked.write_text(json.dumps(tables))
        words = [str(Path(interpreter).absolute()), str(PEER.absolute()), str(asked), str(told)]
        # Its solvers write files of their own where they run.
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603 -- given by who runs the benchmark
        return json.loads(told.read_text())


def of_log(log: Path, interpreter: str | None) -> Figures:
    """Return the figures for the real log: ours, without complementary suppression, and the peer's."""
    rows = log_rows(log)
    tables = crossed(rows)
    cells, figures = tables.cells(), {}
    mask, seconds = timed(lambda: suppress(cells, tables.relations, RULE))
    bare = suppress_primary(cells, RULE)
    for name, one in (("complementary", mask), ("primary_only", bare)):
        figures[name] = shares(tables, one, lambda key: key[0] == "cell") | {"attack": attack(tables, one.hidden)}
        figures[name]["small_residuals"] = small_residuals(tables, one.hidden)
    figures["complementary"]["processor_seconds"] = seconds
    micro = [[path, day, count] for (path, day, _), count in rows.items()]
    for method in ("OPT(1)", "MOD(1)"):
        told = peer(interpreter, [{"names": ["path", "day"], "rows": micro, "suppress": method}])
        for one in told:
            hidden = np.array([one["hidden"].get("|".join(_peer_key(key)), False) for key in tables.place])
            theirs = Mask(hidden, tuple("hidden" if flag else None for flag in hidden), {})
            figures[f"peer {method}"] = shares(tables, theirs, lambda key: key[0] == "cell") | {
                "processor_seconds": one["seconds"],
                "attack": attack(tables, hidden),
                "small_residuals": small_residuals(tables, hidden),
            }
    return figures


def _peer_key(key: tuple[str, ...]) -> tuple[str, str]:
    """Return a row of the crossed table as the peer names it."""
    kinds = {"path": (key[-1], ""), "day": ("", key[-1]), "all": ("", "")}
    return kinds.get(key[0], (key[1], key[-1]) if len(key) == 3 else ("", ""))


def of_partners(partners: int, months: int, interpreter: str | None) -> Figures:
    """Return what a day costs for all partners, and weeks and a month for some spread evenly, each partner solved alone."""
    spent, rows, hidden, views, lost, ours = 0.0, 0, 0, 0, 0, 0
    asked: list[list[dict[str, object]]] = []
    together = Tables()
    closed = {"a_day": 0.0, "a_week": 0.0, "a_month": 0.0}
    for partner in range(1, partners + 1):
        is_closed = months and partner % max(partners // months, 1) == 0
        seen, tables = views_of(partner, DAYS, LARGEST_AUDIENCE), Tables()
        cells, mask, seconds = publish_day(tables, seen, 0)
        first = Tables()
        add_period(first, seen, "0", [0])
        take_over(together, first, None, str(partner))
        content = np.array([key[0] == "content" for key in cells.key], dtype=np.bool_)
        spent, rows, hidden = spent + seconds, rows + len(mask.hidden), hidden + int(mask.hidden.sum())
        views += int(cells.values["page_views"][content].sum())
        lost += int(cells.values["page_views"][content & mask.hidden].sum())
        if interpreter and partner % max(partners // PEER_PARTNERS, 1) == 0:
            asked.append(_lines(seen))
            ours += int(sum(one for key, one in zip(cells.key, mask.hidden, strict=True) if key[0] != "usage"))
        if is_closed:
            close_all(tables, seen, closed)
    all_cells = together.cells()
    at_once = timed(lambda: suppress(all_cells, together.relations, RULE))[1]
    figures: Figures = {
        "processor_seconds_for_a_day_of_all": {"one_by_one": round(spent, 2), "in_one_call": at_once},
        "share_of_rows_hidden_on_a_day": round(hidden / rows, 4),
        "share_of_page_views_hidden_on_a_day": round(lost / views, 4),
        "months_closed": months,
        "processor_seconds_for_each_partner": {
            name: round(taken / max(months, 1), 3) for name, taken in closed.items()
        },
    }
    told = peer(interpreter, [one for lines in asked for one in lines])
    if told:
        figures["peer on the breakdowns of some partners"] = {
            "partners": len(asked),
            "hidden_rows_ours": ours,
            "hidden_rows_peer": sum(sum(one for key, one in table["hidden"].items() if key) for table in told),
            "processor_seconds_peer": round(sum(one["seconds"] for one in told), 2),
        }
    return figures


def publish_day(tables: Tables, seen: dict[str, np.ndarray], day: int) -> tuple[Cells, Mask, float]:
    """Publish a day of a partner: its cells, their mask, and the processor seconds; its decisions are final."""
    own = Tables()
    add_period(own, seen, str(day), [day])
    cells = own.cells()
    mask, seconds = timed(lambda: suppress(cells, own.relations, RULE))
    take_over(tables, own, mask)
    return cells, mask, seconds


def close_all(tables: Tables, seen: dict[str, np.ndarray], closed: dict[str, float]) -> None:
    """Publish the other days of a month, its weeks as they end, and the month; add up the processor seconds."""
    weeks = {days[-1]: number for number, days in enumerate(WEEKS)}
    for day in range(1, DAYS):
        closed["a_day"] += publish_day(tables, seen, day)[2] / (DAYS - 1)
        if day in weeks:
            closed["a_week"] += close_week(tables, seen, weeks[day]) / len(WEEKS)
    closed["a_month"] += close_month(tables, seen)


def take_over(tables: Tables, day: Tables, mask: Mask | None, of: str = "") -> None:
    """Add a day to other tables, its decisions final if it has any; `of` tells partners apart."""
    offset = len(tables.columns)
    for key, place in day.place.items():
        tables.add((*key, of) if of else key, *day.columns[place])
    tables.relations += [
        type(one)(one.measure, one.total + offset, tuple(part + offset for part in one.parts)) for one in day.relations
    ]
    if mask is not None:
        day.fix(mask.hidden.tolist())
        tables.fixed[offset:] = day.fixed


def close_week(tables: Tables, seen: dict[str, np.ndarray], number: int) -> float:
    """Close a week over its published days; return processor seconds."""
    add_period(tables, seen, f"w{number}", WEEKS[number])
    add_sums(tables, f"w{number}", [str(day) for day in WEEKS[number]])
    cells = tables.cells()
    mask, seconds = timed(lambda: suppress(cells, tables.relations, RULE))
    tables.fix(mask.hidden.tolist())
    return seconds


def close_month(tables: Tables, seen: dict[str, np.ndarray]) -> float:
    """Close the month over published days and weeks; return processor seconds."""
    add_period(tables, seen, "month", range(DAYS))
    add_sums(tables, "month", [str(day) for day in range(DAYS)])
    add_sums(tables, "month", [*(f"w{number}" for number in range(len(WEEKS))), *map(str, EDGE_DAYS)])
    cells = tables.cells()
    return timed(lambda: suppress(cells, tables.relations, RULE))[1]


def _lines(seen: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """Return a partner's first day as tables for the peer: each breakdown alone, a row for each person and value."""
    first, asked = seen["day"] == 0, []
    for dimension in (*(name for name in seen if name not in ("day", "person", "usage")),):
        pairs, counts = np.unique(seen[dimension][first] * 10**9 + seen["person"][first], return_counts=True)
        rows = [[str(pair // 10**9), int(count)] for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)]
        asked.append({"names": [dimension], "rows": rows, "suppress": "OPT(1)"})
    return [one for one in asked if one["rows"]]


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, default=LOG)
    parser.add_argument("--partners", type=int, default=500)
    parser.add_argument("--months", type=int, default=20)
    parser.add_argument("--peer")
    arguments = parser.parse_args()
    figures = {"log": of_log(arguments.log, arguments.peer)}
    if arguments.partners:
        figures[f"{arguments.partners} partners"] = of_partners(arguments.partners, arguments.months, arguments.peer)
    json.dump(figures, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
