"""The process that serves partners needs no key but its own, and nothing of the home but four folders."""

import builtins
import io
import os
import shutil

from starlette.testclient import TestClient

from dashboard.accounts.opening import open_accounts
from dashboard.serving import make_app
from dashboard.settings import DashboardSettings


def test_it_serves_from_a_home_that_has_nothing_but_what_is_served(served, tmp_path):
    bare = tmp_path / "bare" / "home"
    for folder in ("accounts", "dashboard"):
        shutil.copytree(served.home / folder, bare / folder)
    (bare / "published").symlink_to((served.home / "published").resolve())
    keys = tmp_path / "elsewhere"
    shutil.copytree(served.home.with_name("home.keys") / "dashboard", keys)
    settings = DashboardSettings(home=bare, keys=keys, policy=served.policy)
    accounts = open_accounts(settings, served.clock)
    reader = accounts.store.find("reader")
    assert reader == served.account("reader")
    session = accounts.sessions.begin(reader.account_id, served.clock.now())
    browser = TestClient(make_app(settings, accounts), cookies={"partnerstats": session})
    assert "song-001" in browser.get("/contents").text
    assert {path.name for path in bare.iterdir()} == {"accounts", "dashboard", "published"}


def test_its_keyring_opens_accounts_and_its_own_records_alone(served):
    served.browser("reader")
    keyring = served.accounts.keyring
    assert {info.dataset for info in keyring.list()} == {"dashboard_accounts", "access_records"}


def test_what_is_not_served_is_never_looked_at(served, monkeypatch):
    """Every file that a round through the pages opens lies in one of the folders that are served."""
    seen = set()
    real_open, real_os = io.open, os.open

    def noted(path, *arguments, **named):
        if isinstance(path, str | os.PathLike):
            seen.add(os.fspath(path))
        return real_open(path, *arguments, **named)

    def noted_os(path, *arguments, **named):
        seen.add(os.fspath(path))
        return real_os(path, *arguments, **named)

    monkeypatch.setattr(builtins, "open", noted)
    monkeypatch.setattr(io, "open", noted)
    monkeypatch.setattr(os, "open", noted_os)
    browser = served.browser("administrator")
    for path in ("/", "/contents", "/account", "/account/readers", "/account/programs", "/about"):
        assert browser.get(path).status_code == 200
    home = str(served.home) + "/"
    below = {path.removeprefix(home).split("/")[0] for path in seen if str(path).startswith(home)}
    assert below <= {"accounts", "dashboard", "published"}
