"""`python -m bot database …`: PostgreSQL's own guards, which only the owner of the tables can put up."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated

import typer
from tortoise.exceptions import OperationalError

from bot.command_settings import loaded
from models.postgres_roles import NotPossible

database = typer.Typer(no_args_is_help=True, help="PostgreSQL 的角色：程序用的、直接读表用的。")
Name = Annotated[str, typer.Argument(help="登录名，小写字母、数字和下划线，例如 bi_net")]


def _told(work: Coroutine[None, None, str]) -> None:
    try:
        typer.echo(asyncio.run(work))
    except NotPossible as wrong:
        typer.echo(f"没有办：{wrong}", err=True)
        raise typer.Exit(2) from None
    except OperationalError as wrong:
        if "permission denied" not in str(wrong):
            raise
        typer.echo(f"没有办，什么都没有改：所有者还要有 CREATEROLE 和在这个库建模式的权限（{wrong}）", err=True)
        raise typer.Exit(2) from None


@database.command()
def roles() -> None:
    """建程序用的较小的角色，并给每张表配好权限和行级规则；可以重复运行。"""
    from bot.database_roles import make_roles

    _told(make_roles(loaded()))


@database.command()
def reader(
    name: Name,
    org: Annotated[str, typer.Option(help="单位路径，例如 huachen/net；下属单位包括在内")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="收回：什么单位都不能再读")] = False,
) -> None:
    """让审计或报表用自己的登录直接读表，只看得到一个单位；加 --remove 收回。"""
    from bot.database_roles import let_read, stop_reading

    if bool(org) == remove:
        raise typer.BadParameter("写 --org 单位路径，或者 --remove，二选一")
    settings = loaded()
    _told(stop_reading(settings, name) if remove else let_read(settings, name, org))
