"""Figures for spreadsheets and programs: tables of pages, the published tables, and the interface for programs.

Everything is read from the same file as the pages, by the same queries, or row by row as it was published.
"""
