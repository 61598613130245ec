"""Members' rights and what limits them: holds are looked at again on the day they name."""

from expectations.model import Check

CHECKS = (
    Check(
        name="holds_are_reviewed",
        asset="disputes",
        frame="rights",
        column="reviews_overdue",
        clause="keep.dispute",
        sentence="Every hold was looked at again by its review date: nothing is held longer than the dispute needs.",
        sentence_ko="모든 보존 명령이 재검토일 안에 검토되었습니다. 분쟁에 필요한 기간을 넘겨 보존하지 않습니다.",
        blocks=False,
    ),
    Check(
        name="holds_are_known",
        asset="disputes",
        frame="rights",
        column="holds_lost",
        clause="keep.dispute",
        sentence="Every key of a hold belongs to an order that is known: none was lost with a backup; until then nothing goes.",
        sentence_ko="모든 보존 명령 키에 해당하는 명령이 있습니다. 백업 복원으로 잃은 명령이 있으면 아무것도 파기하지 않습니다.",
        blocks=False,
    ),
    Check(
        name="requests_are_carried_out",
        asset="disputes",
        frame="rights",
        column="requests_open",
        clause="rights.withdraw",
        sentence="No request of a member for erasure or withdrawal was left half done.",
        sentence_ko="처리하다 만 회원의 삭제·철회 요청이 없습니다.",
        blocks=False,
    ),
)
