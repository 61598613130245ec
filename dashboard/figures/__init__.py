"""What a partner's published file says, as dataclasses: parametrised SQL on one file and nothing else.

A figure that is hidden and one that does not exist are both None, and nothing tells them apart.
"""
