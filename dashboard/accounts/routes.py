"""The routes of accounts, in one list."""

from starlette.routing import BaseRoute

from dashboard.accounts.administration import Administration
from dashboard.accounts.desk import Desk
from dashboard.accounts.entering import Entering
from dashboard.accounts.factor import OwnFactor
from dashboard.accounts.officer import Officer
from dashboard.accounts.own import OwnAccount
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.sign_in import LocalSignIn, SignIn
from dashboard.security.rates import Rates


def routes(desk: Desk, sign_ins_per_minute: int, sign_in: SignIn | None = None) -> list[BaseRoute]:
    """Return every route of accounts; `sign_in` is the way to be known, accounts of this house if not given."""
    entering = Entering(desk, Rates(sign_ins_per_minute, 60), Rates(sign_ins_per_minute, 60))
    way = sign_in or LocalSignIn(entering)
    rooms = (Passwords(entering), OwnAccount(desk), OwnFactor(desk), Administration(desk), Officer(desk))
    return [*way.routes(), *(route for room in rooms for route in room.routes())]
