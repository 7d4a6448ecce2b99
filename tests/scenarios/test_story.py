"""`make story` is what a stranger runs first: it has to play to its end, on its own."""

import asyncio
import sys

from bot.demo_home import ROOT


async def test_the_story_plays_to_its_end() -> None:
    story = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "story", cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(story.communicate(), 300)
    assert story.returncode == 0, said.decode()[-4000:]
    assert "演完了" in said.decode()
