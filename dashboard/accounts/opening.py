"""The accounts of a home, as the dashboard's own settings say where they are: nothing else of the home is opened or made."""

from dashboard.settings import DashboardSettings
from pipelines.accounts.opening import Accounts
from pipelines.clock import Clock, seoul_day
from pipelines.home import Home
from pipelines.policy import load_policy
from pipelines.settings import load_settings


def open_accounts(settings: DashboardSettings, clock: Clock) -> Accounts:
    """Open the accounts under the dashboard's own keyring. Raises as `Accounts.open`."""
    keys = settings.keys or load_settings(home=settings.home).dashboard_key_folder
    policy = load_policy(settings.policy, seoul_day(clock.now()))
    return Accounts.open(Home(settings.home), keys, policy, clock)
