"""Where the dashboard is served: a port that is taken is said before anything begins."""

import socket

import pytest

from dashboard.serving import require_free
from pipelines.errors import UsageError


def test_a_port_that_is_taken_is_told_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1:{port} cannot be served.*--port"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)
