"""Events of the linked services are accounted for, and count only for who wants the link."""

from expectations.model import Check

EVENTS = "linked_events"

CHECKS = (
    Check(
        name="linked_rows_are_accounted_for",
        asset=EVENTS,
        frame="linked_files",
        column="rows_unaccounted",
        clause="collect.linked",
        sentence="In every file of linked events, accepted and quarantined rows sum to the rows read.",
        sentence_ko="모든 연계 이벤트 파일에서 수용·격리된 행의 합이 읽은 행의 수와 같습니다.",
    ),
    Check(
        name="linked_events_are_as_sealed",
        asset=EVENTS,
        frame="linked_files",
        column="parts_spoilt",
        clause="collect.linked",
        sentence="Every sealed part of the linked events is there, byte for byte.",
        sentence_ko="봉인된 모든 연계 이벤트가 봉인된 그대로 있습니다.",
    ),
    Check(
        name="linked_columns_are_declared",
        asset=EVENTS,
        frame="linked_files",
        column="columns_undeclared",
        clause="collect.minimum",
        sentence="Linked events were delivered with the declared columns alone; any other was dropped.",
        sentence_ko="연계 이벤트는 방침이 정한 항목만으로 전달되었습니다. 그 밖의 항목은 버려집니다.",
        blocks=False,
    ),
    Check(
        name="linked_columns_are_not_sensitive",
        asset=EVENTS,
        frame="linked_files",
        column="columns_sensitive",
        clause="collect.no-sensitive",
        sentence="No column of linked events speaks of race, creed, origin, politics, crime or health.",
        sentence_ko="연계 이벤트에 인종·신조·출신·정치 성향·범죄·건강에 관한 항목이 없습니다.",
        blocks=False,
    ),
)
