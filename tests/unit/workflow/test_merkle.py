"""The tree is that of RFC 6962: its published roots and proofs, and no proof holds for anything else."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import merkle
from workflow.merkle import Range, Tree, consistency, extends, inclusion, leaf, node, root_by_inclusion

LINES = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243")]
LINES += [bytes.fromhex("5051525354555657"), bytes.fromhex("606162636465666768696a6b6c6d6e6f")]
ROOTS = [  # of the first 1 to 8 of these leaves, as Certificate Transparency publishes them
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf(line) for line in LINES]
SIZES = st.integers(1, 70)


def defined(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962 §2.1 defines it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node(defined(leaves[:middle]), defined(leaves[middle:]))


def some(size: int) -> list[bytes]:
    return [leaf(str(number).encode()) for number in range(size)]


def grown(leaves: list[bytes]) -> Range:
    tree = Range()
    for each in leaves:
        tree.append(each)
    return tree


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots_come_out(size: int) -> None:
    assert grown(LEAVES[:size]).root().hex() == Tree(LEAVES[:size]).root().hex() == ROOTS[size - 1]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert Range().root() == Tree([]).root() == hashlib.sha256(b"").digest()


def test_the_published_proofs_come_out() -> None:
    assert [each.hex() for each in inclusion(LEAVES, 0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [each.hex() for each in consistency(LEAVES, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.integers(0, 300))
def test_growing_gives_the_defined_root_and_survives_being_written_down(size: int) -> None:
    tree = Range.load(grown(some(size)).dump())
    assert (tree.size, tree.root()) == (size, defined(some(size)))
    tree.append(leaf(b"next"))
    assert tree.root() == defined([*some(size), leaf(b"next")])


@pytest.mark.parametrize("text", ["", "1", "1:", "2:00", "-1:", "x:", "1:zz", "3:" + "00" * 32, "0:" + "00" * 32])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Range.load(text)


@given(SIZES, st.data())
def test_every_leaf_is_proved_and_nothing_else_is(size: int, data: st.DataObject) -> None:
    leaves, index = some(size), data.draw(st.integers(0, size - 1))
    proof, root = inclusion(leaves, index), defined(leaves)
    assert root_by_inclusion(leaves[index], index, size, proof) == root
    assert not leads(leaf(b"other"), index, size, proof, root)
    other = data.draw(st.integers(-2, size + 2))
    assert leads(leaves[index], other, size, proof, root) == (other == index)
    assert not leads(leaves[index], index, size, [*proof, bytes(32)], root)
    if proof:
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        assert not leads(leaves[index], index, size, flipped(proof, place, bit), root)
        assert not leads(leaves[index], index, size, proof[:-1], root)


def leads(leaf_: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    try:
        return root_by_inclusion(leaf_, index, size, proof) == root
    except ValueError:
        return False


def flipped(proof: list[bytes], place: int, bit: int) -> list[bytes]:
    changed = bytearray(proof[place])
    changed[bit // 8] ^= 1 << bit % 8
    return [*proof[:place], bytes(changed), *proof[place + 1 :]]


@given(SIZES, st.data())
def test_every_beginning_is_proved_and_nothing_else_is(size: int, data: st.DataObject) -> None:
    leaves, old = some(size), data.draw(st.integers(0, size))
    proof, root, old_root = consistency(leaves, old), defined(leaves), defined(leaves[:old])
    assert extends(old, old_root, size, root, proof)
    other = data.draw(st.integers(-2, size + 2))
    assert not extends(other, old_root, size, root, proof) or other == old
    assert not extends(old, leaf(b"x"), size, root, proof)
    assert not extends(old, old_root, size, leaf(b"x"), proof) or old == 0
    assert not extends(old, old_root, size, root, [*proof, bytes(32)])
    if proof:
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        assert not extends(old, old_root, size, root, flipped(proof, place, bit))
        assert not extends(old, old_root, size, root, proof[:-1])


def test_a_changed_beginning_cannot_be_proved() -> None:
    changed = [leaf(b"changed"), *some(40)[1:]]
    for old in range(1, 40):
        for size in range(old, 41):
            proof = consistency(changed[:size], old)
            assert not extends(old, defined(some(old)), size, defined(changed[:size]), proof)


def test_there_is_no_proof_of_what_is_not_there() -> None:
    with pytest.raises(ValueError):
        inclusion(some(3), 3)
    with pytest.raises(ValueError):
        consistency(some(3), 4)
    with pytest.raises(ValueError):
        root_by_inclusion(merkle.EMPTY, 0, 0, [])


@given(SIZES, st.data())
def test_a_range_proves_its_growth_without_the_leaves_that_it_holds(size: int, data: st.DataObject) -> None:
    leaves, old = some(size), data.draw(st.integers(0, size))
    left = merkle.Range()
    for each in leaves[:old]:
        left.append(each)
    assert merkle.Range.load(left.dump()).consistency(leaves[old:]) == consistency(leaves, old)
