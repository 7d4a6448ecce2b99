"""归档状态 Q… and 重新归档 Q…: what became of a case's package, and having it made and sent anew."""

from handlers.reading.grammar import Command
from handlers.routing import Context
from models import ArchivePackage, ArchiveStatus
from workflow import archive_words, archiving, outbox
from workflow.acting import local
from workflow.archiving import ArchiveState

STATUS = {
    ArchiveStatus.WAITING: "待归档",
    ArchiveStatus.INCOMPLETE: "没有归档：资料不全",
    ArchiveStatus.FAILED: "没有归档：档案系统没有收下",
    ArchiveStatus.ARCHIVED: "已归档",
}


async def state(context: Context, command: Command) -> None:
    """Answer 归档状态 Q… with every package of the case."""
    if not command.who.request:
        await _which(context, "归档状态")
        return
    found = await archiving.state_of(context.act, command.who.request)
    await outbox.say(context.act, context.account, told(found))


async def again(context: Context, command: Command) -> None:
    """Answer 重新归档 Q…: another package goes out at once."""
    if not command.who.request:
        await _which(context, "重新归档")
        return
    package = await archiving.again(context.act, command.who.request)
    text = f"正在重新归档，归档包 {package.number}。结果可发「归档状态 {command.who.request.upper()}」查看。"
    await outbox.say(context.act, context.account, text)


async def _which(context: Context, verb: str) -> None:
    text = f"没有办理：请写申请号，例如「{verb} Q…」。有哪些可发「列表 本周」。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)


def told(found: ArchiveState) -> str:
    """Return how the archiving of a case stands, in words."""
    if found.packages:
        stuck = [f"系统出错，没有送出。请发「重新归档 {found.number}」再送一次。"] if found.stuck else []
        packages = [line(each) for each in found.packages]
        return "\n".join([f"归档状态 · {found.number}", *packages, *_next(found), *stuck])
    if not found.due:
        return f"归档状态 · {found.number}\n这个单位的规则不要求归档，没有归档包。"
    if not found.over:
        return f"归档状态 · {found.number}\n还没有办结，办结 15 分钟后自动归档。"
    return f"归档状态 · {found.number}\n在有归档之前就办结了，没有归档包。要归档请发「重新归档 {found.number}」。"


def _next(found: ArchiveState) -> list[str]:
    """Say why the newest package is not at the archive yet, and when it is tried next."""
    if found.retry is None:
        return []
    at = f"{local(found.retry.at):%Y-%m-%d %H:%M}"
    return [f"{archive_words.why(found.retry.code)}，{at} 再送" if found.retry.code else f"{at} 送出"]


def line(package: ArchivePackage) -> str:
    """Return one package on one line: what became of it, and its receipt or what is wrong with it."""
    status = STATUS[package.status]
    if package.status == ArchiveStatus.ARCHIVED and package.receipt_at:
        detail = (
            f"，{local(package.receipt_at):%Y-%m-%d %H:%M} 收到回执 {package.receipt}，SHA-256 {package.digest[:16]}…"
        )
    elif package.faults:
        detail = f"（{'、'.join(map(archive_words.why, package.faults))}）"
    else:
        detail = ""
    return f"{package.number} {status}{detail}"
