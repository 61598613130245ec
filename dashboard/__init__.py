"""The partners' web application: pages, exports and an interface for programs over one partner's published file at a time.

It reads `published/` and no other data of a home: no vault, events or warehouse. Nothing of the pipelines imports it but the
commands that start it.
"""
