"""A program that another one looks after ends when that one is gone, however it went."""

import asyncio
import os
from collections.abc import Callable

STDIN = 0


def end_with_stdin(stop: Callable[[], None]) -> None:
    """Call `stop` once standard input ends: whoever started us held the other end and is no more.

    The kernel closes it also for a process that was killed, which no signal handler of theirs could do.
    """
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not _ended(STDIN):
            return
        loop.remove_reader(STDIN)
        stop()

    loop.add_reader(STDIN, readable)


def _ended(descriptor: int) -> bool:
    try:
        return os.read(descriptor, 4096) == b""
    except OSError:
        return True
