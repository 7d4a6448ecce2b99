"""绑定动态码, 动态码 123456: binding an authenticator, and giving the second proof that an action asked for."""

import re

from handlers.reading.grammar import Command
from handlers.routing import Context
from models import Proof, Role
from workflow import access, factors, outbox, stepup
from workflow.factors import Verdict

CODE = re.compile(r"[0-9０-９][0-9０-９\s]{5,10}")
SAID = {
    Verdict.WRONG: f"动态码不对，没有通过。请看验证器里现在的数字再发一次；连错 {factors.MOST_TRIES} 次会锁 15 分钟",
    Verdict.REPLAYED: "这个动态码已经用过，没有通过。请等验证器换成下一个（最多 30 秒）再发",
    Verdict.BLOCKED: "错的次数太多，动态码锁了 15 分钟，这一次没有核对。到时再发；不是你本人操作的，请告诉{whom}",
}


async def bind(context: Context, command: Command) -> None:
    """Answer 绑定动态码 with the link of a page, and 绑定动态码 123456 with whether it is bound."""
    if CODE.fullmatch(command.rest.strip()):
        verdict = await factors.confirm(context.act, command.rest)
        done = "动态码已绑定。以后办要二次验证的事，会请你发「动态码 六位数字」。手机丢了请联系系统管理员重置。"
        await _say(context, done if verdict == Verdict.RIGHT else await _refused(context, verdict))
        return
    factor = await factors.offer(context.act)
    minutes = int(factors.LASTS.total_seconds() // 60)
    text = (
        f"请在 {minutes} 分钟内打开下面的页面（二维码只显示一次），用手机上的验证器扫码，"
        "再回到这里发「绑定动态码 六位数字」。链接请勿转给别人。"
    )
    await outbox.say(context.act, context.account, text, factor=factor)


async def prove(context: Context, command: Command) -> None:
    """Answer 动态码 123456: what it opens, for how long, and what to do now."""
    if not CODE.fullmatch(command.rest.strip()):
        await _say(context, f"没有核对：请发「动态码」加验证器里的 6 位数字。编号 {context.reference}")
        return
    proof, verdict = await stepup.answer(context.act, command.rest)
    await _say(context, _passed(proof) if verdict == Verdict.RIGHT else await _refused(context, verdict))


def _passed(proof: Proof) -> str:
    minutes = int(stepup.PASSED_LASTS.total_seconds() // 60)
    what = stepup.SAID[stepup.Kind(proof.action)]
    again = f"请在 {minutes} 分钟内再点一次「同意」，或回复「同意 {proof.subject}」"
    return f"动态码正确，只用于这一次{what}（{proof.subject}）。{again}。"


async def _refused(context: Context, verdict: Verdict) -> str:
    return f"{SAID[verdict].format(whom=await _whom(context))}。编号 {context.reference}"


async def _whom(context: Context) -> str:
    """Return who hears that somebody else may have tried: never the one whose codes were wrong alone."""
    held = {role for role, _ in await access.grants_of(context.employee, context.act.now)}
    unit = await context.employee.organisation
    others = [
        each
        for each in await access.holders(Role.SECURITY_ADMIN, unit, context.act.now)
        if each.id != context.employee.id
    ]
    if Role.SECURITY_ADMIN not in held:
        return "安全管理员"
    return "另一位安全管理员" if others else "系统管理员"


async def _say(context: Context, text: str) -> None:
    await outbox.say(context.act, context.account, text)
