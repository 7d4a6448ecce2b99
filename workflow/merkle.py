"""The RFC 6962 Merkle tree over the lines of a log: its root, growing, and proofs. Pure; hashes are 32 bytes."""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256().digest()
WIDTH = 32


def leaf(line: bytes) -> bytes:
    """Return the hash of one line (without its LF)."""
    return hashlib.sha256(b"\x00" + line).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Range:
    """The roots of the complete subtrees of the first `size` leaves, largest first: enough to grow the tree.

    It holds one hash for each bit that is set in `size`, so that extending costs nothing for what is there already.
    """

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if size < 0 or len(peaks) != size.bit_count() or any(len(peak) != WIDTH for peak in peaks):
            raise ValueError("a range has one hash for each bit that is set in its size")
        self.size = size
        self._peaks = list(peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf's hash."""
        self._peaks.append(leaf)
        completed = self.size
        while completed & 1:
            right = self._peaks.pop()
            self._peaks[-1] = node(self._peaks[-1], right)
            completed >>= 1
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree over the leaves so far."""
        if not self._peaks:
            return EMPTY
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node(peak, root)
        return root

    def consistency(self, since: Sequence[bytes]) -> list[bytes]:
        """Prove that this tree is a beginning of the one that goes on with these leaf hashes (RFC 6962 §2.1.2).

        Nothing of what is in the range already has to be read again.
        """
        peaks, start = dict[int, bytes](), 0
        for peak, bit in zip(self._peaks, _bits(self.size), strict=True):
            peaks[start], start = peak, start + bit
        spans = _consistency_spans(self.size, self.size + len(since))
        return [
            peaks[first] if end <= self.size else _root(since[first - self.size : end - self.size])
            for first, end in spans
        ]

    def dump(self) -> str:
        """Return the range as text: `size:` and the hashes in hex."""
        return f"{self.size}:{b''.join(self._peaks).hex()}"

    @classmethod
    def load(cls, text: str) -> "Range":
        """Read what `dump` wrote, or raise ValueError."""
        size, _, peaks = text.partition(":")
        flat = bytes.fromhex(peaks)
        return cls(int(size), [flat[start : start + WIDTH] for start in range(0, len(flat), WIDTH)])


class Tree:
    """All hashes of a tree, level by level, so that many proofs cost one pass over the leaves (64 bytes a leaf)."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            self._levels.append([node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])

    def root(self) -> bytes:
        """Return the root."""
        return self._hash(0, self.size) if self.size else EMPTY

    def inclusion(self, index: int) -> list[bytes]:
        """Prove that the leaf at `index` (from 0) is in the tree (RFC 6962 §2.1.1)."""
        if not 0 <= index < self.size:
            raise ValueError("no such leaf")
        proof, start, end = [], 0, self.size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._hash(middle, end))
                end = middle
            else:
                proof.append(self._hash(start, middle))
                start = middle
        return proof[::-1]

    def consistency(self, old: int) -> list[bytes]:
        """Prove that the tree over the first `old` leaves is a beginning of this one (RFC 6962 §2.1.2)."""
        return [self._hash(start, end) for start, end in _consistency_spans(old, self.size)]

    def _hash(self, start: int, end: int) -> bytes:
        """Return the root over some leaves, as the recursion of RFC 6962 cuts them."""
        width = end - start
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + _split(width)
        return node(self._hash(start, middle), self._hash(middle, end))


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Prove that the leaf at `index` (from 0) is in the tree over these leaf hashes."""
    return Tree(leaves).inclusion(index)


def consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Prove that the tree over the first `old` of these leaf hashes is a beginning of the tree over all."""
    return Tree(leaves).consistency(old)


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root to which an inclusion proof leads, or raise ValueError when it does not fit index and size."""
    if not 0 <= index < size:
        raise ValueError("the index is outside the tree")
    found, place, last, used = leaf, index, size - 1, 0
    while last:
        if place & 1 or place < last:
            found, used = _joined(found, proof, used, left=bool(place & 1)), used + 1
        place, last = place >> 1, last >> 1
    if used != len(proof):
        raise ValueError("the proof is too long")
    return found


def extends(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that the tree of `size` begins with the tree of `old_size`."""
    if not 0 <= old_size <= size:
        return False
    if old_size in (0, size):
        return not proof and old_root == (root if old_size == size else EMPTY)
    try:
        return _both_roots(old_size, old_root, size, proof) == (old_root, root)
    except ValueError:
        return False


def _both_roots(old_size: int, old_root: bytes, size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the roots of the older and the newer tree that follow from a consistency proof (RFC 9162 §2.1.4.2)."""
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    rest = list(proof) if place else [old_root, *proof]
    if not rest:
        raise ValueError("the proof is too short")
    old = new = rest[0]
    used = 1
    while last:
        if place & 1:
            old, new = _joined(old, rest, used, left=True), _joined(new, rest, used, left=True)
            used += 1
        elif place < last:
            new, used = _joined(new, rest, used, left=False), used + 1
        place, last = place >> 1, last >> 1
    if used != len(rest):
        raise ValueError("the proof is too long")
    return old, new


def _joined(found: bytes, proof: Sequence[bytes], used: int, *, left: bool) -> bytes:
    """Join a hash with the next one of a proof, which stands on its `left` or right."""
    if used >= len(proof):
        raise ValueError("the proof is too short")
    return node(proof[used], found) if left else node(found, proof[used])


def _consistency_spans(old: int, size: int) -> list[tuple[int, int]]:
    """Name the subtrees (first leaf, end) whose roots are the consistency proof from `old` to `size`."""
    if not 0 <= old <= size:
        raise ValueError("the older tree is the larger one")
    if old in (0, size):
        return []
    spans, start, end = list[tuple[int, int]](), 0, size
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return [(start, end), *spans[::-1]] if start else spans[::-1]


def _bits(size: int) -> list[int]:
    """Return the powers of two that a size is the sum of, largest first."""
    return [1 << place for place in range(size.bit_length() - 1, -1, -1) if size >> place & 1]


def _root(leaves: Sequence[bytes]) -> bytes:
    tree = Range()
    for each in leaves:
        tree.append(each)
    return tree.root()


def _split(width: int) -> int:
    """Return the largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1
