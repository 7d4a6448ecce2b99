"""绑定: the code for the other app, and what became of one that was typed."""

from handlers.reading.grammar import Command
from handlers.reading.linking import read_link
from handlers.routing import Context
from models import Account, Platform
from workflow import linking, outbox
from workflow.acting import Act
from workflow.linking import LASTS, MOST_TRIES, Linked

APPS = {Platform.DINGTALK: "钉钉", Platform.WECOM: "企业微信"}
OTHER_APP = {Platform.DINGTALK: Platform.WECOM, Platform.WECOM: Platform.DINGTALK}
OTHER = {here: APPS[there] for here, there in OTHER_APP.items()}
SAID = {
    Linked.WRONG: "绑定码不对或已过期（{minutes} 分钟内有效，只能用一次）。请在另一个应用里重新发「绑定」取码",
    Linked.TOO_OFTEN: "绑定码错了 {most} 次，一小时内不能再试。请过后在另一个应用里重新取码",
    Linked.SAME_APP: "这个码就是在{here}里取的。请到{there}里发「绑定」加这个码",
    Linked.SAME_PERSON: "这两个账号已经是同一个人的，不用再绑定",
    Linked.NOBODY: "两个账号都还没有录入，不能绑定。请先联系系统管理员录入其中一个",
    Linked.BOTH_BUSY: "两个账号属于两位各有授权或待办的员工。同一个人的，请先请系统管理员收回其中一个的授权，再取码",
}

WELCOME = (
    "已绑定：你的钉钉和企业微信账号现在是同一个人，权限相同。"
    "发「帮助」看能做什么；不是你本人操作的，请马上联系系统管理员。"
)
LINKED = (
    "不用再绑定：你的{here}和{there}账号已经是同一个人，权限相同。"
    "你还有另一个{there}账号的，请在那边发「绑定」，把得到的码发到这里。"
)


async def typed(context: Context, command: Command) -> None:
    """Answer 绑定 and 绑定 with a code, of somebody we know."""
    await answer(context.act, context.account, context.incoming.text, context.reference)


async def answer(act: Act, account: Account, text: str, reference: str) -> None:
    """Tell a new code, or take the one that was typed; an account that belongs to nobody may do both."""
    code = read_link(text)
    if not code:
        await _tell_code(act, account)
        return
    outcome = await linking.redeem(act, account, code)
    if outcome == Linked.DONE:
        await _welcome(act, account)
        return
    minutes = int(LASTS.total_seconds()) // 60
    names = {"here": APPS[account.platform], "there": OTHER[account.platform]}
    why = SAID[outcome].format(minutes=minutes, most=MOST_TRIES, **names)
    await outbox.say(act, account, f"没有绑定：{why}。编号 {reference}")


async def _tell_code(act: Act, account: Account) -> None:
    if await _has_both(account):
        text = LINKED.format(here=APPS[account.platform], there=OTHER[account.platform])
        await outbox.say(act, account, text)
        return
    code = await linking.issue(act, account)
    minutes = int(LASTS.total_seconds()) // 60
    text = (
        f"绑定码 {code}，{minutes} 分钟内有效，只能用一次。请用你自己的{OTHER[account.platform]}给我发「绑定 {code}」。"
        "不要把码给别人，也不要输入别人给你的码：绑定之后，两个账号就是同一个人。"
    )
    await outbox.say(act, account, text)


async def _has_both(account: Account) -> bool:
    """Tell whether this person is known in the other app already."""
    theirs = Account.filter(employee_id=account.employee_id, platform=OTHER_APP[account.platform])
    return account.employee_id is not None and await theirs.exists()


async def _welcome(act: Act, account: Account) -> None:
    """Tell every account of the person once, so that nobody gets another one unawares; one may stand in two rows."""
    fresh = await Account.get(id=account.id)
    accounts = await Account.filter(employee_id=fresh.employee_id, platform__in=list(APPS))
    for each in {(each.platform, each.address_index): each for each in accounts}.values():
        await outbox.say(act, each, WELCOME)
