"""What is sent as evidence is opened in a process of its own, and shown to the virus scanner where there is one."""

import asyncio
from collections.abc import Sequence

from platforms.errors import Temporary
from platforms.files.child import MOST_BYTES
from platforms.files.inspecting import Inspector
from platforms.files.verdict import Shown
from workflow.evidence import Findings

CLEAN, INFECTED = 0, 1  # what clamdscan, clamscan and most others answer


class Unchecked(Temporary):
    """The scanner did not say whether a file is clean: the file waits, it is neither kept nor refused."""


class Inspection:
    """Looks at files before anything else does; `scanner` is a command that reads one on its standard input."""

    def __init__(
        self, scanner: Sequence[str] = (), scanner_s: float = 60.0, inspector: Inspector | None = None
    ) -> None:
        self._scanner = tuple(scanner)
        self._scanner_s = scanner_s
        self._inspector = inspector or Inspector()

    async def of(self, content: bytes) -> Findings:
        """Return what a file is, or why it is not taken; raises Unchecked."""
        if len(content) > MOST_BYTES:
            return Findings(refused="heavy")
        found = await self._inspector.inspect(content)
        if not found.refused and self._scanner and not await self._is_clean(content):
            return Findings(refused="virus")
        return Findings(found.refused, found.seen, found.media_type, found.look, found.shape, found.facts)

    async def draw(self, content: bytes) -> Shown:
        """Return what a person is shown of a file; raises `platforms.files.inspecting.Unopenable`."""
        return await self._inspector.draw(content)

    async def _is_clean(self, content: bytes) -> bool:
        answer = await scanned(self._scanner, content, self._scanner_s)
        if answer not in (CLEAN, INFECTED):
            raise Unchecked("scanner", f"exit {answer}")
        return answer == CLEAN


async def scanned(command: Sequence[str], content: bytes, waits_s: float) -> int:
    """Return a scanner's exit code; -1 when it cannot be started or does not come to an end."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return -1
    try:
        async with asyncio.timeout(waits_s):
            await process.communicate(content)
    except TimeoutError:
        return -1
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return -1 if process.returncode is None else process.returncode
