"""What the register of destructions says should be there: the plans that were begun, records of processing, answered requests."""

from collections.abc import Iterator
from datetime import date

from pipelines.clock import seoul_day
from pipelines.retention.entries import Begun, Destroyed, Erased, Withdrawn
from pipelines.retention.items import Item, Kind
from pipelines.rights.requests import ANSWERED, ASKED
from pipelines.steps.retention.processing import place_of_record
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import Workspace

PLANS, RECORDS, REQUESTS = "destruction_plans", "processing_records", "member_requests"
RECORDED = (PLANS, RECORDS, REQUESTS)
_REQUESTS_FILE = "ledger/requests.jsonl"


def of_destructions(workspace: Workspace) -> Iterator[Item]:
    """Yield both files of each plan that was begun, and each record of processing, whether they are there or not.

    Raises DamagedError when the register is not what was written.
    """
    began = dict[str, date]()
    for entry in open_register(workspace).entries():
        body = entry.body
        if isinstance(body, Begun):
            began[body.plan] = seoul_day(entry.at)
            if body.made_at is not None:
                for suffix in ("json", "txt"):
                    place = f"ledger/plans/{body.plan}.{suffix}"
                    yield Item(PLANS, Kind.COPY, place, seoul_day(body.made_at))
        elif isinstance(body, Destroyed) and body.record is not None:
            day = began.get(body.plan, seoul_day(entry.at))
            yield Item(RECORDS, Kind.COPY, place_of_record(body.record), day)


def answered_requests(workspace: Workspace) -> Iterator[Item]:
    """Yield what is missing of the chain of requests: one item for each that the register has and the chain does not.

    A chain that was cut or changed cannot be read, which is told apart. Raises DamagedError then.
    """
    told = [entry for entry in open_register(workspace).entries() if isinstance(entry.body, Erased | Withdrawn)]
    chain = workspace.requests.chain
    answered = {entry.body["request"] for entry in chain.entries(ANSWERED)}
    still_open = {entry.body["request"] for entry in chain.entries(ASKED)} - answered
    missing = len(told) - len(answered) - len(still_open)
    for entry in told[-missing:] if missing > 0 else ():
        yield Item(REQUESTS, Kind.ROWS, _REQUESTS_FILE, seoul_day(entry.at), count=1, is_present=False)
