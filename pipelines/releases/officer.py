"""The privacy officer's release: the register of destructions and the checks by clause, as one file that the dashboard reads.

It speaks of no person and of no partner. It is replaced whole; the ledger has its id and digest, so that a changed one shows.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.clock import seoul_day
from pipelines.errors import DamagedError
from pipelines.storage.atomic import write_bytes
from pipelines.storage.ledger import Ledger

FOLDER, FILE = "officer", "current.json"
KIND = "officer-release"
_READ_ONLY = 0o444


@dataclass(frozen=True)
class OfficerRelease:
    """A release for the officer: its id, when it was made, and its parts as JSON (`register`, `entries`, `checks`, `clauses`)."""

    release: str
    made_at: datetime
    policy_version: str
    parts: Mapping[str, Any]


def write_officer_release(
    published: Path, ledger: Ledger, policy_version: str, parts: Mapping[str, Any], now: datetime
) -> OfficerRelease:
    """Put a release in the former's place and enter it in the ledger; the same parts again change nothing."""
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    entered = ledger.entries(KIND)
    last = entered[-1].body if entered else {}
    if last.get("parts_sha256") == digest and (found := read_officer_release(published)) is not None:
        return found
    made = OfficerRelease(f"{seoul_day(now)}-{len(entered) + 1:04}", now, policy_version, parts)
    document = {"release": made.release, "made_at": now.isoformat(), "policy_version": policy_version, **parts}
    content = json.dumps(document, ensure_ascii=False, indent=1).encode()
    write_bytes(published / FOLDER / FILE, content, mode=_READ_ONLY)
    facts = {"release": made.release, "sha256": hashlib.sha256(content).hexdigest(), "parts_sha256": digest}
    ledger.append(KIND, facts, now)
    return made


def read_officer_release(published: Path) -> OfficerRelease | None:
    """Return the release there is, None before the first. Raises DamagedError for a file that cannot be read."""
    try:
        document = json.loads((published / FOLDER / FILE).read_bytes())
        release, version = str(document.pop("release")), str(document.pop("policy_version"))
        return OfficerRelease(release, datetime.fromisoformat(document.pop("made_at")), version, document)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DamagedError("the privacy officer's release cannot be read") from None
