"""Another way to sign in takes the place of passwords, and sessions, roles and partners stay as they are."""

from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.accounts.routes import routes
from dashboard.app import SigningIn, build_app
from dashboard.security.middleware import middleware
from dashboard.viewer import SIGN_IN
from pipelines.accounts.changes import disable


class Provider:
    """As OpenID Connect would be: away to the provider, and back with an e-mail that it vouches for."""

    def __init__(self, desk):
        """Take the desk."""
        self._desk = desk

    def routes(self):
        """Return the way there and the way back."""
        return [Route(SIGN_IN, self.away), Route(f"{SIGN_IN}/back", self.back)]

    async def away(self, _request):
        """Send to the provider."""
        return RedirectResponse("https://id.example/authorize", 303)

    async def back(self, request):
        """Take whom the provider vouches for."""
        account = self._desk.accounts.store.find(request.query_params["verified"])
        if account is None or not self._desk.may_enter(account):
            return RedirectResponse(SIGN_IN, 303)
        return self._desk.enter(request, RedirectResponse("/", 303), account)


def test_a_provider_takes_the_place_of_passwords(served):
    signing_in = SigningIn(middleware(served.desk, 1200), routes(served.desk, 20, Provider(served.desk)))
    app = build_app(served.settings, clock=served.clock, signing_in=signing_in)
    browser = TestClient(app, base_url="https://stats.example", follow_redirects=False)
    assert browser.get("/sign-in").headers["location"] == "https://id.example/authorize"
    assert browser.post("/sign-in", data={"login": "reader", "password": "x"}).status_code == 405
    assert browser.get("/sign-in/back?verified=nobody").headers["location"] == "/sign-in"
    assert browser.get("/sign-in/back?verified=reader").headers["location"] == "/"
    assert "song-001" in browser.get("/contents").text
    assert browser.get("/account/readers").status_code == 404
    disable(served.accounts, served.account("reader"))
    assert browser.get("/").status_code == 303
    assert browser.get("/sign-in/back?verified=reader").headers["location"] == "/sign-in"
