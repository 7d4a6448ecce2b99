"""`python -m bot …`: one function per verb. Exit codes: 0 done, 1 done with findings, 2 not done."""

import asyncio
import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bot import logs
from bot.settings import Settings, SettingsError, load, settings_file

cli = typer.Typer(
    add_completion=False, no_args_is_help=True, help="守约：面试取消机器人。", pretty_exceptions_enable=False
)
Json = Annotated[bool, typer.Option("--json", help="标准输出只有一个 JSON，日志走标准错误")]


def _settings() -> Settings:
    try:
        settings = load()
    except SettingsError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
    logs.configure(settings.logging.level, settings.logging.format)
    return settings


def _print(found: Any) -> None:
    typer.echo(json.dumps(found, ensure_ascii=False))


@cli.command()
def run(role: Annotated[str, typer.Option(help="all、gateway 或 worker")] = "all") -> None:
    """按 settings.yaml 连接并运行。"""
    from bot.app import build, run_until
    from models.migrating import migrate

    if role not in ("all", "gateway", "worker"):
        raise typer.BadParameter("all、gateway 或 worker")
    settings = _settings()
    typer.echo(f"设置文件：{settings_file()}", err=True)

    async def main() -> None:
        await migrate(settings.database.url, settings.home, reporter=lambda line: typer.echo(line, err=True))
        stopped = asyncio.Event()
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
    from models.migrating import migrate as migrate_store

    settings = _settings()
    applied = asyncio.run(
        migrate_store(settings.database.url, settings.home, reporter=lambda line: typer.echo(line, err=True))
    )
    typer.echo("、".join(applied) or "已是最新")


@cli.command()
def setup() -> None:
    """生成密钥和数据库。"""
    from bot import keys
    from models.migrating import migrate as migrate_store

    settings = _settings()
    for file in keys.create(settings):
        typer.echo(f"已生成密钥 {file}，请另行备份：丢了它，姓名、电话和证明都打不开")
    asyncio.run(migrate_store(settings.database.url, settings.home, reporter=lambda line: typer.echo(line, err=True)))
    typer.echo("数据库已就绪")


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
def check_(as_json: Json = False) -> None:
    """逐条说明接通真实平台还缺什么。"""
    from bot.checks import missing

    steps = missing(_settings())
    if as_json:
        _print(
            {"ok": not steps, "missing": [{"title": each.title, "why": each.why, "how": each.how} for each in steps]}
        )
    else:
        for place, step in enumerate(steps, start=1):
            typer.echo(f"{place}. {step.title}\n   为什么：{step.why}\n   怎么做：{step.how}")
        typer.echo("都齐了。" if not steps else f"还差 {len(steps)} 项。")
    raise typer.Exit(1 if steps else 0)


audit = typer.Typer(no_args_is_help=True, help="审计日志。")
export = typer.Typer(no_args_is_help=True, help="导出。")
cli.add_typer(audit, name="audit")
cli.add_typer(export, name="export")


@audit.command()
def verify(as_json: Json = False) -> None:
    """逐条核对每个单位的审计日志，指出第一处不对的。"""
    from bot.auditing import verify_all

    logs_found = asyncio.run(verify_all(_settings()))
    ok = all(each["first_bad"] is None for each in logs_found)
    if as_json:
        _print({"ok": ok, "logs": logs_found})
    else:
        for each in logs_found:
            bad = f"第 {each['first_bad']} 条不对：{each['reason']}" if each["first_bad"] else "完好"
            typer.echo(f"{each['log']}：{each['records']} 条，{bad}")
    raise typer.Exit(0 if ok else 1)


@export.command(name="audit")
def export_audit(
    org: Annotated[str, typer.Option(help="单位路径，例如 huachen/net")],
    out: Annotated[Path, typer.Option(help="写到哪个文件")],
    format_: Annotated[str, typer.Option("--format", help="目前只有 jsonl")] = "jsonl",
) -> None:
    """按单位导出审计日志，逐字节不变。"""
    from bot.auditing import export_lines

    if format_ != "jsonl":
        raise typer.BadParameter("目前只有 jsonl", param_hint="--format")
    count = asyncio.run(export_lines(_settings(), org, out))
    if count is None:
        typer.echo(f"没有这个单位：{org}", err=True)
        raise typer.Exit(2)
    typer.echo(f"已导出 {count} 条到 {out}", err=True)


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
