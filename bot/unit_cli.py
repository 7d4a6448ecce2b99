"""`python -m bot unit …`: the tree of units, which directory, bookings and rules hang on."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from bot.command_settings import Json, loaded, show_json

unit = typer.Typer(no_args_is_help=True, help="单位。")
PRESETS = {
    "fast": "不用审批，全部留痕",
    "strict": "三级审批，要证明材料",
    "transition": "平时 HR 自己办，不够提前或敏感岗位要用人部门同意",
}
REFUSED = {
    "desk-only": "这件事只能在服务器上做。",
    "unit-words": "要写成 路径=名称，例如 group/net=某某科技：路径用小写字母、数字、减号，最多 4 级；名称至多 40 字",
    "not-found": "上级单位还没有录入：先录入它，再录入下级。「python -m bot unit list」可以看到已有的单位。",
    "another-top": "最上级单位已经有了，一套安装只管一个集团：路径要从它写起，例如 huachen/net。",
    "in-use": "这个单位的规则选过了，而且已经有员工、预约或下级单位，不能再这样改：规则一变，谁要审批就变了。",
}


@unit.command()
def add(
    said: Annotated[str, typer.Argument(metavar="路径=名称", help="例如 group/net=某某科技")],
    preset: Annotated[str, typer.Option(help="；".join(f"{key}：{words}" for key, words in PRESETS.items()))],
) -> None:
    """录入一个单位和它的规则；上级要先录入。退出码 2：没有任何变化。"""
    from bot.units import NotEntered, enter

    if preset not in PRESETS:
        raise typer.BadParameter(f"--preset 是 {'、'.join(PRESETS)} 里的一个")
    path, _, name = (part.strip() for part in said.partition("="))
    try:
        asyncio.run(enter(loaded(), path, name, preset))
    except NotEntered as wrong:
        typer.echo(f"没有录入 {said}：{REFUSED[str(wrong)]}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"已录入 {name}（{path}），规则 {preset}：{PRESETS[preset]}")


@unit.command(name="list")
def list_(as_json: Json = False) -> None:
    """列出所有单位、规则和在职人数。"""
    from bot.units import listed

    found = asyncio.run(listed(loaded()))
    if as_json:
        show_json([asdict(each) for each in found])
        return
    for each in found:
        rules = each.preset or "没有选，按 strict"
        typer.echo(f"{each.path}  {each.name}  规则 {rules}  在职 {each.employees} 人")
