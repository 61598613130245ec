"""What a text in an event may be: a word of the policy, the routes or a closed vocabulary, or a value of a narrow shape.

Whatever else stands there is counted, column by column over its distinct values; the values themselves go nowhere.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.privacy.methods import KNOWN_METHODS, OTHER_METHOD
from pipelines.privacy.user_agents import user_agent_reducer
from pipelines.steps.workspace import Workspace

SHAPES: Mapping[str, str] = {
    "source": "[a-z0-9][a-z0-9_-]*",
    "content_id": "[A-Za-z0-9_-]{1,64}",
    # A host name; one whose last label is a number would be an address.
    "referrer_host": r"[a-z0-9_.-]{0,252}[a-z0-9_]",
}
_NUMERIC_LAST_LABEL = r"(.*\.)?([0-9]+|0x[0-9a-f]*)"
DEVICE_CLASSES = ("desktop", "mobile", "tablet", "bot", "other")


def vocabularies(workspace: Workspace) -> dict[str, list[str]]:
    """Return the only words each of these columns may have; of `route_parameters`, the words between its `&`."""
    agents, routes = user_agent_reducer(), workspace.routes
    declared = workspace.policy.dataset("events").fields
    return {
        "method": sorted({*KNOWN_METHODS, OTHER_METHOD}),
        "route": list(routes.names),
        "feature": list(routes.features),
        "route_parameters": sorted(
            f"{name}={value}"
            for route in routes.routes
            for name, parameter in route.parameters.items()
            for value in parameter.values
        ),
        "browser": sorted(agents.browsers),
        "os": sorted(agents.systems),
        "device_class": list(DEVICE_CLASSES),
        "member_type": list(declared["member_type"].values),
    }


def unreduced_texts(relation: str, words: Mapping[str, list[str]]) -> tuple[str, dict[str, Any]]:
    """Return an SQL expression that counts texts of `relation` that are not reduced, and its parameters."""
    allowed = {name: f"list_contains($words_{name}::VARCHAR[], value)" for name in words}
    allowed["route_parameters"] = "list_has_all($words_route_parameters::VARCHAR[], string_split(value, '&'))"
    allowed |= {name: f"regexp_full_match(value, '{shape}')" for name, shape in SHAPES.items()}
    allowed["referrer_host"] += f" AND NOT regexp_full_match(value, '{_NUMERIC_LAST_LABEL}')"
    counts = [
        f"(SELECT coalesce(sum(events), 0) FROM (SELECT {name} AS value, count(*) AS events FROM {relation} GROUP BY ALL) "  # noqa: S608
        f"WHERE value IS NOT NULL AND NOT ({condition}))"
        for name, condition in allowed.items()
    ]
    return f"({' + '.join(counts)})", {f"words_{name}": given for name, given in words.items()}
