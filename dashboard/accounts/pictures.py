"""The picture of an address that a phone's camera reads (QR code, ISO/IEC 18004), as an image that stands in the page itself."""

import segno

_QUIET_ZONE = 4
"""Modules of white around it, which the standard asks for: it stays readable on a dark page."""


def picture_of(address: str) -> str:
    """Return the picture as a data URI of an SVG image; nothing of it is kept."""
    code = segno.make_qr(address, error="m")
    return code.svg_data_uri(scale=5, border=_QUIET_ZONE, dark="#000", light="#fff")
