"""`python -m bot keys …`: which key seals how much, sealing anew, and people's secrets from beside a copy."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.command_settings import Json, loaded, show_json
from bot.settings import Settings, SettingsError

if TYPE_CHECKING:
    from models.resealing import Resealed, Sealing
    from models.store import Store

keys = typer.Typer(help="密钥：哪一把封着多少内容；换钥匙；恢复备份。")
SHOWN_EVERY = 2000  # values


@keys.callback(invoke_without_command=True)
def show(context: typer.Context, as_json: Json = False) -> None:
    """看每把密钥封着多少内容，还有多少要换；退出码：0 都是新的，1 有要换的。"""
    if context.invoked_subcommand is not None:
        return
    current, found, evidence = asyncio.run(_counted(loaded()))
    old = sum(each.values for each in found if each.old)
    if as_json:
        show_json(_as_json(current, found, evidence))
    else:
        typer.echo("\n".join(_lines(current, found, evidence)))
    raise typer.Exit(1 if old else 0)


async def _counted(settings: Settings) -> "tuple[int, list[Sealing], list[Sealing]]":
    from bot.auditing import with_store
    from models import resealing
    from models.vault import vault

    async def work(_: "Store") -> "tuple[int, list[Sealing], list[Sealing]]":
        return vault().current, await resealing.sealings(), await resealing.evidence_sealings()

    return await with_store(settings, work)


def _as_json(current: int, found: "list[Sealing]", evidence: "list[Sealing]") -> dict[str, Any]:
    values = [
        {"table": each.table, "key": each.key, "personal": each.personal, "values": each.values, "old": each.old}
        for each in found
    ]
    pieces = [{"key": each.key, "personal": each.personal, "values": each.values} for each in evidence]
    old = sum(each.values for each in found if each.old)
    return {"ok": not old, "current": current, "old": old, "values": values, "evidence": pieces}


def _lines(current: int, found: "list[Sealing]", evidence: "list[Sealing]") -> list[str]:
    old = sum(each.values for each in found if each.old)
    end = f"要换的 {old} 处：运行 python -m bot keys reseal" if old else "没有要换的"
    return [
        f"现在用 {current} 号密钥",
        *(
            f"{each.table}：{each.key} 号{_kind(each)}，{each.values} 处{'，要换' if each.old else ''}"
            for each in found
        ),
        *(f"证明材料：{each.key} 号{_kind(each)}，{each.values} 份，不换" for each in evidence),
        end,
    ]


def _kind(sealing: "Sealing") -> str:
    return "加个人密钥" if sealing.personal else ""


@keys.command()
def reseal(as_json: Json = False) -> None:
    """用最新的密钥重新封存；可以在机器人运行时做，中断了再运行一次。退出码：0 换完，1 有打不开的。"""
    shown = [0]

    def progress(table: str, values: int) -> None:
        if values - shown[0] >= SHOWN_EVERY:
            shown[0] = values
            typer.echo(f"已换 {values} 处（{table}）", err=True)

    done = asyncio.run(_resealed(loaded(), progress))
    if as_json:
        show_json({"ok": not done.damaged, "values": done.values, "damaged": done.damaged})
    else:
        damaged = f"，{done.damaged} 处打不开，没有动" if done.damaged else ""
        typer.echo(f"已换 {done.values} 处{damaged}")
    raise typer.Exit(1 if done.damaged else 0)


async def _resealed(settings: Settings, progress: Any) -> "Resealed":
    from bot.auditing import with_store
    from models import resealing

    return await with_store(settings, lambda store: resealing.reseal(store, progress))


@keys.command()
def restore(
    file: Annotated[Path, typer.Argument(help="备份旁边的个人密钥文件，…-keys.db")],
) -> None:
    """恢复数据库备份之后，把它旁边的个人密钥放回来；删除、清理过的人不会回来。"""
    import sqlite3

    from bot.auditing import with_store
    from bot.clock import Clock
    from bot.forgetting import forget_again
    from models import backup, person_key

    if not file.is_file():
        raise SettingsError(f"没有 {file}。超过保存天数的个人密钥文件已删除，那时的姓名和电话不能再打开")
    try:
        kept = backup.secrets_in(file)
    except sqlite3.DatabaseError:
        raise SettingsError(f"{file} 不是备份旁边的个人密钥文件，文件名应以 -keys.db 结尾") from None

    settings = loaded()
    clock = Clock.of(settings)

    async def work(store: "Store") -> tuple[int, int]:
        back = await store.transact(lambda: person_key.bring_back(kept))
        return back, await forget_again(store, settings.home, clock.now())

    back, again = asyncio.run(with_store(settings, work))
    gone = f"，其中 {again} 人以前删除或清理过，已再次删除" if again else ""
    typer.echo(f"已放回 {back} 人的密钥{gone}")
