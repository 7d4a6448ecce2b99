"""What an operator reads when a command could not be done: one sentence and exit code 2, with --json one document."""

import json
import sqlite3
import sys
import traceback
from typing import Any

import typer
from tortoise.exceptions import BaseORMException, DBConnectionError, OperationalError
from typer.core import TyperGroup
from typer.exceptions import TyperException

from bot.settings import SettingsError
from models.migrating import MigrationRefused
from models.vault import Unsealable

NOT_DONE = 2
UNBUILT = ("no such table", "no such column", "does not exist")


class CarefulGroup(TyperGroup):
    """All commands: what stops one is said in words; nobody is shown a stack trace for a file that is missing."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Remember whether stdout has to be one JSON document."""
        ctx.meta[__name__] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, TyperException):  # how a command ends on purpose
            raise
        except Exception as failure:
            why = sentence(failure)
        if ctx.meta[__name__]:
            typer.echo(json.dumps({"ok": False, "error": why}, ensure_ascii=False))
        typer.echo(why, err=True)
        raise typer.Exit(NOT_DONE)


def sentence(failure: Exception) -> str:
    """Say what is true and what to do about it."""
    match failure:
        case SettingsError() | MigrationRefused():
            return str(failure)
        case Unsealable():
            return "密钥打不开数据库里的内容：密钥文件和数据库不是一套，或者数据被改过。请从备份里恢复同一套"
        case OperationalError() | sqlite3.OperationalError() if any(each in str(failure) for each in UNBUILT):
            return "数据库里缺少要用的表或列：先运行 python -m bot migrate；表被删过的话，请从备份恢复"
        case sqlite3.DatabaseError() if not isinstance(failure, sqlite3.OperationalError):
            return "数据库文件损坏，或者不是 SQLite 数据库。请核对 database.url，或从备份恢复"
        case OSError() if failure.filename:
            return f"读写不了 {failure.filename}：{failure.strerror}"
        case DBConnectionError() | OSError():
            return "连不上数据库：请核对 database.url，并确认数据库正在运行"
        case BaseORMException() | sqlite3.Error():
            return f"数据库没有完成这次操作（{type(failure).__name__}），什么都没有改。请稍后再试，或查看数据库的日志"
        case _:
            traceback.print_exception(failure, file=sys.stderr)
            return f"没有办成：程序自己出错了（{type(failure).__name__}），请把错误信息交给维护人员"
