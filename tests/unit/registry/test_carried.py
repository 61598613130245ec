"""What a member gave at sign-up is carried until the member leaves; a row says that by its status or its instant."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.registry.carried import has_left
from pipelines.registry.tables import carried_columns, table_spec

END = datetime(2015, 5, 20, 14, 59, 59, 999999, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "withdrawn_at", "joined_at", "left"),
    [
        ("withdrawn", None, None, True),
        ("withdrawn", END + SECOND, None, True),
        ("approved", None, None, False),
        ("approved", END, None, True),
        ("approved", END + SECOND, None, False),
        ("approved", END - SECOND, END - SECOND, True),
        ("approved", END - SECOND, END, False),
        ("pending", END, None, False),
        ("rejected", END, None, False),
    ],
)
def test_who_has_left_by_the_end_of_the_day(status, withdrawn_at, joined_at, left):
    row = {"status": status, "withdrawn_at": withdrawn_at, "joined_at": joined_at}
    assert has_left(row, END) is left


def test_exactly_what_the_sealed_datasets_name_and_statistics_drop_is_carried(policy):
    assert [column.name for column in carried_columns(policy, "members")] == [
        "password_hash", "company_name", "business_number", "contact_phone", "contact_email", "company_phone",
        "business_type",
    ]  # fmt: skip


def test_only_members_carry_anything(policy):
    for name, dataset in policy.datasets.items():
        if dataset.stage == "registry" and name != "members":
            assert table_spec(policy, name).carried == ()
