"""One module a page: what it shows of a partner's figures, as tables and words. Templates say how it looks."""
