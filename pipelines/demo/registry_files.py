"""The registry as delivered files: full exports as they stand at the end of a day, in every form an export may have."""

from collections.abc import Iterator
from datetime import date

from pipelines.demo.affairs import ad_rows, complaint_rows, contract_rows, dispute_rows, inquiry_rows, misuse_rows
from pipelines.demo.links import link_rows
from pipelines.demo.lives import APPROVED
from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import CONTENT_TYPES, Registry
from pipelines.demo.rows import Row, as_csv, as_json_lines, as_parquet, packed
from pipelines.demo.sign_up import consent_rows, member_rows

NETWORKS = ("facebook", "twitter", "cyworld", "youtube")
ADDRESS_EVERY = 7


def registry_files(plan: DemoPlan, registry: Registry, day: date) -> dict[str, bytes]:
    """Return name below the landing folder -> bytes, for every table of the contract, as of the end of `day`.

    The registry is that of `day`.
    """
    return {
        "registry/partners.csv": _csv(_partner_rows(registry)),
        "registry/members.csv": _csv(member_rows(plan, registry, day)),
        "registry/contents.jsonl": as_json_lines(_content_rows(registry)),
        "registry/consents.csv.gz": packed(_csv(consent_rows(plan, registry, day))),
        "registry/linked_accounts.parquet": _parquet("linked_accounts", link_rows(registry, day)),
        "registry/social_accounts.jsonl": as_json_lines(_social_rows(registry)),
        "registry/misuse_records.csv": _csv(misuse_rows(plan, registry, day)),
        "registry/inquiries.csv": _csv(inquiry_rows(plan, registry, day)),
        "registry/complaints.jsonl.gz": packed(as_json_lines(complaint_rows(plan, registry, day))),
        "registry/contracts.parquet": _parquet("contracts", contract_rows(plan, registry, day)),
        "registry/ad_records.csv": _csv(ad_rows(plan, registry, day)),
        "registry/disputes.csv": _csv(dispute_rows(plan, registry, day)),
    }


def _partner_rows(registry: Registry) -> Iterator[Row]:
    """Yield `partner_id, name, type`."""
    partners = registry.partners
    for partner_id, name, kind in zip(partners.partner_ids, partners.names, partners.types, strict=True):
        yield {"partner_id": partner_id, "name": name, "type": kind}


def _content_rows(registry: Registry) -> Iterator[Row]:
    """Yield `content_id, partner_id, content_type`."""
    contents, partner_ids = registry.contents, registry.partners.partner_ids
    columns = zip(contents.content_ids, contents.partners.tolist(), contents.types.tolist(), strict=True)
    for content_id, partner, kind in columns:
        yield {"content_id": content_id, "partner_id": partner_ids[partner], "content_type": CONTENT_TYPES[kind]}


def _social_rows(registry: Registry) -> Iterator[Row]:
    """Yield an official account of every seventh approved member."""
    members = registry.members
    for row in range(0, len(members.account_keys), ADDRESS_EVERY):
        if members.standing.statuses[row] == APPROVED:
            yield {
                "account_key": members.account_keys[row],
                "network": NETWORKS[row // ADDRESS_EVERY % len(NETWORKS)],
                "address": f"https://social.example/sample-{members.login_ids[row]}",
                "channel": "web_sign_up",
            }


def _csv(rows: Iterator[Row]) -> bytes:
    """Write rows that all have the same columns; there is at least one."""
    found = list(rows)
    return as_csv(list(found[0]), found)


def _parquet(table: str, rows: Iterator[Row]) -> bytes:
    """Write rows of a table with the columns of the contract."""
    columns = {
        "linked_accounts": ("account_key", "service", "melon_member_id", "linked_at", "ended_at", "channel"),
        "contracts": ("contract_id", "account_key", "partner_id", "began_on", "ended_on", "channel"),
    }
    return as_parquet(columns[table], rows)
