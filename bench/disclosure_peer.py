"""Run by an interpreter that has pytauargus: protect tables, say what is hidden and how long it took.

usage: python disclosure_peer.py ASKED.json TOLD.json. Threshold 10 with a safety range of 20%, p% rule of 10%.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from pytauargus import protect

SAFETY = "P(10,1)|FREQ(10,20)"
WITHHELD = ("U", "M")


def answer(asked: dict[str, object]) -> dict[str, object]:
    """Protect one table; rows are [code, ..., value], one for each contributor."""
    names, rows = asked["names"], asked["rows"]
    codes = [
        {value: f"c{place:04d}" for place, value in enumerate(sorted({row[at] for row in rows}))}
        for at in range(len(names))
    ]
    micro = {name: [codes[at][row[at]] for row in rows] for at, name in enumerate(names)}
    micro["value"] = [float(row[-1]) for row in rows]
    meaning = [{code: value for value, code in one.items()} for one in codes]
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        table = protect(
            micro, names, response="value", safety_rules=SAFETY, suppress=asked["suppress"], workdir=folder
        ).tables[0]
        seconds = time.process_time() - began
        hidden = {
            "|".join(meaning[at].get(str(row[name]), "") for at, name in enumerate(names)): row["status"] in WITHHELD
            for row in table.rows
        }
    return {"hidden": hidden, "seconds": seconds}


def main() -> None:
    """Read what is asked, write what was found."""
    asked, told = (Path(word) for word in sys.argv[1:])
    told.write_text(json.dumps([answer(one) for one in json.loads(asked.read_text())]))


if __name__ == "__main__":
    main()
