"""So much in a while, and then one waits."""

from served import served_at

from dashboard.security import rates
from dashboard.security.rates import Rates


def test_so_many_in_a_window_each_key_by_itself():
    now = [0.0]
    limit = Rates(3, 60, lambda: now[0])
    assert [limit.wait_for("a") for _ in range(5)] == [0, 0, 0, 60, 60]
    assert limit.wait_for("b") == 0
    now[0] = 59.5
    assert limit.wait_for("a") == 1
    now[0] = 60.0
    assert limit.wait_for("a") == 0


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(rates, "MOST_KEYS", 10)
    limit = Rates(1, 60, lambda: 0.0)
    for number in range(100):
        limit.wait_for(str(number))
    assert len(limit._windows) == 10


def test_who_asks_for_too_much_is_told_when_to_come_again(tmp_path, sample_home, repository):
    served = served_at(tmp_path, sample_home, repository, limits={"requests_per_minute": 12})
    browser = served.browser("reader")
    statuses = [browser.get("/account").status_code for _ in range(14)]
    assert statuses == [200] * 12 + [429] * 2
    assert 1 <= int(browser.get("/account").headers["retry-after"]) <= 60
    assert served.browser("administrator").get("/account").status_code == 200
    assert browser.get("/health").status_code == 200
