"""Settings: what the environment says is validated at start, and names the variable when it is wrong."""

import pytest

from pipelines.errors import UsageError
from pipelines.settings import load_settings


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("members=0123456789ab", ("members=0123456789ab",)),
        ("members=0123456789ab, consents=ba", ("members=0123456789ab", "consents=ba")),
        ('["members=0123456789ab", "consents=ba"]', ("members=0123456789ab", "consents=ba")),
        ("", ()),
    ],
)
def test_confirmed_exports_are_read_as_people_write_them(monkeypatch, text, names):
    monkeypatch.setenv("PARTNERSTATS_CONFIRM_VANISHED", text)
    assert load_settings().confirm_vanished == names


@pytest.mark.parametrize(("name", "text"), [("THREADS", "0"), ("THREADS", "two"), ("WEBHOOK_URL", "nowhere")])
def test_a_wrong_value_is_refused_with_the_name_of_its_variable(monkeypatch, name, text):
    monkeypatch.setenv(f"PARTNERSTATS_{name}", text)
    with pytest.raises(UsageError, match=f"PARTNERSTATS_{name}: "):
        load_settings()
