"""Run the sandbox: python -m sandbox --config FILE.json."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from sandbox.config import load
from sandbox.server import build, start

__all__ = ["build", "main", "start"]


async def _run(path: Path) -> None:
    config = load(path)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    world, close = await start(config)
    try:
        print(f"sandbox ready at {world.base_url}, mail on port {world.smtp_port}", flush=True)
        await stop.wait()
    finally:
        await close()


def main() -> int:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="DingTalk, WeCom, SMS and mail on localhost")
    parser.add_argument("--config", type=Path, required=True, help="the sandbox's configuration, a JSON file")
    try:
        path = parser.parse_args().config
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_run(path))
    except (OSError, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
