"""What every command of `python -m bot` begins and ends with: the settings, and one JSON document if it is wanted."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

from bot import logs
from bot.settings import Settings, SettingsError, load

Json = Annotated[bool, typer.Option("--json", help="标准输出只有一个 JSON，日志走标准错误")]


def loaded(unreadable: Callable[[str], object] | None = None) -> Settings:
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


def show_json(found: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(found, ensure_ascii=False))
