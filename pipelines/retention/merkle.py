"""The Merkle tree of RFC 6962, section 2.1, over SHA-256: root, audit paths, consistency proofs, and their verification.

A leaf is hashed with a byte 0 before it, two nodes with a byte 1 before them, so that no node passes for a leaf. Leaves are
counted from 0. All functions are pure; hashes are 32 bytes. It is written by hand because the well-kept libraries are
clients of a transparency log, not the hundred lines of its arithmetic.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Range = tuple[int, int]
"""The leaves below a node: from the first up to, not including, the second number."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of an entry's bytes as a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """As much of a tree as adding to it needs: how many leaves, and the roots of its complete subtrees from the left."""

    size: int = 0
    peaks: tuple[tuple[int, bytes], ...] = ()
    """Each complete subtree's number of leaves and its root; the numbers fall from left to right."""

    def grown(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one more leaf, given by its hash."""
        peaks, size, node = list(self.peaks), 1, leaf
        while peaks and peaks[-1][0] == size:
            _, left = peaks.pop()
            node, size = node_hash(left, node), size * 2
        return Frontier(self.size + 1, (*peaks, (size, node)))

    def root(self) -> bytes:
        """Return the Merkle tree hash."""
        if not self.peaks:
            return EMPTY_ROOT
        node = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            node = node_hash(left, node)
        return node


class Tree:
    """A tree over leaf hashes; nodes are computed once and remembered."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Take the hashes of the leaves in order."""
        self._leaves = tuple(leaves)
        self._nodes: dict[Range, bytes] = {}

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._leaves)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves, by default over all."""
        size = self.size if size is None else size
        _require(0 <= size <= self.size)
        return self._node(0, size) if size else EMPTY_ROOT

    def audit_path(self, leaf: int, size: int | None = None) -> list[bytes]:
        """Return the nodes that lead from a leaf to the root over the first `size` leaves (section 2.1.1)."""
        size = self.size if size is None else size
        _require(0 <= leaf < size <= self.size)
        return [self._node(*beside) for beside in path_ranges(leaf, size)]

    def consistency_proof(self, first: int, second: int | None = None) -> list[bytes]:
        """Return what shows that the first `first` leaves begin the first `second` ones (section 2.1.2)."""
        second = self.size if second is None else second
        _require(0 < first <= second <= self.size)
        return [self._node(*nodes) for nodes in _consistency_ranges(first, 0, second, is_whole=True)]

    def _node(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return self._leaves[start]
        if (start, end) not in self._nodes:
            middle = start + _split(end - start)
            self._nodes[start, end] = node_hash(self._node(start, middle), self._node(middle, end))
        return self._nodes[start, end]


def path_ranges(leaf: int, size: int) -> list[Range]:
    """Return which leaves lie below each node of a leaf's audit path, in the path's order."""
    _require(0 <= leaf < size)
    start, end, found = 0, size, list[Range]()
    while end - start > 1:
        middle = start + _split(end - start)
        if leaf < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether `path` shows that `leaf` (a hash) is number `index` of the `size` leaves under `root`."""
    return is_range_included([leaf], index, size, path, path, root)


def is_range_included(
    leaves: Sequence[bytes], first: int, size: int, first_path: Sequence[bytes], last_path: Sequence[bytes], root: bytes
) -> bool:
    """Say whether `leaves` (hashes) are those from number `first` on of the `size` leaves under `root`.

    Two audit paths suffice for any number of neighbours: that of the first holds all nodes left of them, that of the last all
    nodes to the right; what lies between follows from the leaves.
    """
    last = first + len(leaves) - 1
    if not leaves or first < 0 or last >= size:
        return False
    ranges = path_ranges(first, size), path_ranges(last, size)
    if [len(found) for found in ranges] != [len(first_path), len(last_path)]:
        return False
    given = [*zip(ranges[0], first_path, strict=True), *zip(ranges[1], last_path, strict=True)]
    known = {(first + number, first + number + 1): leaf for number, leaf in enumerate(leaves)}
    known |= {node: value for node, value in given if node[1] <= first or node[0] > last}
    computed = _computed(known, 0, size)
    return computed[0, size] == root and all(computed.get(node) == value for node, value in given)


def is_consistent(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether `proof` shows that the tree of `first` leaves begins the tree of `second` leaves."""
    if not 0 < first <= second:
        return False
    if first == second:
        return first_root == second_root and not proof
    ranges = _consistency_ranges(first, 0, second, is_whole=True)
    if len(ranges) != len(proof):
        return False
    known = dict(zip(ranges, proof, strict=True))
    if first & (first - 1) == 0:
        known[0, first] = first_root
    return _folded(known, 0, first) == first_root and _folded(known, 0, second) == second_root


def _require(is_valid: bool) -> None:
    if not is_valid:
        raise ValueError("no such leaf or size in this tree")


def _split(size: int) -> int:
    """Return the largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _consistency_ranges(first: int, start: int, end: int, *, is_whole: bool) -> list[Range]:
    """Return the nodes of SUBPROOF(first, D[start:end], is_whole), in its order."""
    if first == end - start:
        return [] if is_whole else [(start, end)]
    middle = start + _split(end - start)
    if first <= middle - start:
        return [*_consistency_ranges(first, start, middle, is_whole=is_whole), (middle, end)]
    return [*_consistency_ranges(first - (middle - start), middle, end, is_whole=False), (start, middle)]


def _computed(known: Mapping[Range, bytes], start: int, end: int) -> dict[Range, bytes]:
    """Return every node from `start` to `end` that follows from the `known` ones."""
    if (start, end) in known:
        return {(start, end): known[start, end]}
    middle = start + _split(end - start)
    below = _computed(known, start, middle) | _computed(known, middle, end)
    return {**below, (start, end): node_hash(below[start, middle], below[middle, end])}


def _folded(known: Mapping[Range, bytes], start: int, end: int) -> bytes:
    if (start, end) in known:
        return known[start, end]
    middle = start + _split(end - start)
    return node_hash(_folded(known, start, middle), _folded(known, middle, end))
