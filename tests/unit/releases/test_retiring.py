"""Former releases go by the policy's period, the current one never."""

from datetime import date, datetime, timedelta

from press import MONDAY, Press, crowd, name_of

from pipelines.clock import SEOUL
from pipelines.releases.retiring import DATASET, RETIRED, retire


def _retire(press: Press, at: datetime) -> list[str]:
    return retire(press.published, press.place.ledger, press.policy.dataset(DATASET).period, at)


def test_a_former_release_stays_until_the_end_of_the_day_it_was_replaced_on(press):
    for number in range(3):
        press.views += crowd("partner-a", MONDAY + timedelta(days=number), 20)
    for day in (5, 6, 7):
        press.publish(date(2026, 11, day))
    first, second, third = press.published.releases()
    assert _retire(press, datetime(2026, 11, 6, 23, 59, tzinfo=SEOUL)) == []
    assert _retire(press, datetime(2026, 11, 7, tzinfo=SEOUL)) == [first]
    assert press.published.releases() == [second, third]
    assert [entry.body["release"] for entry in press.place.ledger.entries(RETIRED)] == [first]


def test_the_current_release_never_goes(press):
    press.views += crowd("partner-a", MONDAY, 20)
    press.publish(date(2026, 11, 5))
    assert _retire(press, datetime(2036, 11, 5, tzinfo=SEOUL)) == []
    assert press.published.verify("2026-11-05-0001") == 1


def test_bytes_that_a_later_release_shares_stay_there(press):
    press.views += crowd("partner-a", MONDAY, 20)
    press.publish(date(2026, 11, 5))
    press.partners = ("partner-b",)
    press.publish(date(2026, 11, 5))
    assert _retire(press, datetime(2026, 11, 6, tzinfo=SEOUL)) == ["2026-11-05-0001"]
    assert press.published.verify("2026-11-05-0002") == 2
    assert press.published.file_of(name_of("partner-a")).stat().st_nlink == 1
