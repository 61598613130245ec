"""Whatever values an export holds, each row is stored or refused, and nothing is raised."""

import json
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.policy import Policy
from pipelines.registry.importing import import_exports
from pipelines.registry.store import RegistryStore

DAY = date(2015, 5, 20)
PLACES = count()
TABLES = ("members", "contents", "consents", "linked_accounts", "partners", "inquiries")
LIKELY = st.sampled_from(
    [
        "",
        "web_sign_up",
        "approved",
        "agency",
        "sign_up",
        "2015-05-01",
        "2015-05-01T00:00:00Z",
        "0001-01-01",
        "9999-12-31T23:59:59Z",
    ]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)
VALUES = LIKELY | SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=2), SCALARS, max_size=2)


@pytest.mark.parametrize("table", TABLES)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_values_are_stored_or_refused(
    table: str, data: st.DataObject, tmp_path: Path, keys: object, policy: Policy, plain: object
) -> None:
    names = [*policy.dataset(table).fields, "undeclared"]
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, VALUES)), min_size=1, max_size=4))
    folder = tmp_path / str(next(PLACES))
    folder.mkdir()
    path = folder / f"{table}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    store = RegistryStore(folder / "registry", keys)
    (report,) = import_exports([path], store=store, policy=policy, as_of_day=DAY, chunks=plain)
    assert report.rows == len(rows) == report.added + sum(report.refused.values())
    assert store.load(table).num_rows == report.added
    assert len(report.refused_rows) == sum(report.refused.values())


def test_a_channel_that_is_a_list_refuses_its_row_alone(
    tmp_path: Path, keys: object, policy: Policy, plain: object
) -> None:
    row = {"content_id": "C1", "partner_id": "P1", "content_type": "album", "channel": "paper"}
    rows = [row, {**row, "content_id": "C2", "channel": ["web"]}]
    path = tmp_path / "contents.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    store = RegistryStore(tmp_path / "registry", keys)
    (report,) = import_exports([path], store=store, policy=policy, as_of_day=DAY, chunks=plain)
    assert (report.rows, report.added, report.refused) == (2, 1, {"channel: not a value of type text": 1})
