"""Registers for tests: their bodies, their files as bytes, and what may be done to them behind their back."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from pipelines.retention.entries import NIGHTLY, Begun, Body, Destroyed, Erased, Method, Verified, Words
from pipelines.retention.heads import Head, as_text, home_head
from pipelines.retention.items import Kind
from pipelines.retention.merkle import Tree, leaf_hash
from pipelines.retention.register import Register

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
VERSION = "2014-06-16"
PLAN = "5e" * 32
FILES = (
    "ledger/destructions.jsonl",
    "ledger/destructions.jsonl.head",
    "ledger/destructions.jsonl.root",
    "keys/destructions.head",
)
LINES, CHAIN_HEAD, HEAD, COPY = FILES
WORDS = Words({"access_logs", "events", "members"}, {"keep.visits", "keep.service"}, {"privacy_officer", NIGHTLY})

Files = dict[str, bytes | None]


def register_in(folder: Path) -> Register:
    return Register(folder / "ledger", folder / "keys" / "destructions.head", WORDS)


def destroyed(rows: int = 9_981, dataset: str = "access_logs", day: date = date(2026, 8, 20)) -> Destroyed:
    return Destroyed(
        policy_version=VERSION,
        dataset=dataset,
        stored_as=Kind.FILE,
        days=(day,),
        files=2,
        rows=rows,
        bytes=81_920,
        keys=1,
        clause="keep.visits",
        method=Method.KEY_THEN_FILE,
        plan=PLAN,
        approved_by=NIGHTLY,
    )


def verified(probes_found: int = 0) -> Verified:
    return Verified(
        policy_version=VERSION,
        plan=PLAN,
        scope="changed",
        probes=40,
        probes_found=probes_found,
        controls=2,
        controls_found=2,
        files=310,
        bytes=12_000_000,
    )


def body_of(number: int) -> Body:
    """Return a body for the entry with this number; four kinds take turns."""
    if number % 4 == 0:
        return Begun(policy_version=VERSION, plan=PLAN, approved_by=NIGHTLY, items=number)
    if number % 4 == 3:
        return Erased(
            policy_version=VERSION, clause="keep.service", approved_by="privacy_officer", removed={"members": 1}
        )
    return destroyed(rows=number) if number % 4 == 1 else verified()


def fill(register: Register, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        register.append(body_of(number), AT + timedelta(minutes=number))


def read_files(folder: Path) -> Files:
    return {name: (folder / name).read_bytes() if (folder / name).exists() else None for name in FILES}


def lay_out(folder: Path, files: Files) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if data is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(data)


def rewritten(files: Files, number: int, *, is_at_home_everywhere: bool) -> Files:
    """Return the files with one entry's count changed, chained anew to the end, and the heads in the home made anew."""
    lines = (files[LINES] or b"").splitlines()
    fields = [json.loads(line) for line in lines]
    fields[number]["body"]["policy_version"] = "2013-01-01"
    previous, chained = "0" * 64, []
    for entry in fields:
        entry.pop("digest")
        entry["previous"] = previous
        start = json.dumps(entry, separators=(",", ":"))[:-1]
        previous = hashlib.sha256(start.encode()).hexdigest()
        chained.append(f'{start},"digest":"{previous}"}}'.encode())
    changed: Files = {**files, LINES: b"".join(line + b"\n" for line in chained)}
    if is_at_home_everywhere:
        root = Tree(map(leaf_hash, chained)).root().hex()
        head = Head(len(chained), root, previous, fields[-1]["at"], 0)
        chain_head = {"seq": len(chained), "digest": previous, "torn_lines_cut": 0}
        changed[HEAD] = as_text(home_head(head, is_copied=True)).encode()
        changed[CHAIN_HEAD] = (json.dumps(chain_head, indent=2) + "\n").encode()
    return changed


MUTATIONS = ("flip", "drop", "insert", "swap", "truncate", "replace")


def mutated(kind: str, history: Sequence[Files], chance: Random) -> tuple[str, Files]:
    """Return what was done, in words, and the files of a register after it; `history` are its files after each append."""
    size = chance.randint(2, len(history) - 1)
    files = dict(history[size])
    place = chance.choice(FILES)
    data = files[place] or b""
    if kind == "replace":
        return _replaced(size, history, chance)
    if place == LINES and kind in ("drop", "swap", "insert") and chance.random() < 0.8:
        return _with_other_lines(kind, files, chance)
    at = chance.randrange(len(data))
    if kind == "flip":
        files[place] = data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    elif kind == "insert":
        files[place] = data[:at] + chance.randbytes(chance.randint(1, 40)) + data[at:]
    elif kind == "truncate":
        files[place] = data[:at]
    elif kind == "drop":
        end = chance.randint(at + 1, len(data))
        files[place] = data[:at] + data[end:] if chance.random() < 0.7 else None
    else:
        other = chance.choice([i for i, byte in enumerate(data) if byte != data[at]])
        swapped = bytearray(data)
        swapped[at], swapped[other] = data[other], data[at]
        files[place] = bytes(swapped)
    return f"{kind} in {place} of {size} entries at byte {at}", files


def _with_other_lines(kind: str, files: Files, chance: Random) -> tuple[str, Files]:
    lines = (files[LINES] or b"").splitlines(keepends=True)
    one, other = chance.sample(range(len(lines)), 2)
    if kind == "drop":
        del lines[one]
    elif kind == "insert":
        lines.insert(chance.randint(0, len(lines)), lines[one])
    else:
        lines[one], lines[other] = lines[other], lines[one]
    return f"{kind} entry {one + 1} of {len(lines)}", {**files, LINES: b"".join(lines)}


def _replaced(size: int, history: Sequence[Files], chance: Random) -> tuple[str, Files]:
    files, earlier = history[size], chance.randrange(size)
    old = history[earlier]
    way = chance.choice(("entry", "entry and heads", "file", "home", "heads in the home"))
    if way.startswith("entry"):
        number = chance.randrange(size)
        changed = rewritten(files, number, is_at_home_everywhere=way != "entry")
        return f"replace {way} {number + 1} of {size}", changed
    names = {"file": [chance.choice(FILES)], "home": FILES[:3], "heads in the home": FILES[1:3]}[way]
    return f"replace {names} of {size} by those of {earlier}", {**files, **{name: old[name] for name in names}}
