"""How large a picture becomes when a viewer opens it, read from its head alone: nothing here decodes one (T18)."""

MOST_PIXELS = 60_000_000  # what phones usually take has 50 million at most; a viewer needs four bytes for each
_PNG_HEAD = b"IHDR"
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the SOF markers, ITU-T T.81 table B.1
_JPEG_BARE = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a length


def pixels(content: bytes) -> int:
    """Return how many pixels a PNG or JPEG says it has; 0 where the head says nothing, as no viewer opens such."""
    if content[12:16] == _PNG_HEAD:
        return int.from_bytes(content[16:20], "big") * int.from_bytes(content[20:24], "big")
    return _jpeg(content) if content.startswith(b"\xff\xd8") else 0


def _jpeg(content: bytes) -> int:
    """Return the largest frame among the segments before the picture's data."""
    largest, place = 0, 2
    while place + 9 <= len(content) and content[place] == 0xFF and content[place + 1] != 0xDA:
        marker = content[place + 1]
        if marker in _JPEG_SIZES:
            high, wide = content[place + 5 : place + 7], content[place + 7 : place + 9]
            largest = max(largest, int.from_bytes(high, "big") * int.from_bytes(wide, "big"))
        place += _length(content, place, marker)
    return largest


def _length(content: bytes, place: int, marker: int) -> int:
    """Return how far the next marker is; filling bytes and bare markers have no length of their own."""
    if marker == 0xFF:
        return 1
    return 2 if marker in _JPEG_BARE else 2 + max(2, int.from_bytes(content[place + 2 : place + 4], "big"))
