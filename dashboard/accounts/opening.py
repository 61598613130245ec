"""The desk of a home, as its settings say where everything is."""

from dashboard.accounts.desk import Desk
from dashboard.settings import DashboardSettings
from pipelines.accounts.opening import Accounts
from pipelines.clock import Clock, seoul_day
from pipelines.home import Home
from pipelines.policy import load_policy
from pipelines.settings import load_settings


def open_desk(settings: DashboardSettings, clock: Clock) -> Desk:
    """Open the accounts under the dashboard's own keyring, and nothing else of the home. Raises as `Accounts.open`."""
    keys = settings.keys or load_settings(home=settings.home).dashboard_key_folder
    policy = load_policy(settings.policy, seoul_day(clock.now()))
    return Desk(Accounts.open(Home(settings.home), keys, policy, clock), clock, settings.is_tls)
