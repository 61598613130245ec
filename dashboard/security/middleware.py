"""The layers around the application, from the outside in."""

from starlette.middleware import Middleware

from dashboard.accounts.desk import Desk
from dashboard.security.forms import Forms
from dashboard.security.guard import Guard
from dashboard.security.headers import Headers
from dashboard.security.rates import Rates
from dashboard.security.viewing import Viewing


def middleware(desk: Desk, requests_per_minute: int) -> list[Middleware]:
    """Return the layers: headers on every answer, log and failures, whose a request is, what it may send."""
    requests = Rates(requests_per_minute, 60)
    return [
        Middleware(Headers, is_tls=desk.is_tls),
        Middleware(Guard),
        Middleware(Viewing, desk=desk, requests=requests),
        Middleware(Forms),
    ]
