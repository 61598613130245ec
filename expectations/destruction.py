"""Nothing that is to be destroyed waits unseen, and nothing that was destroyed is found."""

from expectations.model import Check
from pipelines.steps.metrics.destruction import DESTRUCTION

CHECKS = (
    Check(
        name="retention_waits_for_nobody",
        asset=DESTRUCTION,
        frame="destruction",
        column="plans_waiting",
        clause="destroy.prompt",
        sentence="No plan of destruction waits for a person: `partnerstats retention execute --plan DIGEST` confirms one.",
        sentence_ko="담당자의 확인을 기다리는 파기 계획이 없습니다.",
        severity="warning",
        blocks=False,
    ),
    Check(
        name="destroyed_data_is_found_nowhere",
        asset=DESTRUCTION,
        frame="destruction",
        column="destroyed_found",
        clause="destroy.unrecoverable",
        sentence="Nothing that was destroyed was found in any byte that is left, by a search that was shown to find.",
        sentence_ko="파기된 데이터가 남은 어떤 바이트에서도 발견되지 않았고, 검색이 작동함이 확인되었습니다.",
        blocks=False,
    ),
    Check(
        name="linked_events_go_with_their_link",
        asset=DESTRUCTION,
        frame="ended_links",
        column="rows_past_their_link",
        clause="collect.linked",
        sentence="No row of linked events outlives the link that let it in: past the days of grace none is without a live link.",
        sentence_ko="연계가 해제된 뒤 유예일을 넘겨 남아 있는 연계 이벤트 원본이 없습니다.",
        blocks=False,
    ),
)
