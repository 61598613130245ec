"""An event carries the fields that the policy declares, and no other."""

from expectations.model import Check

CHECKS = (
    Check(
        name="event_fields_are_declared",
        asset="events",
        frame="event_fields",
        column="columns_undeclared",
        clause="collect.minimum",
        sentence="Events hold no field that the policy does not declare.",
        sentence_ko="이벤트에는 방침이 정하지 않은 항목이 없습니다.",
        is_privacy=True,
    ),
    Check(
        name="event_fields_are_complete",
        asset="events",
        frame="event_fields",
        column="columns_missing",
        clause="stats.partners",
        sentence="Events hold every field that the policy declares, with its type.",
        sentence_ko="이벤트에는 방침이 정한 모든 항목이 정해진 형식으로 있습니다.",
        is_privacy=True,
    ),
)
