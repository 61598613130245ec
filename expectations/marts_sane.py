"""The marts agree with each other, and no figure is larger than what it is part of."""

from expectations.model import Check


def _no_row(name: str, asset: str, column: str, sentence: str, sentence_ko: str) -> Check:
    return Check(
        name=name,
        asset=asset,
        frame="marts",
        column=column,
        clause="stats.partners",
        sentence=sentence,
        sentence_ko=sentence_ko,
    )


CHECKS = (
    _no_row(
        "statuses_sum_to_requests",
        "service_daily_status",
        "status_days_unequal",
        "The requests by status sum to the requests of the day.",
        "상태 코드별 요청의 합이 그날의 요청 수와 같습니다.",
    ),
    _no_row(
        "bots_sum_to_their_requests",
        "service_daily_bots",
        "bot_days_unequal",
        "The requests by bots, by what told them, sum to the bots' requests of the day.",
        "판단 근거별 봇 요청의 합이 그날의 봇 요청 수와 같습니다.",
    ),
    _no_row(
        "service_figures_are_plausible",
        "service_daily_usage",
        "service_rows_implausible",
        "No figure of the service is negative or larger than the figure it is part of.",
        "서비스의 어떤 수치도 음수이거나 그것이 속한 전체보다 크지 않습니다.",
    ),
    _no_row(
        "partner_figures_are_plausible",
        "partner_daily_usage",
        "partner_rows_implausible",
        "No figure of a partner is negative or larger than the figure it is part of.",
        "파트너의 어떤 수치도 음수이거나 그것이 속한 전체보다 크지 않습니다.",
    ),
    _no_row(
        "content_figures_are_plausible",
        "partner_content_daily",
        "content_rows_implausible",
        "No figure of a partner's content is missing, negative or larger than the figure it is part of.",
        "파트너 콘텐츠의 수치는 모두 있고, 음수이거나 그것이 속한 전체보다 크지 않습니다.",
    ),
    _no_row(
        "contents_sum_to_their_partner",
        "partner_content_daily",
        "content_days_unequal",
        "The page views of a partner's contents sum to the partner's page views of the day.",
        "파트너 콘텐츠의 조회 수 합이 그날 파트너의 조회 수와 같습니다.",
    ),
)
