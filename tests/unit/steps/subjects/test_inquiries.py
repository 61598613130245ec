"""Who asks, and how to reach them, is read of an inquiry and stored nowhere: there is nothing to find or erase in it."""

from planted import KIM, counts

ASKED = {"inquiry_id": "q1", "asked_at": "2015-05-20T00:00:00+09:00", "answered_at": None}
ASKER = {"name": "canary-name", "phone": KIM["contact_phone"], "email": KIM["contact_email"]}


def test_of_an_inquiry_only_its_key_and_its_days_are_stored(house):
    house.export("members", [KIM])
    house.export("inquiries", [{**ASKED, **ASKER}])
    rows = house.workspace.registry.load("inquiries")
    assert rows["inquiry_id"].to_pylist() == ["q1"]
    assert {*ASKER} & {*rows.column_names} == set()
    assert not any(value in str(rows.to_pylist()) for value in ASKER.values())


def test_a_member_who_asked_is_found_as_a_member_and_in_no_inquiry(house):
    house.export("members", [KIM])
    house.export("inquiries", [{**ASKED, **ASKER}])
    found = counts(house)
    assert (found["members"], found["inquiries"]) == (1, 0)
