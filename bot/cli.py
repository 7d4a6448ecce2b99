"""`python -m bot …`: one function per verb. Exit codes: 0 done, 1 done with findings, 2 not done."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot import logs, record_commands
from bot.database_command import database
from bot.directory_cli import directory
from bot.failing import CarefulGroup
from bot.key_command import keys
from bot.settings import Settings, SettingsError, load, settings_file

if TYPE_CHECKING:
    from bot.exporting import Asking, Exported
    from workflow.log_periods import Period

cli = typer.Typer(
    cls=CarefulGroup,
    add_completion=False,
    no_args_is_help=True,
    help="守约：面试取消机器人。",
    pretty_exceptions_enable=False,
)
Json = Annotated[bool, typer.Option("--json", help="标准输出只有一个 JSON，日志走标准错误")]


def _settings(unreadable: Callable[[str], object] | None = None) -> Settings:
    """Load the settings, or raise SettingsError; with `unreadable`, which says why in a form of its own, end with 2."""
    try:
        settings = load()
    except SettingsError as wrong:
        if unreadable is None:
            raise
        unreadable(str(wrong))
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
    logs.configure(settings.logging.level, settings.logging.format)
    return settings


def _print(found: Any) -> None:
    typer.echo(json.dumps(found, ensure_ascii=False))


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
    settings = _settings()
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
    """把数据库升级到本版本；先自动备份。"""
    settings = _settings()
    applied = asyncio.run(_migrated(settings))
    typer.echo("、".join(applied) or "已是最新")


@cli.command()
def setup(
    admin: Annotated[str, typer.Option(help="第一位系统管理员，平台的 userid=姓名，例如 zhoukai=周凯")] = "",
    security: Annotated[str, typer.Option(help="第一位安全管理员，须是另一个人")] = "",
    unit: Annotated[str, typer.Option(help="他们管的最上级单位，路径=名称，例如 huachen=华辰集团")] = "",
    platform: Annotated[str, typer.Option(help="userid 是哪个平台的：dingtalk 或 wecom")] = "dingtalk",
) -> None:
    """生成密钥和数据库；加 --admin 等录入第一批管理员。"""
    from bot import certificates, keys

    settings = _settings()
    for file in keys.create(settings):
        lost = "以后的检查点就要换公钥" if file == settings.signing_key_file else "姓名、电话和证明都打不开"
        typer.echo(f"已生成密钥 {file}，请另行备份：丢了它，{lost}")
    for file in certificates.create(settings, datetime.now(UTC)):
        typer.echo(f"已生成给 PDF 签名的 {file}；有 CA 证书时写进 audit.pdf_certificate_file 和 audit.pdf_key_file")
    asyncio.run(_migrated(settings))
    typer.echo("数据库已就绪")
    if admin or security or unit:
        _found(settings, (unit, platform, admin, security))


def _found(settings: Settings, said: tuple[str, str, str, str]) -> None:
    from bot.founding import NotFounded, enter_founders
    from models import Platform

    unit, platform, admin, security = said
    if not all(said) or platform not in ("dingtalk", "wecom"):
        raise typer.BadParameter("--admin、--security、--unit 要一起写，--platform 是 dingtalk 或 wecom")
    try:
        names = asyncio.run(enter_founders(settings, unit, Platform(platform), admin, security))
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

    views = asyncio.run(founding.rights_named(_settings(), person))
    if as_json:
        _print([founding.as_json(each) for each in views])
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
    who: Literal["hr", "candidate"] = "hr" if role == "hr" else "candidate"
    lines = [text] if text is not None else (line.rstrip("\n") for line in sys.stdin)
    for line in lines:
        _print(read_as_json(line, who, moment))


@cli.command(name="check")
def check_(
    as_json: Json = False, offline: Annotated[bool, typer.Option("--offline", help="只看设置，不试着连接")] = False
) -> None:
    """逐条说明接通真实平台还差什么，再逐个试连。退出码：0 都好，1 缺了或没有连上，2 设置读不了。"""
    from bot.check_command import check

    def unreadable(why: str) -> None:
        _print({"ok": False, "missing": [], "tried": [], "error": why})

    found = asyncio.run(check(_settings(unreadable if as_json else None), offline=offline))
    if as_json:
        _print(found.as_json())
    else:
        typer.echo("\n".join(found.lines()))
    raise typer.Exit(0 if found.ok else 1)


audit = typer.Typer(no_args_is_help=True, help="审计日志。")
export = typer.Typer(no_args_is_help=True, help="导出。")
cli.add_typer(audit, name="audit")
cli.add_typer(export, name="export")
cli.add_typer(directory, name="directory")
cli.add_typer(database, name="database")
cli.add_typer(keys, name="keys")


@audit.command()
def verify(
    as_json: Json = False,
    checkpoint: Annotated[list[Path] | None, typer.Option(help="另外保存的检查点文件，可以写多次")] = None,
    code: Annotated[list[str] | None, typer.Option(help="卡片或通知上的存证码，形如 7F3K-Q2MD，可以写多次")] = None,
) -> None:
    """逐条核对每个单位的审计日志和检查点，指出第一处不对的。退出码：0 完好，1 有不对，2 给的检查点读不了。"""
    from bot.auditing import NotUsable, kept_in, verify_logs
    from workflow.verifying import Codes

    codes = Codes(frozenset(each.strip().upper() for each in code or []))
    try:
        kept = kept_in(checkpoint or [])
    except NotUsable as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
    logs_found = asyncio.run(verify_logs(_settings(), kept, codes))
    ok = all(each["first_bad"] is None for each in logs_found) and not codes.missing
    if as_json:
        _print({"ok": ok, "logs": logs_found, **({"unknown_codes": codes.missing} if code else {})})
    else:
        for each in logs_found:
            bad = f"第 {each['first_bad']} 条不对：{each['reason']}" if each["first_bad"] else "完好"
            typer.echo(f"{each['log']}：{each['records']} 条，已签名到第 {each['signed']} 条，{bad}")
        for unknown in codes.missing:
            typer.echo(f"存证码 {unknown} 不属于现在的任何一本日志：日志被改过或截短了，或者存证码抄错了")
    raise typer.Exit(0 if ok else 1)


@audit.command(name="keys")
def audit_keys() -> None:
    """打印每本日志的公钥，一行一个，请另行保存：核对审计包时交给 verify.py。"""
    from bot.auditing import public_keys

    for key in asyncio.run(public_keys(_settings())):
        typer.echo(key)


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


@export.command(name="audit")
def export_audit(
    org: Annotated[str, typer.Option(help="单位路径，例如 huachen/net；shouyue 是不属于任何单位的那一本")],
    out: Annotated[Path, typer.Option(help="写到哪个文件")],
    format_: Annotated[
        str, typer.Option("--format", help="jsonl 只有记录，pack 是可以独立核对的 zip，pdf 给人看，xlsx 给表格软件")
    ] = "jsonl",
    since: Annotated[str, typer.Option("--from", help="从哪天起，2026-11-01；只用于 pdf 和 xlsx")] = "",
    until: Annotated[str, typer.Option("--to", help="到哪天为止（含），2026-11-30；只用于 pdf 和 xlsx")] = "",
    person: Annotated[str, typer.Option("--as", help="以谁的权限，人员编号；不写就是操作员")] = "",
    approved_by: Annotated[str, typer.Option(help="大批导出的同意，编号 X…：以某人的权限导出很多条时要有")] = "",
) -> None:
    """按单位导出审计日志；jsonl 逐字节不变。"""
    from bot import exporting, whole_logs

    whole = {"jsonl": whole_logs.log_lines, "pack": whole_logs.log_pack}
    printed = {"pdf": exporting.log_pdf, "xlsx": exporting.log_xlsx}
    if format_ in printed:
        period = _period(since, until)
        _exported(out, person or None, lambda by: printed[format_](by, org, period, out), approved_by)
        return
    if format_ not in whole:
        raise typer.BadParameter("jsonl、pack、pdf 或 xlsx", param_hint="--format")
    if since or until:
        raise typer.BadParameter("--from 和 --to 只用于 pdf 和 xlsx")
    _exported(out, person or None, lambda by: whole[format_](by, org, out), approved_by)


def _period(since: str, until: str) -> "Period":
    """Read the days of --from and --to, both included, on the calendar of Asia/Shanghai."""
    from workflow.log_periods import days

    try:
        return days(since, until)
    except ValueError:
        raise typer.BadParameter("应为日期，例如 2026-11-01", param_hint="--from / --to") from None


def _exported(
    out: Path, person: str | None, work: Callable[["Asking"], Awaitable["Exported"]], approval: str = ""
) -> None:
    """Do an export and say what it was; exit code 2 when nothing was exported."""
    from bot.exporting import NotExported, asking

    try:
        done = asyncio.run(asking(_settings(), person, work, approval))
    except OSError as wrong:
        typer.echo(f"没有导出：写不到 {out}（{wrong.strerror}）", err=True)
        raise typer.Exit(2) from None
    except (NotExported, SettingsError) as wrong:
        typer.echo(f"没有导出：{wrong}", err=True)
        raise typer.Exit(2) from None
    names = "候选人姓名为全名" if done.names else "候选人姓名已隐去"
    typer.echo(f"已导出 {done.records} 条到 {out}，{names}，SHA-256 {done.sha256}", err=True)


As = Annotated[str, typer.Option("--as", help="以谁的权限，人员编号，例如 sunjing")]
Operator = Annotated[bool, typer.Option("--operator", help="以操作员的身份：不显示姓名，不带证明材料")]


@export.command(name="case")
def export_case(
    number: Annotated[str, typer.Argument(help="申请号 Q… 或预约号 Y…")],
    out: Annotated[Path, typer.Option(help="写到哪个文件")],
    person: As = "",
    operator: Operator = False,
    format_: Annotated[str, typer.Option("--format", help="pack 是可以独立核对的证据包 zip，pdf 只有时间轴")] = "pack",
) -> None:
    """导出一件取消的证据包或时间轴；导出本身先记入日志。"""
    from bot.case_pack import case_pack
    from bot.exporting import case_pdf

    writers = {"pack": case_pack, "pdf": case_pdf}
    if format_ not in writers:
        raise typer.BadParameter("pack 或 pdf", param_hint="--format")
    _exported(out, _who(person, operator), lambda by: writers[format_](by, number, out))


def _who(person: str, operator: bool) -> str | None:
    if bool(person) == operator:
        raise typer.BadParameter("写 --as 人员编号，或者 --operator，二选一")
    return person or None


@cli.command()
def timeline(
    number: Annotated[str, typer.Argument(help="申请号 Q… 或预约号 Y…")], person: As = "", operator: Operator = False
) -> None:
    """按时间轴显示一件取消的每一步；查看本身记入日志。"""
    from bot.exporting import NotExported, asking, case_text

    try:
        lines = asyncio.run(asking(_settings(), _who(person, operator), lambda by: case_text(by, number)))
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

    settings = _settings()
    try:
        report = asyncio.run(import_file(settings, Options(file, mapping, errors, dry_run), show))
    except Unreadable as wrong:
        if as_json:
            _print({**Report().as_json(), "error": str(wrong)})
        typer.echo(f"没有导入：{wrong}", err=True)
        raise typer.Exit(Exit.UNREADABLE) from None
    if as_json:
        _print(report.as_json())
    else:
        typer.echo("\n".join(told(report, dry_run)))
    raise typer.Exit(report.exit)


record_commands.add(audit, export, _settings, _print, _exported)
