"""Retention: what is kept, due, kept too long or gone too early, what is destroyed, and the proof of it."""
