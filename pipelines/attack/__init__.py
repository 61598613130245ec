"""The attack: what an adversary who has read every release can work out, asked before the next release goes out.

It shares nothing with the package that decides what is hidden, so that one mistake cannot sit in both.
"""

from pipelines.attack.findings import Findings, Leak, Verdict, Work
from pipelines.attack.history import Before, Standing
from pipelines.attack.nesting import composed_pairs
from pipelines.attack.relations import Kind, Relation, Relations
from pipelines.attack.rule import with_rule
from pipelines.attack.running import attack
from pipelines.attack.view import View

__all__ = [
    "Before",
    "Findings",
    "Kind",
    "Leak",
    "Relation",
    "Relations",
    "Standing",
    "Verdict",
    "View",
    "Work",
    "attack",
    "composed_pairs",
    "with_rule",
]
