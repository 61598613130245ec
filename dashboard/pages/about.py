"""About the figures: what each one is, why some are not shown, what was corrected, how fresh they are."""

from collections.abc import Mapping
from typing import Any, cast

from dashboard.asking import Asked
from dashboard.pages.corrections import corrections
from dashboard.pages.page import N_, Page
from dashboard.periods import KINDS
from pipelines.policy import Policy
from pipelines.warehouse.semantics import Semantics


def content(asked: Asked) -> Mapping[str, Any]:
    """Return definitions, the rule of suppression, restatements and the state of the release."""
    state = asked.request.app.state
    semantics, policy = cast("Semantics", state.semantics), cast("Policy", state.policy)
    seen = {column for columns in asked.figures.columns.values() for column in columns}
    publication = policy.publication
    return {
        "measures": {name: found for name, found in semantics.measures.items() if name in seen},
        "derived": semantics.derived,
        "threshold": publication.threshold if publication is not None else policy.fewest_people,
        "closes_after": publication.closes_after_days if publication is not None else None,
        "published_at": asked.published.published_at(),
        "newest": {kind: asked.figures.closed.newest_of(kind) for kind in KINDS},
        "corrections": asked.figures.count_of_restatements(),
        "tables": {"restatements": corrections(asked)},
    }


PAGE = Page("about", "/about", N_("About the figures"), "pages/about.html", content)
