"""Where a handler sits, as access records tell it."""

from pipelines.steps.access import origin_of


def test_a_handler_sits_at_the_host_or_at_the_client_of_its_ssh_session():
    assert origin_of({}, "host-1") == "host-1"
    assert origin_of({"SSH_CONNECTION": "192.0.2.4 50000 192.0.2.9 22"}, "host-1") == "192.0.2.4 via host-1"
