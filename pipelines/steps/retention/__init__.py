"""Retention over a workspace: what stands where in its period, what is destroyed, and the proof that it is."""
