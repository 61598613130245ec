"""The steps of a night, each one function over a `Workspace`; they compose the domain packages and know no orchestrator."""
