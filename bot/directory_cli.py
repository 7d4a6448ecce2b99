"""`python -m bot directory …`: the directory from a file, or from the platforms at once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

directory = typer.Typer(no_args_is_help=True, help="通讯录。")


@directory.command(name="import")
def import_(file: Annotated[Path, typer.Argument(help="CSV 文件，UTF-8 或 GBK（docs/directory.md）")]) -> None:
    """按文件更新通讯录：文件里没有的人视为离职。退出码 2：没有任何变化。"""
    from bot.directory_command import import_people

    _changed(lambda settings: import_people(settings, file))


@directory.command()
def read() -> None:
    """马上把设置里写的通讯录读一遍。退出码 2：没有任何变化。"""
    from bot.directory_command import read_now

    _changed(read_now)


def _changed(work: "Callable[[Settings], Awaitable[int]]") -> None:
    from bot.command_settings import loaded
    from bot.directory_command import NotRead

    async def changed() -> int:
        return await work(loaded())

    try:
        typer.echo(f"通讯录已更新，{asyncio.run(changed())} 人有变化")
    except NotRead as wrong:
        typer.echo(f"通讯录没有更新：{wrong}", err=True)
        raise typer.Exit(2) from None
