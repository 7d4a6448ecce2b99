"""绑定通行密钥, 停用通行密钥, and the page behind the link that the first one answers."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers.reading.grammar import Command
from handlers.routing import Context
from models import Passkey
from workflow import one_time, outbox, passkeys
from workflow.acting import Act
from workflow.errors import Invalid


async def bind(context: Context, command: Command) -> None:
    """Answer 绑定通行密钥 with the link of a page and the code for it."""
    passkey = await passkeys.offer(context.act)
    minutes = int(passkeys.LASTS.total_seconds() // 60)
    text = (
        f"请在 {minutes} 分钟内，用以后审批时要用的手机或电脑打开下面的页面，按提示用指纹、面容或锁屏密码绑定。"
        f"网页会问验证码：{passkeys.code_of(passkey)}。链接和验证码请勿转给别人；不是你要绑的，不用理会。"
    )
    await outbox.say(context.act, context.account, text, passkey=passkey)


async def revoke(context: Context, command: Command) -> None:
    """Answer 停用通行密钥: it signs no more from now on."""
    await passkeys.revoke(context.act)
    text = (
        "你的通行密钥已停用，从现在起不能再用它确认审批；以前确认过的仍然有效。"
        "要重新绑定，请联系系统管理员发「重置通行密钥」加你的姓名，同意后再发「绑定通行密钥」。"
    )
    await outbox.say(context.act, context.account, text)


class Ending(StrEnum):
    """How did sending the form end?"""

    SHOWN = "shown"
    UNPROVEN = "unproven"  # not the code
    FORGED = "forged"  # no form of that page
    GONE = "gone"
    UNUSABLE = "unusable"  # what the browser made could not be taken
    DONE = "done"


@dataclass(frozen=True)
class Outcome:
    """What came of it: what the browser is asked for, or how many tries are left."""

    ending: Ending
    passkey: Passkey | None = None
    options: str = ""
    left: int = 0


async def take(token: str, fields: Mapping[str, str], source: str, now: datetime) -> Outcome:
    """Let who knows the code make a passkey, and bind what the browser made; in the caller's transaction."""
    passkey = await passkeys.find(token, now, lock=True)
    if passkey is None:
        return Outcome(Ending.GONE)
    if not _same(passkeys.seal_of(passkey), fields.get("form", "")):
        return Outcome(Ending.FORGED)
    act = Act(now, "page", "link-and-code", employee=passkey.employee, source=source)
    if "credential" in fields:
        if not _same(passkeys.proven_of(passkey), fields.get("proven", "")):
            return Outcome(Ending.FORGED)
        return await _bind(act, passkey, fields)
    if not one_time.is_code(passkeys.code_of(passkey), fields.get("code", "")):
        left = await passkeys.note_failure(act, passkey, "wrong-code")
        return Outcome(Ending.UNPROVEN if left else Ending.GONE, left=left)
    return Outcome(Ending.SHOWN, passkey, passkeys.options_for(passkey))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


async def _bind(act: Act, passkey: Passkey, fields: Mapping[str, str]) -> Outcome:
    try:
        await passkeys.bind(act, passkey, fields["credential"], transports_in(fields["credential"]))
    except Invalid:
        left = await passkeys.note_failure(act, passkey, "passkey-unusable")
        return Outcome(Ending.UNUSABLE, passkey, passkeys.options_for(passkey), left) if left else Outcome(Ending.GONE)
    return Outcome(Ending.DONE)


def transports_in(credential: str) -> list[str]:
    """Return how a browser says that a key is reached; a hint for the next time, nothing else."""
    try:
        found = json.loads(credential)["response"].get("transports", [])
    except (ValueError, TypeError, LookupError, AttributeError):
        return []
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
