"""WeCom's robot of one group: an address that carries its key (developer.work.weixin.qq.com 91770)."""

from dataclasses import dataclass, field

from platforms.errors import Misconfigured, Unknown
from platforms.http import Http
from platforms.wecom.failures import failure

LONGEST_TEXT = 4096  # bytes of markdown
WRONG_KEY = 93000


@dataclass(frozen=True)
class WeComGroupRobot:
    """Posts into one group; whoever has `url` can do the same."""

    http: Http
    url: str = field(repr=False)
    most_bytes: int = LONGEST_TEXT

    async def post(self, title: str, text: str) -> str:
        """Post markdown, whose first line serves as its title; the platform gives no id for it."""
        body = {"msgtype": "markdown", "markdown": {"content": text}}
        response = await self.http.call("POST", self.url, json=body)
        if response.status >= 500:
            raise Unknown(f"http-{response.status}")
        answer = response.json()
        errcode, message = int(answer.get("errcode", 0)), str(answer.get("errmsg", ""))
        if errcode == WRONG_KEY:
            raise Misconfigured(str(errcode), "the group's robot is gone, or its key is wrong")
        if errcode:
            raise failure(errcode, message)
        return message
