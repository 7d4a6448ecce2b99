"""`make story`: the main job played without hands, in a demo of its own; a step that fails makes the exit code 1."""

import asyncio
import json
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout, FormData

from bot.demo_home import ROOT

PATIENCE_S = 20.0
READY_WITHIN_S = 90.0
DIRTY = ROOT / "docs" / "examples" / "import"
Message = dict[str, Any]


class StoryFailed(Exception):
    """A step did not happen as it should."""


@dataclass
class Stage:
    """The demo that is played on, and everything that has appeared on its screens."""

    base: str
    home: Path
    http: ClientSession
    shown: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> Any:
        async with self.http.get(f"{self.base}/sandbox{path}") as answer:
            return await answer.json()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        async with self.http.post(f"{self.base}/sandbox{path}", json=body) as answer:
            found = await answer.json()
            if answer.status != 200:
                raise StoryFailed(f"{path}：{found}")
            return found

    async def meet(self) -> None:
        """Learn who has a phone, and pass over what is on the screens already."""
        for phone in (await self.get("/phones"))["phones"]:
            self.names[phone["id"]] = phone["owner"]
            screen = (await self.get(f"/phones/{phone['id']}/screen"))["messages"]
            self.shown[phone["id"]] = max((each["seq"] for each in screen), default=0)

    async def says(self, person: str, text: str, **more: Any) -> None:
        """Let a person type."""
        print(f"  {self.names[person]} 说：{text}")
        self.shown[person] = (await self.post(f"/phones/{person}/say", {"text": text, **more}))["seq"]

    async def sees(self, person: str, *words: str, app: str = "") -> Message:
        """Wait until the person sees a message with all these words, in this app if one is named, and print it."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < deadline:
            screen = (await self.get(f"/phones/{person}/screen"))["messages"]
            found = [each for each in screen if each["from"] == "bot" and all(word in _text(each) for word in words)]
            if found:
                self._print(person, found[-1])
                came = found[-1]["app"]
                demand(not app or came == app, f"{self.names[person]} 应在 {app} 里看到，却在 {came} 里")
                return dict(found[-1])
            await asyncio.sleep(0.1)
        raise StoryFailed(f"{self.names[person]} 没有看到 {'、'.join(words)}")

    def _print(self, person: str, message: Message) -> None:
        if message["seq"] > self.shown.get(person, 0) or message["card"]:
            first, *rest = _text(message).splitlines()
            print(f"  → {self.names[person]} 收到（{message['app']}）：{first}")
            for line in rest:
                print(f"        {line}")

    async def taps(self, person: str, message: Message, action: str, inputs: dict[str, Any] | None = None) -> None:
        """Let a person press the button of a card that stands for this action word."""
        card = message["card"]
        button = _of(card["buttons"], "key", action, ".")
        print(f"  {self.names[person]} 点：{button['text']}")
        body = {"card": card["id"], "button": button["key"], "inputs": inputs or {}}
        await self.post(f"/phones/{person}/tap", body)

    async def chooses(self, person: str, message: Message, action: str) -> None:
        """Let a candidate tap an item of a WeChat menu."""
        menu = message["menu"]
        item = _of(menu["items"], "id", action, "_")
        print(f"  {self.names[person]} 点：{item['text']}")
        await self.post(f"/phones/{person}/choose", {"menu": menu["id"], "item": item["id"]})

    async def sends_picture(self, person: str, name: str) -> None:
        """Let a person send a screenshot."""
        print(f"  {self.names[person]} 发图片：{name}")
        form = FormData()
        form.add_field("file", picture(), filename=name, content_type="image/png")
        async with self.http.post(f"{self.base}/sandbox/phones/{person}/send-file", data=form) as answer:
            if answer.status != 200:
                raise StoryFailed(await answer.text())

    async def passes(self, seconds: int) -> None:
        """Move business time."""
        print(f"  …… {seconds} 秒之后")
        await self.post("/clock", {"advance_s": seconds})

    async def hears_nothing(self, person: str) -> None:
        """Make sure nothing new has come to a person."""
        await asyncio.sleep(0.5)
        screen = (await self.get(f"/phones/{person}/screen?after={self.shown[person]}"))["messages"]
        if any(each["from"] == "bot" for each in screen):
            raise StoryFailed(f"{self.names[person]} 不该收到消息，却收到了：{screen}")
        print(f"  {self.names[person]} 没有收到任何消息，正应如此")

    async def runs(self, *words: str, expect: int = 0) -> str:
        """Run a command of the program beside the demo, on the demo's own store."""
        print(f"  $ python -m bot {' '.join(words)}")
        environment = {**os.environ, "SHOUYUE_HOME": str(self.home)}
        environment.pop("SHOUYUE_PORT", None)
        command = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await command.communicate()
        if command.returncode != expect:
            raise StoryFailed(f"python -m bot {' '.join(words)}：退出码 {command.returncode}，应为 {expect}")
        return out.decode()


def demand(holds: bool, what: str) -> None:
    """End the story unless this holds."""
    if not holds:
        raise StoryFailed(what)


def _text(message: Message) -> str:
    card = message.get("card")
    return "\n".join([card["title"], card["status"], *card["lines"]]) if card else str(message["text"])


def _of(items: list[dict[str, str]], key: str, action: str, separator: str) -> dict[str, str]:
    found = next((each for each in items if each[key].split(separator)[0] == action), None)
    if found is None:
        raise StoryFailed(f"没有「{action}」这个按钮：{[each['text'] for each in items]}")
    return found


def picture() -> bytes:
    """Return a small PNG, as a screenshot would be."""
    rows = b"".join(b"\0" + bytes((40, 120, 200)) * 16 for _ in range(16))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def fast(stage: Stage) -> None:
    """一句话、点一下：华辰互联的 HR 在钉钉取消，候选人在微信知道"""
    await stage.says("wangfang", "取消 张伟 明天下午三点 原因 行程冲突")
    await stage.taps("wangfang", await stage.sees("wangfang", "待你确认", "尾号8123"), "confirm")
    await stage.sees("wangfang", "已通过", "前可撤销")
    await stage.passes(61)
    await stage.sees("zhangwei-8123", "已取消", "15:00", app="wechat")
    await stage.sees("lilei", "已取消", "不必等候", app="dingtalk")


async def undone(stage: Stage) -> None:
    """后悔药：一分钟内撤销，谁也没有被打扰"""
    await stage.says("wangfang", "取消 4410 原因 面试官时间冲突")
    await stage.taps("wangfang", await stage.sees("wangfang", "待你确认", "尾号4410"), "confirm")
    await stage.taps("wangfang", await stage.sees("wangfang", "已通过", "尾号4410"), "undo")
    await stage.sees("wangfang", "已撤销", "尾号4410")
    await stage.passes(120)
    await stage.hears_nothing("zhangwei-4410")


async def strict(stage: Stage) -> None:
    """三级审批：华辰重工，证明、用人部门、分管领导，一步不少"""
    await stage.says("liuyang", "取消 马超 原因 行程冲突")
    await stage.taps("liuyang", await stage.sees("liuyang", "待你确认", "尾号5566"), "submit")
    await stage.sees("liuyang", "待补证明")
    await stage.sends_picture("liuyang", "短信截图.png")
    await stage.sees("liuyang", "审批中", "证明")
    card = await stage.sees("chenmin", "待你审批", "尾号5566")
    await stage.taps("chenmin", card, "approve", {"still_needed": "yes"})
    await stage.taps("zhaoguoqiang", await stage.sees("zhaoguoqiang", "待你审批", "尾号5566"), "approve")
    await stage.sees("liuyang", "已通过")
    await stage.passes(61)
    await stage.sees("machao-5566", "已取消", "10:00", app="wechat")
    await stage.sees("wutong", "已取消", "不必等候", app="wecom")
    number = next(line for line in _text(await stage.sees("liuyang", "已取消", "编号")).splitlines() if "编号" in line)
    await stage.says("liuyang", f"时间轴 {number.split('：')[1]}")
    await stage.sees("liuyang", "时间轴", "陈敏 同意", "赵国强 同意", "取消生效")


async def declined(stage: Stage) -> None:
    """候选人自己说不来：话音一落面试官就知道，手续由公司补齐"""
    await stage.says("linxiao-7788", "明天来不了了，发烧了")
    await stage.taps("linxiao-7788", await stage.sees("linxiao-7788", "您的面试", "尾号7788"), "confirm")
    await stage.sees("linxiao-7788", "已记下您不来", "不必再前往")
    await stage.sees("wutong", "候选人不来", "14:00")
    await stage.taps("liuyang", await stage.sees("liuyang", "待你提交", "尾号7788"), "submit")
    card = await stage.sees("chenmin", "待你审批", "尾号7788")
    await stage.taps("chenmin", card, "approve", {"still_needed": "paused"})
    await stage.taps("zhaoguoqiang", await stage.sees("zhaoguoqiang", "待你审批", "尾号7788"), "approve")
    await stage.sees("linxiao-7788", "已取消", "14:00", app="wecom")


async def transition(stage: Stage) -> None:
    """企业微信里的 HR：华辰制造，短信通知候选人"""
    await stage.says("helin", "取消 高原")
    card = await stage.sees("helin", "待你确认", "尾号3344")
    await stage.taps("helin", card, "confirm", {"reason": "plan_changed"})
    await stage.sees("helin", "已通过")
    await stage.passes(61)
    await stage.sees("gaoyuan-3344", "已取消", "09:00", app="sms")


OUTCOMES = {"rows": 60, "imported": 40, "updated": 1, "rejected": 19}  # of docs/examples/import/dirty.csv
IMPORTED = (  # who, through which app they hear, how HR names the booking, its tail, when it is
    ("zhangwei-8123", "wechat", "张伟 8123", "尾号8123", "2028年3月8日", "周三 15:00"),
    ("zhangwei-4410", "sms", "张伟 4410", "尾号4410", "2028年3月9日", "周四 16:30"),
    ("zhangwei-0092", "email", "张玮", "尾号0092", "2028年3月10日", "周五 10:00"),
)


async def imported(stage: Stage) -> None:
    """一份六十行的旧表格：导入，再按微信、短信、邮件各取消一场"""
    files = [str(DIRTY / "dirty.csv"), "--mapping", str(DIRTY / "dirty.yaml"), "--json"]
    found = json.loads(await stage.runs("import", *files, expect=1))
    print(f"  {found['rows']} 行：导入 {found['imported']}，更新 {found['updated']}，没有导入 {found['rejected']}")
    for error in found["errors"][:5]:
        print(f"    第 {error['row']} 行 {error['column']}：{error['message']}")
    demand({each: found[each] for each in OUTCOMES} == OUTCOMES, f"六十行的下落应为 {OUTCOMES}")
    demand(len({each["row"] for each in found["errors"]}) == found["rejected"], "没有导入的每一行都应说明原因")
    for person, app, name, tail, day, at in IMPORTED:
        title = f"{tail} · {day}"
        await stage.says("wangfang", f"取消 {name} {day} 原因 招聘计划调整")
        await stage.taps("wangfang", await stage.sees("wangfang", "待你确认", title), "confirm")
        await stage.sees("wangfang", "已通过", title)
        await stage.passes(61)
        notice = await stage.sees(person, "已取消", f"{day} {at}", app=app)
        if app == "email":
            calls_off(notice)


def calls_off(notice: Message) -> None:
    """Make sure that the calendar part of a mail takes the interview out of the reader's calendar."""
    lines = str(notice["ics"]).splitlines()
    demand("METHOD:CANCEL" in lines and "STATUS:CANCELLED" in lines, "邮件里的日历附件应取消这场面试")
    print("  日历附件：METHOD:CANCEL，日程会从日历里划去")


UNITS = {"shouyue/huachen/net", "shouyue/huachen/heavy", "shouyue/huachen/works"}


async def recorded(stage: Stage) -> None:
    """记录：逐条核对每个单位的审计日志"""
    found = json.loads(await stage.runs("audit", "verify", "--json"))
    for each in found["logs"]:
        demand(each["first_bad"] is None and each["records"] > 0, f"{each['log']} 应完好，也不该是空的")
        print(f"  {each['log']}：{each['records']} 条，完好")
    kept = {each["log"] for each in found["logs"]}
    demand(bool(found["ok"]) and kept >= UNITS, f"每个单位都应有自己的日志，现在只有 {sorted(kept)}")


Chapter = Callable[[Stage], Awaitable[None]]
CHAPTERS: tuple[Chapter, ...] = (fast, undone, strict, declined, transition, imported, recorded)


async def play(stage: Stage) -> None:
    """Play every chapter in order."""
    await stage.meet()
    for place, chapter in enumerate(CHAPTERS, start=1):
        print(f"\n第 {place} 幕　{chapter.__doc__}")
        await chapter(stage)


async def story() -> int:
    """Start a demo of its own in a fresh home, play, and take everything down again."""
    home = Path(tempfile.mkdtemp(prefix="shouyue-story-"))
    sandbox, bot, smtp = _free_ports(3)
    environment = {
        **os.environ,
        "SHOUYUE_HOME": str(home),
        "SHOUYUE_PORT": str(bot),
        "SHOUYUE_SANDBOX_PORT": str(sandbox),
        "SHOUYUE_SANDBOX_SMTP_PORT": str(smtp),
    }
    with (home / "demo.log").open("wb") as log:
        demo = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "demo", cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        async with ClientSession(timeout=ClientTimeout(total=60)) as http:
            await _until_ready(home, demo)
            await play(Stage(f"http://127.0.0.1:{sandbox}", home, http))
        print("\n演完了，每一步都和应有的一样。")
        return 0
    except StoryFailed as failed:
        print(f"\n没有演完：{failed}\n演示的日志：\n{(home / 'demo.log').read_text('utf-8', 'replace')[-4000:]}")
        return 1
    finally:
        if demo.returncode is None:
            demo.send_signal(signal.SIGTERM)
        await demo.wait()
        shutil.rmtree(home, ignore_errors=True)


async def _until_ready(home: Path, demo: asyncio.subprocess.Process) -> None:
    deadline = asyncio.get_running_loop().time() + READY_WITHIN_S
    while not (home / "demo.json").exists():
        if demo.returncode is not None or asyncio.get_running_loop().time() > deadline:
            raise StoryFailed("演示没有启动")
        await asyncio.sleep(0.1)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
