"""Walks a file's layers, derives what its text hides, and shows everything to a visitor in blocks."""

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from pipelines.retention.scanning.decoding import DEEPEST, Decoder
from pipelines.retention.scanning.layers import Form, Layer, UnreadableError
from pipelines.retention.scanning.rows import BATCH_ROWS
from pipelines.retention.scanning.streams import blocks
from pipelines.retention.scanning.texts import Derived, Texts


class Visitor(Protocol):
    """Looks at what a file says."""

    def block(self, layer: Layer, block: bytes) -> None:
        """Look at some whole lines of a layer of content or values."""
        ...

    def rows(self, layer: Layer, rows: list[bytes]) -> None:
        """Look at some rows of a layer of rows."""
        ...


def traverse(decoder: Decoder, visitor: Visitor) -> None:
    """Show every layer of the decoder's file to `visitor`. Raises UnreadableError, OSError."""
    for layer in decoder.layers():
        _show(decoder, layer, visitor)


def _show(decoder: Decoder, layer: Layer, visitor: Visitor) -> None:
    if layer.depth > 2 * DEEPEST:
        raise UnreadableError("what it holds is nested too deeply")
    if layer.form is Form.ROWS:
        while rows := list(islice(layer.pieces, BATCH_ROWS)):
            visitor.rows(layer, rows)
        return
    texts = Texts()
    for block in blocks(layer.pieces):
        visitor.block(layer, block)
        _deeper(decoder, layer, texts.derived(block), visitor)
    _deeper(decoder, layer, texts.end(), visitor)


def _deeper(decoder: Decoder, layer: Layer, found: Iterator[Derived], visitor: Visitor) -> None:
    for how, form, pieces in found:
        above = f"{layer.how} > {how}"
        if form is Form.CONTENT:
            for inner in decoder.content(iter(pieces), f"{above} > ", layer.depth + 1):
                _show(decoder, inner, visitor)
        else:
            _show(decoder, Layer(above, form, iter(pieces), layer.depth + 1), visitor)
