"""A member's rights and what limits them: find, erase, withdraw, tombstones, holds."""
