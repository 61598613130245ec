"""Disclosure control of published tables: which rows and measures are hidden so that no person can be found in the rest.

Pure: tables in, mask out. The attack that judges a release shares no code with it.
"""
