"""Run the sandbox: python -m sandbox --config FILE.json."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from sandbox.config import load
from sandbox.server import build, start

__all__ = ["build", "main", "start"]


async def _run(path: Path, until_stdin_ends: bool) -> None:
    config = load(path)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    if until_stdin_ends:
        _end_with_stdin(loop, stop)
    world, close = await start(config)
    try:
        print(f"sandbox ready at {world.base_url}, mail on port {world.smtp_port}", flush=True)
        await stop.wait()
    finally:
        await close()


def _end_with_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop once standard input ends: whoever started us is gone, even if it was killed."""
    stdin = sys.stdin.fileno()

    def readable() -> None:
        if not os.read(stdin, 4096):
            loop.remove_reader(stdin)
            stop.set()

    loop.add_reader(stdin, readable)


def main() -> int:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="DingTalk, WeCom, SMS and mail on localhost")
    parser.add_argument("--config", type=Path, required=True, help="the sandbox's configuration, a JSON file")
    parser.add_argument("--until-stdin-ends", action="store_true", help="stop when standard input ends")
    try:
        given = parser.parse_args()
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_run(given.config, given.until_stdin_ends))
    except (OSError, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
