"""The tree is the one of RFC 6962: its vectors hold, its proofs prove, and none survives a flipped byte."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.retention.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    is_consistent,
    is_included,
    is_range_included,
    leaf_hash,
    node_hash,
)

SIZES = range(1, 14)


@pytest.fixture(scope="module")
def vectors(real_data: Path) -> dict:
    """The shared vectors: eight leaves, and the root over each number of them."""
    found = json.loads((real_data / "crypto-vectors" / "rfc6962_merkle.json").read_text("utf-8"))
    assert len(found["root_by_size"]) == len(found["leaf_inputs_hex"]) + 1 == 9
    return found


@pytest.fixture(scope="module")
def vector_tree(vectors: dict) -> Tree:
    return Tree(leaf_hash(bytes.fromhex(leaf)) for leaf in vectors["leaf_inputs_hex"])


def tree_of(size: int) -> Tree:
    return Tree(leaf_hash(str(number).encode()) for number in range(size))


def flips(nodes: list[bytes]) -> list[list[bytes]]:
    """Return the proof once per node and byte, with one bit of that byte flipped."""
    return [
        [*nodes[:place], node[:byte] + bytes([node[byte] ^ 1]) + node[byte + 1 :], *nodes[place + 1 :]]
        for place, node in enumerate(nodes)
        for byte in range(len(node))
    ]


@pytest.mark.parametrize("size", range(9))
def test_the_root_over_each_number_of_leaves_is_the_shared_vectors(vectors, vector_tree, size):
    expected = bytes.fromhex(vectors["root_by_size"][size])
    frontier = Frontier()
    for leaf in vectors["leaf_inputs_hex"][:size]:
        frontier = frontier.grown(leaf_hash(bytes.fromhex(leaf)))
    assert vector_tree.root(size) == frontier.root() == expected
    changed = [bytes.fromhex(leaf) for leaf in vectors["leaf_inputs_hex"][:size]]
    for number, leaf in enumerate(changed):
        twin = [*changed[:number], leaf + b"\x00", *changed[number + 1 :]]
        assert Tree(map(leaf_hash, twin)).root() != expected


def test_a_tree_without_leaves_has_the_digest_of_nothing():
    assert Tree([]).root() == Frontier().root() == EMPTY_ROOT


@pytest.mark.parametrize(
    ("leaf", "path"),
    [(0, "b h l"), (3, "c g l"), (4, "f j k"), (6, "i k")],
)
def test_the_audit_paths_of_the_rfcs_seven_leaves_are_those_it_prints(leaf, path):
    nodes = _nodes_of_the_rfc()
    assert tree_of(7).audit_path(leaf) == [nodes[name] for name in path.split()]


@pytest.mark.parametrize(("first", "proof"), [(3, "c d g l"), (4, "l"), (6, "i j k")])
def test_the_consistency_proofs_of_the_rfcs_seven_leaves_are_those_it_prints(first, proof):
    nodes = _nodes_of_the_rfc()
    assert tree_of(7).consistency_proof(first) == [nodes[name] for name in proof.split()]


def _nodes_of_the_rfc() -> dict[str, bytes]:
    """The nodes of the figure in section 2.1.3, by the RFC's letters."""
    a, b, c, d, e, f, j = (leaf_hash(str(number).encode()) for number in range(7))
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, last = node_hash(g, h), node_hash(i, j)
    # The RFC's path of leaf 0 is [b, h, l] and that of leaf 4 is [f, j, k].
    return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f, "g": g, "h": h, "i": i, "j": j, "k": k, "l": last}


def test_every_inclusion_in_the_shared_vectors_is_proved_and_none_with_a_flipped_byte(vectors, vector_tree):
    for size in range(1, 9):
        root = bytes.fromhex(vectors["root_by_size"][size])
        for number, leaf in enumerate(vectors["leaf_inputs_hex"][:size]):
            hashed, path = leaf_hash(bytes.fromhex(leaf)), vector_tree.audit_path(number, size)
            assert is_included(hashed, number, size, path, root)
            assert not any(is_included(hashed, number, size, twin, root) for twin in flips(path))
            assert not any(is_included(twin, number, size, path, root) for [twin] in flips([hashed]))
            assert not any(is_included(hashed, number, size, path, twin) for [twin] in flips([root]))


def test_every_consistency_in_the_shared_vectors_is_proved_and_none_with_a_flipped_byte(vectors, vector_tree):
    roots = [bytes.fromhex(root) for root in vectors["root_by_size"]]
    for second in range(1, 9):
        for first in range(1, second + 1):
            proof = vector_tree.consistency_proof(first, second)
            assert is_consistent(first, roots[first], second, roots[second], proof)
            assert not any(is_consistent(first, roots[first], second, roots[second], twin) for twin in flips(proof))
            for twin in flips([roots[first]]):
                assert not is_consistent(first, twin[0], second, roots[second], proof)
            for twin in flips([roots[second]]):
                assert not is_consistent(first, roots[first], second, twin[0], proof)


@given(data=st.data(), size=st.integers(1, 70))
def test_a_leaf_is_proved_at_its_own_place_only(data, size):
    tree, number = tree_of(size), data.draw(st.integers(0, size - 1))
    path, leaf = tree.audit_path(number), leaf_hash(str(number).encode())
    places = [place for place in range(size) if is_included(leaf, place, size, path, tree.root())]
    assert places == [number]
    assert not is_included(leaf, number, size, [*path, leaf], tree.root())
    assert not path or not is_included(leaf, number, size, path[:-1], tree.root())


@given(data=st.data(), second=st.integers(1, 70))
def test_a_tree_that_grew_is_consistent_and_one_that_was_rewritten_is_not(data, second):
    first = data.draw(st.integers(1, second))
    tree = tree_of(second)
    proof = tree.consistency_proof(first)
    assert is_consistent(first, tree.root(first), second, tree.root(), proof)
    changed = data.draw(st.integers(0, first - 1))
    leaves = [leaf_hash(b"changed" if number == changed else str(number).encode()) for number in range(second)]
    assert not is_consistent(
        first, tree.root(first), second, Tree(leaves).root(), Tree(leaves).consistency_proof(first)
    )


@given(size=st.integers(0, 200))
def test_growing_leaf_by_leaf_gives_the_root_of_the_whole(size):
    frontier = Frontier()
    for number in range(size):
        frontier = frontier.grown(leaf_hash(str(number).encode()))
    assert frontier.size == size
    assert frontier.root() == tree_of(size).root()


@pytest.mark.parametrize("size", SIZES)
def test_two_audit_paths_prove_all_neighbours_between_and_no_flipped_byte_passes(size):
    tree = tree_of(size)
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    for first in range(size):
        for last in range(first, size):
            run, paths = leaves[first : last + 1], (tree.audit_path(first), tree.audit_path(last))
            assert is_range_included(run, first, size, *paths, tree.root())
            twins = [(leaf, *paths) for leaf in flips(run)[::7]]
            twins += [(run, path, paths[1]) for path in flips(paths[0])[::7]]
            twins += [(run, paths[0], path) for path in flips(paths[1])[::7]]
            assert not any(is_range_included(twin, first, size, *path, tree.root()) for twin, *path in twins)
            assert last == size - 1 or not is_range_included(run, first + 1, size, *paths, tree.root())


def test_nothing_is_proved_of_no_leaf_or_of_one_outside_the_tree():
    tree = tree_of(5)
    assert not is_range_included([], 0, 5, [], [], tree.root())
    assert not is_included(leaf_hash(b"4"), 5, 5, tree.audit_path(4), tree.root())
    assert not is_included(leaf_hash(b"4"), -1, 5, tree.audit_path(4), tree.root())
    assert not is_consistent(0, EMPTY_ROOT, 5, tree.root(), [])
    assert not is_consistent(6, tree.root(), 5, tree.root(), [])
    for wrong in (lambda: tree.audit_path(5), lambda: tree.root(6), lambda: tree.consistency_proof(0)):
        with pytest.raises(ValueError, match="no such leaf"):
            wrong()


def test_a_node_never_passes_for_a_leaf():
    left, right = leaf_hash(b"0"), leaf_hash(b"1")
    assert leaf_hash(left + right) != node_hash(left, right)
