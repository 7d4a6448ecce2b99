"""`python -m bot audit …`: are the logs whole, are the records complete, what does a checkup find."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.command_settings import Json, loaded, show_json
from bot.export_cli import AsOrOperator, Out, exported
from bot.settings import SettingsError

if TYPE_CHECKING:
    from bot.exporting import Asking
    from workflow.completeness import Completeness, Examined
    from workflow.verifying import Finding

audit = typer.Typer(no_args_is_help=True, help="审计日志。")
Org = Annotated[str, typer.Option(help="单位路径，例如 huachen/heavy；下级单位一起查")]


@audit.command()
def verify(
    as_json: Json = False,
    checkpoint: Annotated[list[Path] | None, typer.Option(help="另外保存的检查点文件，可以写多次")] = None,
    code: Annotated[list[str] | None, typer.Option(help="卡片或通知上的存证码，形如 7F3K-Q2MD，可以写多次")] = None,
) -> None:
    """逐条核对每个单位的审计日志和检查点，指出第一处不对的。退出码：0 完好，1 有不对，2 给的检查点读不了。"""
    from bot.auditing import NotUsable, codes_in, kept_in, verify_logs

    try:
        kept, codes = kept_in(checkpoint or []), codes_in(code or [])
    except NotUsable as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
    logs_found = asyncio.run(verify_logs(loaded(), kept, codes))
    ok = all(each.first_bad is None for each in logs_found) and not codes.missing
    if as_json:
        show_json(
            {
                "ok": ok,
                "logs": [asdict(each) for each in logs_found],
                **({"unknown_codes": codes.missing} if code else {}),
            }
        )
    else:
        for each in logs_found:
            typer.echo(_line(each))
        for unknown in codes.missing:
            typer.echo(f"存证码 {unknown} 不属于现在的任何一本日志：日志被改过或截短了，或者存证码抄错了")
    raise typer.Exit(0 if ok else 1)


def _line(found: "Finding") -> str:
    """Say what a walk found in one log: how much there is, how much is signed, and whether it is whole."""
    from cards import log_faults

    wrong = f"第 {found.first_bad} 条不对：{log_faults.said(found.reason)}" if found.first_bad else "完好"
    return f"{found.log}：{found.stored} 条，已签名到第 {found.signed} 条，{wrong}"


@audit.command(name="keys")
def audit_keys() -> None:
    """打印每本日志的公钥，一行一个，请另行保存：核对审计包时交给 verify.py。"""
    from bot.auditing import public_keys

    for key in asyncio.run(public_keys(loaded())):
        typer.echo(key)


@audit.command(name="completeness")
def completeness(
    org: Org,
    year: Annotated[str, typer.Option(help="哪一年发起的，例如 2026；不写就是今年")] = "",
    person: AsOrOperator = "",
    as_json: Json = False,
) -> None:
    """完整性检查：每件需审批的取消，申请单、审批、通知、证明和日志齐不齐。退出码：0 没有缺口，1 有，2 没有查。"""
    from bot.examining import completeness_lines, completeness_of, year_of

    wanted = _year(year)
    found = _asked(person or None, lambda by: completeness_of(by, org, wanted))
    if as_json:
        show_json(_as_json(found, year_of(found)))
    else:
        typer.echo("\n".join(completeness_lines(found)))
    raise typer.Exit(0 if found.whole else 1)


def _year(said: str) -> int:
    """Read a year; 0 where none was written."""
    if not re.fullmatch(r"(?:20[0-9]{2})?", said):
        raise typer.BadParameter("应为 2000 到 2099 的年份，例如 2026", param_hint="--year")
    return int(said or 0)


@audit.command(name="checkup")
def checkup(org: Org, out: Out, person: AsOrOperator = "") -> None:
    """合规体检：近 12 个月的得分、缺口和办法，写成带签名的 PDF。是自查，不是认证。"""
    from bot.examining import checkup_pdf

    exported(out, person or None, lambda by: checkup_pdf(by, org, out), not_done="没有体检")


def _asked(person: str | None, work: Callable[["Asking"], Awaitable["Completeness"]]) -> "Completeness":
    from bot.exporting import NotExported, asking

    try:
        return asyncio.run(asking(loaded(), person, work))
    except (NotExported, SettingsError) as wrong:
        typer.echo(f"没有检查：{wrong}", err=True)
        raise typer.Exit(2) from None


def _gap(case: "Examined") -> dict[str, object]:
    differs = [{"code": each.code, "record": each.seq, "said": each.said} for each in case.differs]
    return {"number": case.number, "unit": case.unit, "lacks": list(case.lacks), "differs": differs}


def _as_json(found: "Completeness", year: int) -> dict[str, object]:
    return {
        "ok": found.whole,
        "unit": found.unit.path,
        "year": year,
        "cases": len(found.cases),
        "gaps": [_gap(each) for each in found.gaps],
        "purged": [{"number": number, "purge": purge} for number, purge in found.purged.items()],
        "logs": [
            {"log": each.log, "records": each.records, "first_bad": each.first_bad, "reason": each.reason}
            for each in found.logs
        ],
    }
