"""Who a handler is and where they sit, as access records tell it."""

import os
import pwd

import pytest

from pipelines.steps.access import handler_of_process, origin_of


def test_a_handler_sits_at_the_host_or_at_the_client_of_its_ssh_session():
    assert origin_of({}, "host-1") == "host-1"
    assert origin_of({"SSH_CONNECTION": "192.0.2.4 50000 192.0.2.9 22"}, "host-1") == "192.0.2.4 via host-1"


@pytest.mark.parametrize("cause", [KeyError, OSError])
def test_an_account_without_a_name_is_known_by_its_number(monkeypatch, cause):
    def unknown(_uid: int) -> None:
        raise cause

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert handler_of_process() == f"uid {os.getuid()}"


def test_an_account_with_a_name_is_known_by_it(monkeypatch):
    monkeypatch.setenv("LOGNAME", "operator-1")
    assert handler_of_process() == "operator-1"
