"""The policy as typed data, loaded from `policy/`: clauses, datasets, fields and periods; log sources; routes."""

from pipelines.policy.accounts import AccountRules, SessionCookie
from pipelines.policy.clauses import Attestation, Clause, Contact, Processor, Purpose, Role
from pipelines.policy.datasets import Dataset, Field
from pipelines.policy.loading import load_policy, load_policy_file, load_routes, load_sources
from pipelines.policy.models import STATISTICS, NightlyLimits, Policy, Robots
from pipelines.policy.periods import Length, Period
from pipelines.policy.places import EndedWhen, Places
from pipelines.policy.publication import Publication, PublishedTable
from pipelines.policy.routes import OTHER, ContentFrom, Parameter, Route, Routes
from pipelines.policy.sources import Filter, Source, Sources

__all__ = [
    "OTHER",
    "STATISTICS",
    "AccountRules",
    "Attestation",
    "Clause",
    "Contact",
    "ContentFrom",
    "Dataset",
    "EndedWhen",
    "Field",
    "Filter",
    "Length",
    "NightlyLimits",
    "Parameter",
    "Period",
    "Places",
    "Policy",
    "Processor",
    "Publication",
    "PublishedTable",
    "Purpose",
    "Robots",
    "Role",
    "Route",
    "Routes",
    "SessionCookie",
    "Source",
    "Sources",
    "load_policy",
    "load_policy_file",
    "load_routes",
    "load_sources",
]
