"""The registry as delivered files: full exports, with obviously made-up sign-up fields."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import CONTENT_TYPES, Registry
from pipelines.demo.sign_up import member_rows

Row = dict[str, Any]


def registry_files(plan: DemoPlan, registry: Registry) -> dict[str, bytes]:
    """Return name below the landing folder -> bytes: partners and members as CSV, contents as JSON lines."""
    return {
        "registry/partners.csv": _csv(_partner_rows(registry)),
        "registry/members.csv": _csv(member_rows(plan, registry)),
        "registry/contents.jsonl": _json_lines(_content_rows(registry)),
    }


def _partner_rows(registry: Registry) -> Iterable[Row]:
    """Yield `partner_id, name, type`."""
    partners = registry.partners
    for partner_id, name, kind in zip(partners.partner_ids, partners.names, partners.types, strict=True):
        yield {"partner_id": partner_id, "name": name, "type": kind}


def _content_rows(registry: Registry) -> Iterable[Row]:
    """Yield `content_id, partner_id, content_type`."""
    contents, partner_ids = registry.contents, registry.partners.partner_ids
    columns = zip(contents.content_ids, contents.partners.tolist(), contents.types.tolist(), strict=True)
    for content_id, partner, kind in columns:
        yield {"content_id": content_id, "partner_id": partner_ids[partner], "content_type": CONTENT_TYPES[kind]}


def _csv(rows: Iterable[Row]) -> bytes:
    """Write rows as CSV with a header, an empty cell where a value is missing."""
    text = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(text, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)
    return text.getvalue().encode()


def _json_lines(rows: Iterable[Row]) -> bytes:
    """Write a JSON object a line."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
