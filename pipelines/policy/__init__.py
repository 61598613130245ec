"""The policy as typed data, loaded from `policy/`."""
