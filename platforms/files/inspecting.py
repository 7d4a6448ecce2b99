"""Opens strangers' files in a process of their own: whatever such a file does, it does it there, and not for long."""

import asyncio
import os
import sys
from pathlib import Path

from platforms.files.verdict import Shown, Verdict, shown_in, verdict_in

ROOT = Path(__file__).parents[2]
WAITS_S = 30.0
MOST_ANSWER = 16 << 20


class Unopenable(Exception):
    """A file that was taken cannot be drawn any more: `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.refused)
        self.verdict = verdict


class Inspector:
    """Looks at files, one at a time: a picture may need a core and a gigabyte for a moment."""

    def __init__(self, waits_s: float = WAITS_S) -> None:
        self._waits_s = waits_s
        self._one_at_a_time = asyncio.Lock()

    async def inspect(self, content: bytes) -> Verdict:
        """Return what a file is, or why it is not taken; a file that its process died of is refused as `heavy`."""
        answer = await self._asked("inspect", content)
        try:
            return verdict_in(answer)
        except (ValueError, TypeError, KeyError):
            return Verdict("heavy")

    async def draw(self, content: bytes) -> Shown:
        """Return what is shown of a file; raises Unopenable."""
        answer = await self._asked("draw", content)
        try:
            if b'"refused"' in answer[:20]:
                raise Unopenable(verdict_in(answer))
            return shown_in(answer)
        except (ValueError, TypeError, KeyError) as error:
            raise Unopenable(Verdict("heavy")) from error

    async def _asked(self, task: str, content: bytes) -> bytes:
        """Return what the process answered; nothing when it died or was stopped."""
        async with self._one_at_a_time:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "platforms.files.child", task),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join([str(ROOT), *_elsewhere()]), "LANG": "C.UTF-8"},
                cwd="/",
            )
            try:
                async with asyncio.timeout(self._waits_s):
                    answer, _ = await process.communicate(content)
            except TimeoutError:
                return b""
            finally:
                await _end(process)
        return answer if process.returncode == 0 and len(answer) <= MOST_ANSWER else b""


def _elsewhere() -> list[str]:
    """Return where libraries lie beside this interpreter's own place: an editable or a user's installation."""
    return [each for each in sys.path if each and Path(each).is_dir() and each != str(ROOT)]


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
