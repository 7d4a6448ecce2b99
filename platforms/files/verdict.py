"""What an inspection says of a file: what it is, or why it is not taken; plain values that cross a process boundary."""

import json
from dataclasses import asdict, dataclass


class Refuse(Exception):
    """The file is not taken: `code` is stable, `seen` names what was found."""

    def __init__(self, code: str, seen: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.seen = seen


@dataclass(frozen=True)
class Verdict:
    """What was found; with `refused` nothing else counts but `seen`.

    `look` is the picture's perceptual hash in hex, `shape` 1000 × width / height; `facts` are counts and yes or no,
    never words of the file.
    """

    refused: str = ""
    seen: str = ""
    media_type: str = ""
    look: str = ""
    shape: int = 0
    facts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Shown:
    """What a person is shown instead of the file: `picture` is a JPEG drawn anew, `lines` are label and value."""

    picture: bytes = b""
    lines: tuple[tuple[str, str], ...] = ()
    text: str = ""


def packed(value: Verdict | Shown) -> bytes:
    """Return a value as one JSON line, and the bytes of its picture behind it."""
    fields = asdict(value)
    picture = bytes(fields.pop("picture", b""))
    return json.dumps(fields, ensure_ascii=True).encode() + b"\n" + picture


def verdict_in(answer: bytes) -> Verdict:
    """Read a packed Verdict; raises ValueError or TypeError for anything else."""
    fields = json.loads(answer.partition(b"\n")[0])
    fields["facts"] = tuple((str(name), int(count)) for name, count in fields["facts"])
    return Verdict(**fields)


def shown_in(answer: bytes) -> Shown:
    """Read a packed Shown; raises ValueError or TypeError for anything else."""
    line, _, picture = answer.partition(b"\n")
    fields = json.loads(line)
    return Shown(picture, tuple((str(label), str(value)) for label, value in fields["lines"]), str(fields["text"]))
