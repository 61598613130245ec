"""A small home in which two members stand in every dataset that a delivery fills, and what is asked of it."""

import json
import shutil
from datetime import date

from pipelines.steps.linked import derive_linked_days
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.erasing import carry_out, find
from pipelines.steps.subjects.person import person_of

DAY = date(2015, 5, 20)
SIGN_UP = {
    "business_number": "000-00-00001",
    "contact_phone": "010-0000-0001",
    "contact_email": "kim@sample.example",
    "company_phone": "02-0000-0001",
}
KIM = {"account_key": "account-kim", "login_id": "kim", "partner_id": "p1", **SIGN_UP}
LEE = {"account_key": "account-lee", "login_id": "lee", "partner_id": "p1"}
AT = "2015-03-01T00:00:00+09:00"
TABLES = {
    "consents": {"consent": "sign_up", "recipient": "us", "given_at": AT, "until": None, "withdrawn_at": None},
    "linked_accounts": {"service": "melon", "melon_member_id": "melon-{}", "linked_at": AT, "ended_at": None},
    "social_accounts": {"network": "youtube", "address": "channel-{}"},
    "misuse_records": {"recorded_at": AT, "misuse": "warned"},
    "disputes": {"dispute_id": "d-{}", "opened_at": AT, "settled_at": None},
    "complaints": {"complaint_id": "c-{}", "received_at": AT, "settled_at": "2015-04-01T00:00:00+09:00"},
    "contracts": {"contract_id": "t-{}", "partner_id": "p1", "began_on": "2015-01-01", "ended_on": "2015-04-30"},
    "ad_records": {"ad_id": "a-{}", "displayed_at": "2015-05-01T00:00:00+09:00"},
}
GOING = {"members", "consents", "linked_accounts", "social_accounts", "misuse_records"}
KEPT_BY_LAW = {
    "access_logs": date(2015, 8, 20),
    "cookie_records": date(2015, 8, 20),
    "quarantine": date(2015, 8, 20),
    "complaints": date(2018, 4, 1),
    "contracts": date(2020, 4, 30),
    "ad_records": date(2015, 11, 1),
    "disputes": None,
    "former_members_1y": date(2016, 5, 21),
    "former_members_permanent": None,
}


def rows_of(table, *people):
    """The table's row of each of `people`."""
    return [
        {
            "account_key": f"account-{who}",
            **{name: value.format(who) if isinstance(value, str) else value for name, value in TABLES[table].items()},
        }
        for who in people
    ]


def records(house, folder, rows):
    """Deliver a file of records and take it in."""
    target = house.workspace.home.landing / folder
    target.mkdir(parents=True, exist_ok=True)
    (target / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return import_record_files(house.workspace, folder)


def planted(house, line):
    """Plant kim and lee in every dataset that a delivery fills, and derive."""
    house.export("partners", [{"partner_id": "p1", "name": "one", "type": "agency"}])
    house.export("contents", [{"content_id": "C1", "partner_id": "p1", "content_type": "track"}])
    house.export("members", [KIM, LEE])
    for table in TABLES:
        house.export(table, rows_of(table, "kim", "lee"))
    house.deliver(
        [
            line(DAY, "10:00:00", member="kim"),
            line(DAY, "10:00:01", member="lee"),
            line(DAY, "10:00:02", cookie="pc_member=kim; pc_member=lee"),
            "an unreadable line of kim\n",
        ]
    )
    time = "2015-05-20T00:30:00Z"
    cookie = {"time": time, "event": "issued", "cookie_name": "pc_member", "expires": None}
    records(house, "cookies", [{**cookie, "member_id": who} for who in ("kim", "lee")])
    event = {"time": time, "service": "melon", "event": "play", "partner_id": "p1"}
    records(house, "linked", [{**event, "melon_member_id": f"melon-{who}"} for who in ("kim", "lee")])
    derive_linked_days(house.workspace)
    house.derive()
    return house


def copied(house, folder):
    """Copy a house with its keys."""
    folder.mkdir(exist_ok=True)
    for path in (house.settings.home, house.settings.key_folder):
        shutil.copytree(path, folder / path.name)
    return house.under(home=folder / house.settings.home.name)


def kim(house, account=None):
    """The person of kim, or of an account."""
    return person_of(house.workspace, None if account else "kim", account)


def counts(house, who="account-kim", login="kim"):
    """How often a member is found, by dataset."""
    looked = find(house.workspace, person_of(house.workspace, login, who), "passport, seen")
    assert looked.faults == []
    found: dict[str, int] = {}
    for one in looked.found:
        found[one.dataset] = found.get(one.dataset, 0) + one.count
    return found


def without_access(found):
    """Where a member is, but for the access records, which grow with each look."""
    return {name: count for name, count in found.items() if count and name != "access_records"}


def erase(house, step=lambda _name: None):
    """Erase kim."""
    return carry_out(house.workspace, kim(house), "erased", "passport, seen at the counter", step)


def who(house, day=DAY):
    """Say of each event of a day whether it is a member's, and whether it is anybody's."""
    return [
        (event["member_pseudonym"] is not None, event["person_pseudonym"] is not None)
        for event in sorted(house.events(day), key=lambda event: event["occurred_at"])
    ]


def registered(house):
    """What the register says of erasures, but for how often the member was looked at."""
    bodies = [entry.body for entry in open_register(house.workspace).entries()]
    return [(body.kind, body.removed, without_access(body.kept_by_law)) for body in bodies]
