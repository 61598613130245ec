"""Signing in and out, passwords, a person's own account, a partner's readers and programs, and the privacy officer's page."""
