"""Keyring, pseudonyms, field rules and the reduction of log fields."""
