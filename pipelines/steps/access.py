"""Identified data is touched in a role and for a reason, and that is recorded first."""

import getpass
import os
import socket
from collections.abc import Mapping

from pipelines.errors import UsageError
from pipelines.privacy.access_records import Access
from pipelines.steps.workspace import Workspace


def record_access(workspace: Workspace, action: str, *, subjects: tuple[str, ...] = ()) -> Access:
    """Record that the person or job behind this process does `action`, in the role and for the reason of the settings.

    Raises UsageError when the policy has no such role or no reason is given: then nothing may be touched.
    """
    settings = workspace.settings
    if settings.role not in workspace.policy.roles:
        raise UsageError(f"no role {settings.role!r} in the policy; there are {', '.join(workspace.policy.roles)}")
    if not settings.reason.strip():
        raise UsageError("identified data is touched for a reason: give one with --reason or PARTNERSTATS_REASON")
    access = Access(
        accessed_at=workspace.clock.now(),
        handler=handler_of_process(),
        origin=origin_of(os.environ, socket.gethostname()),
        role=settings.role,
        reason=settings.reason.strip(),
        action=action,
        subjects=subjects,
    )
    workspace.access_records.add(access)
    return access


def handler_of_process() -> str:
    """Return the account that this process runs as: its name, or its number where the machine has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def origin_of(environment: Mapping[str, str], host: str) -> str:
    """Return where the handler sits: the client of an SSH session on `host`, else `host` itself."""
    client = environment.get("SSH_CONNECTION", "").split(" ")[0]
    return f"{client} via {host}" if client else host
