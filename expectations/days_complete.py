"""Every accepted line of a day is one event of that day, and every day with events is in the warehouse."""

from expectations.model import Check

CHECKS = (
    Check(
        name="accepted_lines_are_events",
        asset="events",
        frame="days",
        column="events_missing",
        clause="stats.partners",
        sentence="A day has exactly as many events as accepted lines.",
        sentence_ko="하루의 이벤트 수는 수용된 행의 수와 정확히 같습니다.",
    ),
    Check(
        name="events_lie_in_their_day",
        asset="events",
        frame="event_days",
        column="events_of_another_day",
        clause="keep.visits",
        sentence="Every event lies in the file of its own Asia/Seoul day.",
        sentence_ko="모든 이벤트는 한국 시각 기준 자기 날짜의 파일에 있습니다.",
        is_privacy=True,
    ),
    Check(
        name="days_are_in_the_warehouse",
        asset="service_daily_usage",
        frame="days",
        column="requests_missing",
        clause="stats.partners",
        sentence="The warehouse counts exactly the day's events as requests.",
        sentence_ko="웨어하우스의 요청 수는 그날의 이벤트 수와 정확히 같습니다.",
    ),
)
