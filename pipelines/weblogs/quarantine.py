"""What could not be read, kept with its reason and place, sealed: single lines, and files as a whole."""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipelines.storage.vault import Segment, Vault
from pipelines.weblogs.days import Days, Run, runs_by_day
from pipelines.weblogs.lines import LineBatch

QUARANTINE = "quarantine"
PIECE_BYTES = 32 * 1024 * 1024


def quarantine_lines(
    quarantine: Vault,
    source: str,
    file_sha256: str,
    batch: LineBatch,
    rejected: Sequence[tuple[int, str]],
    days: Days,
) -> list[Segment]:
    """Seal the rejected lines of a batch by day: one JSON object a line with file digest, line number, reason and bytes (Base64).

    Of a line that is longer than allowed only its first bytes stand here; the vault has all of it.
    """
    reasons = dict(rejected)
    rejected_at = list(reasons)
    segments = []
    for day, runs in runs_by_day(days[rejected_at]).items():
        positions = [position for first, count in runs for position in rejected_at[first : first + count]]
        rows = [
            json.dumps(
                {
                    "file_sha256": file_sha256,
                    "line": batch.first_line + position,
                    "reason": reasons[position],
                    "raw": base64.b64encode(batch.lines[position]).decode(),
                }
            )
            for position in positions
        ]
        lines = [batch.first_line + position for position in positions]
        segments.append(
            quarantine.write_segment(
                QUARANTINE,
                source,
                day,
                file_sha256=file_sha256,
                first_byte=batch.first_byte,
                runs=_runs(lines),
                raw=("\n".join(rows) + "\n").encode(),
            )
        )
    return segments


def quarantine_file(quarantine: Vault, source: str, path: Path, day: date) -> tuple[str, list[Segment]]:
    """Seal a delivered file as it is, in pieces; return the digest of its bytes and the pieces in order."""
    digest = file_digest(path)
    segments: list[Segment] = []
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            segments.append(
                quarantine.write_segment(
                    QUARANTINE,
                    source,
                    day,
                    file_sha256=digest,
                    first_byte=len(segments) * PIECE_BYTES,
                    runs=[(len(segments) + 1, 1)],
                    raw=piece,
                )
            )
    return digest, segments


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as delivered, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _runs(lines: Sequence[int]) -> list[Run]:
    runs: list[Run] = []
    for line in lines:
        if runs and line == runs[-1][0] + runs[-1][1]:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((line, 1))
    return runs
