"""The process in which a stranger's file is opened: it gets the bytes on its standard input and can open nothing else.

`python -m platforms.files.child inspect|draw`; the limits stand before the first byte is decoded.
"""

import importlib
import resource
import sys

from platforms.files import kinds
from platforms.files.verdict import Refuse, Shown, Verdict, packed

MOST_MEMORY = 1 << 30
MOST_SECONDS = 15  # of processor time
MOST_BYTES = 32 << 20  # of a file


def main() -> None:
    """Read the file, shut everything off, look, answer on standard output."""
    content = sys.stdin.buffer.read(MOST_BYTES)
    kind = kinds.media_type(content)
    libraries = {kinds.PDF: "platforms.files.pdfs", kinds.MAIL: "platforms.files.mails"}
    module = importlib.import_module(libraries.get(kind, "platforms.files.pictures"))
    shut_off()
    answer = _answer(content, kind, module, sys.argv[1])
    sys.stdout.buffer.write(packed(answer))


def shut_off() -> None:
    """Allow no file, no socket, no process, no core, and only so much memory and time from here on."""
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_NOFILE, 3),  # those that are open
    ):
        resource.setrlimit(limit, (most, most))


def _answer(content: bytes, kind: str, module: object, task: str) -> Verdict | Shown:
    try:
        if not kind:
            raise Refuse("kind", kinds.named(content))
        given = (content, kind) if kind in kinds.PICTURES else (content,)
        answer: Verdict | Shown = getattr(module, task)(*given)
    except Refuse as refused:
        return Verdict(refused.code, refused.seen)
    except (MemoryError, RecursionError):
        return Verdict("heavy")
    return answer


if __name__ == "__main__":
    main()
