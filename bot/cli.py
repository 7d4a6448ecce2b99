"""`python -m bot …`: one function per verb. Exit codes: 0 done, 1 done with findings, 2 not done."""

import asyncio
import signal
import socket
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.audit_cli import audit
from bot.command_settings import Json, loaded, show_json
from bot.database_command import database
from bot.directory_cli import directory
from bot.export_cli import As, Operator, export, who
from bot.failing import CarefulGroup
from bot.key_command import keys
from bot.policy_cli import policy
from bot.settings import Settings, settings_file
from bot.unit_cli import unit

cli = typer.Typer(
    cls=CarefulGroup,
    add_completion=False,
    no_args_is_help=True,
    help="守约：面试取消机器人。",
    pretty_exceptions_enable=False,
)


async def _migrated(settings: Settings) -> list[str]:
    """Bring the database to this version, and return what that took."""
    from models.migrating import migrate as migrate_store

    report, days = partial(typer.echo, err=True), settings.privacy.key_backup_days
    return await migrate_store(settings.database.change_url, settings.home, reporter=report, keys_kept_days=days)


@cli.command()
def run(
    role: Annotated[str, typer.Option(help="all、gateway 或 worker")] = "all",
    until_stdin_ends: Annotated[bool, typer.Option("--until-stdin-ends", hidden=True)] = False,
) -> None:
    """按 settings.yaml 连接并运行。"""
    from bot.app import build, run_until
    from bot.lifeline import end_with_stdin

    if role not in ("all", "gateway", "worker"):
        raise typer.BadParameter("all、gateway 或 worker")
    settings = loaded()
    typer.echo(f"设置文件：{settings_file()}", err=True)

    async def main() -> None:
        stopped = asyncio.Event()
        if until_stdin_ends:
            end_with_stdin(stopped.set)
        await _migrated(settings)
        for signum in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
        await run_until(build(settings), stopped, role)

    asyncio.run(main())


@cli.command(hidden=True)
def demo() -> None:
    """沙盒、机器人和演示公司一起运行（make demo）。"""
    from bot.demo import demo as run_demo

    raise typer.Exit(asyncio.run(run_demo(datetime.now(UTC))))


@cli.command(hidden=True)
def story() -> None:
    """不用动手，把主要的事演一遍（make story）。"""
    from bot.story import story as play_story

    raise typer.Exit(asyncio.run(play_story()))


@cli.command()
def migrate() -> None:
    """把数据库升级到本版本；SQLite 先自动备份，PostgreSQL 请先自己 pg_dump -Fc。"""
    settings = loaded()
    applied = asyncio.run(_migrated(settings))
    typer.echo("、".join(applied) or "已是最新")


@cli.command()
def setup(
    admin: Annotated[str, typer.Option(help="第一位系统管理员，平台的 userid=姓名，例如 zhoukai=周凯")] = "",
    security: Annotated[str, typer.Option(help="第一位安全管理员，须是另一个人")] = "",
    top: Annotated[str, typer.Option("--unit", help="他们管的最上级单位，路径=名称，例如 group=某某集团")] = "",
    platform: Annotated[str, typer.Option(help="userid 是哪个平台的：dingtalk 或 wecom")] = "dingtalk",
) -> None:
    """生成密钥和数据库；加 --admin 等录入第一批管理员。"""
    from bot import certificates, keys

    settings = loaded()
    for file in keys.create(settings):
        lost = "以后的检查点就要换公钥" if file == settings.signing_key_file else "姓名、电话和证明都打不开"
        typer.echo(f"已生成密钥 {file}，请另行备份：丢了它，{lost}")
    for file in certificates.create(settings, datetime.now(UTC)):
        typer.echo(f"已生成给 PDF 签名的 {file}；有 CA 证书时写进 audit.pdf_certificate_file 和 audit.pdf_key_file")
    asyncio.run(_migrated(settings))
    typer.echo("数据库已就绪")
    if admin or security or top:
        _found(settings, (top, platform, admin, security))


def _found(settings: Settings, said: tuple[str, str, str, str]) -> None:
    from bot.founding import NotFounded, enter_founders
    from models import Platform

    top, platform, admin, security = said
    if not all(said) or platform not in ("dingtalk", "wecom"):
        raise typer.BadParameter("--admin、--security、--unit 要一起写，--platform 是 dingtalk 或 wecom")
    try:
        names = asyncio.run(enter_founders(settings, top, Platform(platform), admin, security))
    except NotFounded as wrong:
        typer.echo(f"没有录入管理员：{wrong}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"已录入系统管理员 {names[0]}、安全管理员 {names[1]}。以后的授权由一位提出、另一位同意")


@cli.command()
def rights(
    person: Annotated[str, typer.Argument(help="姓名或工号")],
    as_json: Json = False,
) -> None:
    """看一个人有哪些权限、谁给的、为什么；退出码 2：没有这个人。"""
    from bot import founding

    views = asyncio.run(founding.rights_named(loaded(), person))
    if as_json:
        show_json([founding.as_json(each) for each in views])
    else:
        typer.echo("\n\n".join(founding.as_text(each) for each in views) or f"没有找到「{person}」", err=not views)
    raise typer.Exit(0 if views else 2)


@cli.command()
def read(
    text: Annotated[str | None, typer.Argument(help="一句话；不写就逐行读标准输入")] = None,
    role: Annotated[str, typer.Option("--as", help="hr 或 candidate")] = "hr",
    at: Annotated[str, typer.Option(help="说这句话的时间，ISO 8601")] = "",
    as_json: Json = False,
) -> None:
    """看一句话会被怎么理解；什么都不会做。"""
    from handlers.reading.sentences import read_as_json

    if role not in ("hr", "candidate"):
        raise typer.BadParameter("hr 或 candidate", param_hint="--as")
    try:
        moment = datetime.fromisoformat(at) if at else datetime.now(UTC)
    except ValueError:
        raise typer.BadParameter("应为 ISO 8601，例如 2026-11-23T09:30:00+08:00", param_hint="--at") from None
    speaker: Literal["hr", "candidate"] = "hr" if role == "hr" else "candidate"
    lines = [text] if text is not None else (line.rstrip("\n") for line in sys.stdin)
    for line in lines:
        show_json(read_as_json(line, speaker, moment))


@cli.command(name="check")
def check_(
    as_json: Json = False, offline: Annotated[bool, typer.Option("--offline", help="只看设置，不试着连接")] = False
) -> None:
    """逐条说明接通真实平台还差什么，再逐个试连。退出码：0 都好，1 缺了或没有连上，2 设置读不了。"""
    from bot.check_command import check

    def unreadable(why: str) -> None:
        show_json({"ok": False, "missing": [], "tried": [], "error": why})

    found = asyncio.run(check(loaded(unreadable if as_json else None), offline=offline))
    if as_json:
        show_json(found.as_json())
    else:
        typer.echo("\n".join(found.lines()))
    raise typer.Exit(0 if found.ok else 1)


cli.add_typer(audit, name="audit")
cli.add_typer(export, name="export")
cli.add_typer(directory, name="directory")
cli.add_typer(unit, name="unit")
cli.add_typer(database, name="database")
cli.add_typer(keys, name="keys")
cli.add_typer(policy, name="policy")


@cli.command()
def witness(
    home: Annotated[Path, typer.Option(help="见证人的目录：自己的密钥和每本日志最后签过的检查点")],
    log_keys: Annotated[Path, typer.Option(help="日志的公钥，一行一个：python -m bot audit keys 打印的那些")],
    listen: Annotated[str, typer.Option(help="监听地址，例如 0.0.0.0:8700")],
    name: Annotated[str, typer.Option(help="第一次运行时给自己取的名字，以后不变")] = "",
) -> None:
    """由审计人员在另一台机器上运行的见证人：只给没有改过历史的检查点签名。打印自己的公钥。"""
    from bot import witness as witnessing

    try:
        witnessing.run(home, log_keys, listen, name or f"{socket.gethostname()}/shouyue-witness", typer.echo)
    except (witnessing.Unusable, OSError, ValueError) as wrong:
        typer.echo(f"见证人没有启动：{wrong}", err=True)
        raise typer.Exit(2) from None


@cli.command()
def timeline(
    number: Annotated[str, typer.Argument(help="申请号 Q… 或预约号 Y…")], person: As = "", operator: Operator = False
) -> None:
    """按时间轴显示一件取消的每一步；查看本身记入日志。"""
    from bot.exporting import NotExported, asking, case_text

    try:
        lines = asyncio.run(asking(loaded(), who(person, operator), lambda by: case_text(by, number)))
    except NotExported as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
    typer.echo("\n".join(lines))


@cli.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV 文件")],
    mapping: Annotated[Path | None, typer.Option(help="说明各列的 YAML（docs/importing.md）")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    errors: Annotated[Path | None, typer.Option(help="把没有导入的行和原因写到这个 CSV")] = None,
    as_json: Json = False,
) -> None:
    """导入面试预约；不通知任何人。退出码：0 全部导入，1 有的行没有导入，2 文件读不了。"""
    from bot.import_command import Options, import_file, told
    from bot.importing.report import Exit, Report, Unreadable

    def show(done: int, of: int) -> None:
        if done % 2000 == 0:
            typer.echo(f"已处理 {done}/{of} 行", err=True)

    settings = loaded()
    try:
        report = asyncio.run(import_file(settings, Options(file, mapping, errors, dry_run), show))
    except Unreadable as wrong:
        if as_json:
            show_json({**Report().as_json(), "error": str(wrong)})
        typer.echo(f"没有导入：{wrong}", err=True)
        raise typer.Exit(Exit.UNREADABLE) from None
    if as_json:
        show_json(report.as_json())
    else:
        typer.echo("\n".join(told(report, dry_run)))
    raise typer.Exit(report.exit)
