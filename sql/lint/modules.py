"""What sqlfluff sees as dbt's `modules`."""

import datetime

__all__ = ["datetime"]
