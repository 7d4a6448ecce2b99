"""SQLite in the thread that asks, for tests with one caller.

aiosqlite hands each statement to a thread of its own and waits for it: with nobody else there, a third of a history's
time goes into handing over. The same statements reach the same file in the same order; only the thread is left out.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosqlite import core


class _AtOnce:
    """Takes the place of the queue to the thread: what is put into it is done at once."""

    def put_nowait(self, wanted: tuple[Any, Callable[[], Any]]) -> None:
        future, work = wanted
        try:
            result = work()
        except BaseException as error:  # whoever waits for it gets it, as from the thread
            if future is None:
                raise
            future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)


class _NoThread:
    def __init__(self, **_: Any) -> None:
        pass

    def start(self) -> None:
        """Begin nothing."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Let every SQLite connection that is opened meanwhile do its work in the thread of its caller."""
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(core, "SimpleQueue", _AtOnce)
        patching.setattr(core, "Thread", _NoThread)
        yield
