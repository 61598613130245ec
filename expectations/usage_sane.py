"""Parts of a day, weeks, months, hours, a partner's own use and the linked services agree with what they are part of."""

from collections.abc import Iterator

from expectations.model import Check

_BREAKDOWNS = {"feature": ("features", "기능"), "device": ("devices", "기기"), "referrer": ("referrers", "유입 경로")}
_PERIODS = {"week": ("partner_weekly_usage", "주", "한 주"), "month": ("partner_monthly_usage", "월", "한 달")}


def _none(name: str, asset: str, frame: str, column: str, sentence: str, sentence_ko: str) -> Check:
    return Check(
        name=name,
        asset=asset,
        frame=frame,
        column=column,
        clause="stats.partners",
        sentence=sentence,
        sentence_ko=sentence_ko,
    )


def _of_breakdowns() -> Iterator[Check]:
    for one, (several, korean) in _BREAKDOWNS.items():
        asset = f"partner_{one}_daily"
        yield _none(
            f"{one}_figures_are_plausible",
            asset,
            "breakdowns",
            f"{one}_rows_implausible",
            f"No figure of a partner's {one} is missing, negative or larger than the same figure of the partner's day.",
            f"파트너의 {korean}별 수치는 모두 있고, 음수이거나 그날 파트너의 같은 수치보다 크지 않습니다.",
        )
        yield _none(
            f"{several}_sum_to_their_partner",
            asset,
            "breakdowns",
            f"{one}_days_unequal",
            f"The page views of a partner's {several} sum to the partner's of the day; visits and people are no fewer together.",
            f"파트너의 {korean}별 조회 수의 합은 그날 파트너의 조회 수와 같고, 방문과 사람 수의 합은 그보다 적지 않습니다.",
        )


def _of_periods() -> Iterator[Check]:
    for one, (asset, korean, whole) in _PERIODS.items():
        yield _none(
            f"{one}_figures_are_plausible",
            asset,
            "usage_periods",
            f"{one}_rows_implausible",
            f"No figure of a partner's {one} is missing, negative or larger than the figure it is part of.",
            f"파트너의 {korean}별 수치는 모두 있고, 음수이거나 그것이 속한 전체보다 크지 않습니다.",
        )
        yield _none(
            f"{one}s_hold_their_days",
            asset,
            "usage_periods",
            f"{one}s_unequal",
            f"A {one} has its days' page views, visits and bounces; as many people as one day at least, as all at most.",
            f"{whole}의 조회·방문·이탈은 그 날들의 합과 같고, 사람 수는 어느 하루보다 적지 않고 날들의 합보다 많지 않습니다.",
        )


def _of_dimensions() -> Iterator[Check]:
    for one, (long, korean) in {"day": ("daily", "일"), "week": ("weekly", "주"), "month": ("monthly", "월")}.items():
        yield _none(
            f"{one}_values_are_plausible",
            f"partner_breakdown_{long}",
            "breakdowns",
            f"{one}_values_implausible",
            f"No figure of what a partner's {one} is made of is missing, negative or larger than the figure it is part of.",
            f"파트너의 {korean}별 구성 항목의 수치는 모두 있고, 음수이거나 그것이 속한 전체보다 크지 않습니다.",
        )
        yield _none(
            f"{one}_dimensions_sum_to_their_partner",
            f"partner_breakdown_{long}",
            "breakdowns",
            f"{one}_dimensions_unequal",
            f"Each dimension of a partner's {one} sums to its page views, pages entered and left by to its visits.",
            f"파트너의 {korean}별 구성 항목은 조회 수와, 들어온 페이지와 나간 페이지는 방문 수와 합이 같습니다.",
        )


def _of_sums() -> Iterator[Check]:
    for one, korean in (("week", "주"), ("month", "월")):
        yield _none(
            f"service_{one}s_hold_their_days",
            f"service_{one}ly_usage",
            "usage_periods",
            f"service_{one}s_unequal",
            f"A {one} of the service has its days' requests, page views, visits, bounces, bytes and errors; no fewer visitors.",
            f"서비스의 {korean}별 요청·조회·방문·이탈·전송량·오류는 그 날들의 합과 같고, 방문자는 어느 하루보다 적지 않습니다.",
        )
        yield _none(
            f"linked_{one}s_hold_their_days",
            f"partner_linked_{one}ly",
            "usage_periods",
            f"linked_{one}s_unequal",
            f"A {one} of a partner's linked services has its days' events; as many members as one day at least, as all at most.",
            f"연계서비스의 {korean}별 이벤트는 그 날들의 합과 같고, 회원은 어느 하루보다 적지 않고 날들의 합보다 많지 않습니다.",
        )


def _of_service() -> Iterator[Check]:
    yield _none(
        "service_visits_are_plausible",
        "service_member_type_daily",
        "service_breakdowns",
        "service_visits_implausible",
        "No bounces, seconds, new or returning visitors of the service or a type of member are negative or exceed their whole.",
        "서비스와 회원 유형의 이탈·체류 시간·신규·재방문자는 음수이거나 그것이 속한 전체보다 크지 않습니다.",
    )
    yield _none(
        "service_values_are_plausible",
        "service_breakdown_daily",
        "service_breakdowns",
        "service_values_implausible",
        "No figure of what a type of member's use is made of is missing, negative or larger than the figure it is part of.",
        "회원 유형별 구성 항목의 수치는 모두 있고, 음수이거나 그것이 속한 전체보다 크지 않습니다.",
    )
    yield _none(
        "service_dimensions_sum_to_their_type",
        "service_breakdown_daily",
        "service_breakdowns",
        "service_dimensions_unequal",
        "Each dimension of page views sums to those of the type of member; those of visits to as many, no more than the type's.",
        "회원 유형별로 조회의 구성 항목은 각각 조회 수와, 방문의 구성 항목은 서로 합이 같고 그 유형의 방문 수를 넘지 않습니다.",
    )


CHECKS = (
    *_of_breakdowns(),
    *_of_dimensions(),
    *_of_periods(),
    _none(
        "hour_figures_are_plausible",
        "partner_hourly_visits",
        "usage_periods",
        "hour_rows_implausible",
        "Every hour lies in the week, and has at least one person and at least as many visits as people.",
        "모든 시간대는 한 주 안에 있으며, 한 사람 이상이 있고 방문 수는 사람 수 이상입니다.",
    ),
    _none(
        "hours_sum_to_their_month",
        "partner_hourly_visits",
        "usage_periods",
        "hour_months_unequal",
        "The visits of a partner's hours sum to the partner's visits of the month.",
        "파트너의 시간대별 방문의 합이 그달 파트너의 방문 수와 같습니다.",
    ),
    _none(
        "weekday_figures_are_plausible",
        "partner_weekday_visits",
        "usage_periods",
        "weekday_rows_implausible",
        "Every weekday is one of seven, and has at least one person and at least as many visits as people.",
        "모든 요일은 일곱 가운데 하나이며, 한 사람 이상이 있고 방문 수는 사람 수 이상입니다.",
    ),
    _none(
        "weekdays_sum_to_their_month",
        "partner_weekday_visits",
        "usage_periods",
        "weekday_months_unequal",
        "The visits of a partner's weekdays sum to the partner's visits of the month.",
        "파트너의 요일별 방문의 합이 그달 파트너의 방문 수와 같습니다.",
    ),
    _none(
        "frequency_figures_are_plausible",
        "partner_visit_frequency_monthly",
        "usage_periods",
        "frequency_rows_implausible",
        "Every band of visits is one of the five, and has at least one person.",
        "모든 방문 빈도 구간은 정해진 다섯 가운데 하나이고, 한 사람 이상이 있습니다.",
    ),
    _none(
        "bands_sum_to_their_month",
        "partner_visit_frequency_monthly",
        "usage_periods",
        "frequency_months_unequal",
        "The people of a partner's bands of visits sum to the people who visited in the month.",
        "파트너의 방문 빈도 구간별 사람 수의 합이 그달에 방문한 사람 수와 같습니다.",
    ),
    _none(
        "length_figures_are_plausible",
        "partner_visit_length_monthly",
        "usage_periods",
        "length_rows_implausible",
        "Every band of lengths of visits is one of the seven, and has at least one person.",
        "모든 체류 시간 구간은 정해진 일곱 가운데 하나이고, 한 사람 이상이 있습니다.",
    ),
    _none(
        "lengths_sum_to_their_month",
        "partner_visit_length_monthly",
        "usage_periods",
        "length_months_unequal",
        "The people of a partner's bands of lengths of visits sum to the people who visited in the month.",
        "파트너의 체류 시간 구간별 사람 수의 합이 그달에 방문한 사람 수와 같습니다.",
    ),
    *_of_sums(),
    _none(
        "member_types_stay_within_the_service",
        "service_member_type_daily",
        "usage_periods",
        "member_types_unequal",
        "The types of members of a day, week or month have no more requests, page views, visits and bounces than the service.",
        "회원 유형별 요청·조회·방문·이탈의 합은 일·주·월의 서비스 전체보다 많지 않습니다.",
    ),
    *_of_service(),
    _none(
        "staff_figures_are_plausible",
        "partner_staff_monthly_usage",
        "usage_periods",
        "staff_rows_implausible",
        "No figure of a partner's own members is missing or negative, and none rests on fewer people than members.",
        "파트너 소속 회원의 수치는 모두 있고 음수가 아니며, 사람 수는 회원 수보다 적지 않습니다.",
    ),
    _none(
        "staff_stay_within_the_service",
        "partner_staff_monthly_usage",
        "usage_periods",
        "staff_months_too_large",
        "The partners' own members have no more page views and visits in a month than the whole service.",
        "한 달 동안 파트너 소속 회원의 조회와 방문은 서비스 전체보다 많지 않습니다.",
    ),
    _none(
        "linked_figures_are_plausible",
        "partner_linked_daily",
        "linked_usage",
        "linked_rows_implausible",
        "Linked events are of a declared service, at least one member's, and no fewer than the people and members behind them.",
        "연계 이벤트는 정해진 서비스의 것이고, 회원이 한 명 이상이며, 그 뒤의 사람과 회원 수보다 적지 않습니다.",
    ),
    _none(
        "linked_events_are_in_the_warehouse",
        "partner_linked_daily",
        "linked_usage",
        "linked_days_unequal",
        "The warehouse counts exactly the day's linked events.",
        "웨어하우스의 연계 이벤트 수는 그날의 연계 이벤트 수와 정확히 같습니다.",
    ),
)
