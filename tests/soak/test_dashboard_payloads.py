"""Every stored attack string through every parameter of the dashboard (about half an hour).

PARTNERSTATS_SOAK_EVERY=10 takes one string in ten, PARTNERSTATS_SOAK_FROM=3 the fourth of each ten.
"""

import os
import sys
from collections import defaultdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "dashboard"))

from dashboard_sample import write_release
from payloads import Attacks, Place, payloads, places

pytestmark = pytest.mark.soak


def test_no_string_in_any_parameter_has_an_effect_a_trace_or_an_echo(tmp_path, real_data, repository, monkeypatch):
    """A parameter that several pages read meets each string on one of them, in turn."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)
    write_release(tmp_path / "sample")
    attacks = Attacks.on(tmp_path, tmp_path / "sample", repository)
    by_parameter: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in places(attacks.house):
        by_parameter[place.how, place.name or place.path].append(place)
    every, begin = (
        int(os.environ.get(f"PARTNERSTATS_SOAK_{name}", given)) for name, given in (("EVERY", 1), ("FROM", 0))
    )
    before, found = attacks.state(), payloads(real_data)[begin::every]
    for number, text in enumerate(found):
        for of_parameter in by_parameter.values():
            attacks.send(of_parameter[number % len(of_parameter)], text)
    assert attacks.faults == []
    assert attacks.state() == before
    assert attacks.sent == len(found) * len(by_parameter)
    print(f"{len(found):,} strings, {len(by_parameter)} parameters, {attacks.sent:,} requests")  # noqa: T201 -- the evidence
