"""`python -m dashboard`: the server alone, for a process that may see no more of a home than it serves (docs/security.md).

Settings come from PARTNERSTATS_DASHBOARD_*. It opens `published/`, `accounts/`, `dashboard/` and its own keyring.
"""

import sys

from dashboard.accounts.opening import open_accounts
from dashboard.serving import serve
from dashboard.settings import load_dashboard_settings
from pipelines.clock import SystemClock
from pipelines.errors import PartnerstatsError


def main() -> int:
    """Serve until SIGTERM; an error is one sentence, and its exit code."""
    try:
        settings = load_dashboard_settings()
        serve(settings, open_accounts(settings, SystemClock()))
    except PartnerstatsError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
