"""A long answer in as many messages as it takes: WeCom cuts a text after 2,048 bytes, and its end would be lost."""

from collections.abc import Iterable

from models import Platform

MOST_BYTES = {Platform.WECOM: 2000}  # developer.work.weixin.qq.com: text content of an app's message


def of(lines: Iterable[str], platform: Platform) -> list[str]:
    """Return the lines as texts that this platform shows whole; a line is never divided."""
    most = MOST_BYTES.get(platform)
    texts: list[str] = []
    for line in lines:
        longer = f"{texts[-1]}\n{line}" if texts else line
        if texts and (most is None or len(longer.encode()) <= most):
            texts[-1] = longer
        else:
            texts.append(line)
    return texts
