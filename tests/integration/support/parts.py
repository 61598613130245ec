"""A delivery dealt out: parts that arrive one after the other, and all together hold the same lines and rows."""

import gzip
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

PARTS = 8


def deal(later: Path, source: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield the files of PARTS deliveries, named by part: of the logs below `source` and of record files, lines in turn.

    Every part speaks of every day. A table is not dealt out, an export being whole or nothing.
    """
    logs = b"".join(gzip.decompress(path.read_bytes()) for path in sorted((later / source).iterdir()))
    yield from ((source / f"{name}.log.gz", gzip.compress(part, 1)) for name, part in _dealt(logs, has_header=False))
    for path in sorted(path for folder in ("cookies", "linked") for path in (later / folder).rglob("*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        plain = path.name.removesuffix(".gz")
        for name, part in _dealt(content, has_header=".csv" in plain):
            yield path.relative_to(later).parent / f"{name}-{plain}", part


def _dealt(content: bytes, *, has_header: bool) -> Iterator[tuple[str, bytes]]:
    lines = content.splitlines(keepends=True)
    header, rest = (lines[:1], lines[1:]) if has_header else ([], lines)
    for part in range(PARTS):
        if dealt := rest[part::PARTS]:
            yield f"part-{part}", b"".join([*header, *dealt])


def take_away(landing: Path, aside: Path) -> list[list[Path]]:
    """Move what lies in `landing` to `aside` and return it by part; files that name no part are dealt out whole."""
    shutil.move(landing, aside)
    landing.mkdir()
    files = [path for path in sorted(aside.rglob("*")) if path.is_file()]
    named = [path for path in files if path.name.startswith("part-")]
    whole = [path for path in files if path not in named]
    return [[path for path in named if path.name.startswith(f"part-{n}")] + whole[n::PARTS] for n in range(PARTS)]


def arrive(files: Sequence[Path], aside: Path, landing: Path) -> None:
    """Let the files of a part arrive in `landing`."""
    for path in files:
        target = landing / path.relative_to(aside)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
