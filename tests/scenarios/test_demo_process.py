"""`python -m bot demo` as somebody starts it: what it writes, where it listens, what it survives, how it ends."""

import asyncio
import json
import os
import signal
import socket
from datetime import datetime, timedelta
from pathlib import Path

from bot.demo_home import SHANGHAI, first_day
from tests.scenarios.programs import Demo, demo_at, eventually

MEMBERS = {"pid", "bot_pid", "sandbox_pid", "port", "sandbox_port", "smtp_port", "callback_url", "database"}
MORNING = "2026-12-01T10:15:00+08:00"


def listening(pid: int) -> set[tuple[str, int]]:
    """Return the addresses a process listens on, from what the kernel says about its sockets."""
    inodes = {os.readlink(each) for each in _descriptors(pid)}
    found: set[tuple[str, int]] = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and f"socket:[{columns[9]}]" in inodes:
                address, port = columns[1].split(":")
                found.add((address, int(port, 16)))
    return found


def _descriptors(pid: int) -> list[Path]:
    return [each for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()]


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def moment_of(demo: Demo) -> datetime:
    """Ask for the business time."""
    return datetime.fromisoformat((await demo.get("/clock"))["now"])


async def bookings_of(demo: Demo, text: str) -> str:
    """Let an HR list bookings and return what the answer says."""
    seq = (await demo.post("/phones/wangfang/say", {"text": text}))["seq"]
    return str((await demo.sees("wangfang", "尾号", after=seq))["text"])


async def test_a_fresh_demo_says_where_it_is_once_it_is_ready_and_ends_without_leaving_anything(tmp_path: Path) -> None:
    async with demo_at(tmp_path / "home") as demo:
        assert await demo.state() is None
        began_at = datetime.now(SHANGHAI)
        starting = asyncio.create_task(demo.start())
        seen_early = False
        while not starting.done():
            there = await demo.state() is not None
            seen_early = seen_early or (there and not await demo.is_ready())
            await asyncio.sleep(0.1)
        state = await starting
        assert not seen_early
        assert set(state) == MEMBERS
        assert [state["port"], state["sandbox_port"], state["smtp_port"]] == demo.ports
        assert state["callback_url"] == f"http://127.0.0.1:{demo.ports[0]}/wecom/callback"
        assert state["database"] == f"sqlite://{tmp_path / 'home'}/shouyue.db"
        assert demo.program is not None
        assert state["pid"] == demo.program.process.pid

        days = {first_day(each.date()) for each in (began_at, datetime.now(SHANGHAI))}  # midnight may fall between
        mornings = [datetime(day.year, day.month, day.day, 9, 30, tzinfo=SHANGHAI) for day in days]
        now = await moment_of(demo)
        assert any(timedelta(0) <= now - morning < timedelta(minutes=10) for morning in mornings)

        assert listening(state["bot_pid"]) == {("0100007F", demo.ports[0])}
        assert listening(state["sandbox_pid"]) == {("0100007F", port) for port in demo.ports[1:]}
        assert listening(state["pid"]) == set()

        began = asyncio.get_running_loop().time()
        assert await demo.end() == 0
        assert asyncio.get_running_loop().time() - began < 30
        assert not any(alive(state[each]) for each in ("pid", "bot_pid", "sandbox_pid"))
        assert await demo.state() is None


async def test_a_killed_bot_is_started_again_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async with demo_at(tmp_path / "home", SHOUYUE_DEMO_NOW=MORNING) as demo:
        state = await demo.start()
        assert timedelta(0) <= await moment_of(demo) - datetime.fromisoformat(MORNING) < timedelta(minutes=10)
        await demo.post("/phones/wangfang/say", {"text": "取消 8123 原因 面试官冲突"})
        message = await demo.sees("wangfang", "待你确认", "尾号8123")
        await demo.taps("wangfang", message["card"], "confirm")

        os.kill(state["bot_pid"], signal.SIGKILL)

        async def away() -> bool:
            return not await demo.is_ready()

        await eventually(away, "the health says that the bot is away")
        await demo.until_ready()
        again = await demo.state()
        assert again is not None
        assert again["bot_pid"] != state["bot_pid"]
        assert {**again, "bot_pid": 0} == {**state, "bot_pid": 0}

        await demo.post("/clock", {"advance_s": 61})
        await demo.sees("zhangwei-8123", "已取消")
        await demo.sees("wangfang", "已取消", "尾号8123")
        code, out, _ = await demo.cli("audit", "verify", "--json")
        assert (code, json.loads(out)["ok"]) == (0, True)

        os.kill(again["bot_pid"], signal.SIGKILL)
        await eventually(away, "the health says that the bot is away")
        assert await demo.end() == 0  # while a bot is being started
        assert not alive(state["sandbox_pid"])


async def test_a_second_start_goes_on_and_the_clock_moves_everybody(tmp_path: Path) -> None:
    async with demo_at(tmp_path / "home", SHOUYUE_DEMO_NOW=MORNING) as demo:
        await demo.start()
        await demo.post("/phones/wangfang/say", {"text": "取消 4410 原因 面试官冲突"})
        message = await demo.sees("wangfang", "待你确认", "尾号4410")
        await demo.taps("wangfang", message["card"], "confirm")
        answered = await demo.post("/clock", {"advance_s": 3600})
        moved = datetime.fromisoformat(answered["now"])
        assert moved - datetime.fromisoformat(MORNING) >= timedelta(hours=1)
        listed = await demo.sees("zhangwei-4410", "已取消")
        assert listed["at"] >= answered["now"][:10]
        code, out, _ = await demo.cli("export", "audit", "--org", "huachen/net", "--out", str(tmp_path / "log.jsonl"))
        assert (code, out) == (0, "")
        last = json.loads((tmp_path / "log.jsonl").read_text("utf-8").splitlines()[-1])
        assert datetime.fromisoformat(last["at"]) >= moved  # the command's clock moved as well
        assert await demo.end() == 0

    async with demo_at(tmp_path / "home") as demo:
        stale = {"pid": 1}
        (tmp_path / "home" / "demo.json").write_text(json.dumps(stale), "utf-8")  # as after a power cut
        state = await demo.start()
        assert set(state) == MEMBERS
        assert timedelta(0) <= await moment_of(demo) - moved < timedelta(minutes=10)
        text = await bookings_of(demo, "列表 本周")
        assert "8123" in text
        await demo.post("/phones/zhangwei-8123/say", {"text": "取消"})
        await demo.sees("zhangwei-8123", "确认取消")
        assert await demo.end() == 0


async def test_commands_beside_a_running_demo_read_and_check_its_store(tmp_path: Path) -> None:
    async with demo_at(tmp_path / "home", SHOUYUE_DEMO_NOW=MORNING) as demo:
        await demo.start()
        verified, checked, read = await asyncio.gather(
            demo.cli("audit", "verify", "--json"),
            demo.cli("check", "--json"),
            demo.cli("read", "--as", "candidate", "--at", MORNING, "--json", given="来不了了\n几点开始？\n"),
        )
        logs = json.loads(verified[1])
        assert verified[0] == 0
        assert {each["log"] for each in logs["logs"]} >= {"shouyue/huachen/net", "shouyue/huachen/heavy"}
        assert [step["title"] for step in json.loads(checked[1])["missing"]] == ["给本服务一个外网 https 地址"]
        assert checked[0] == 1
        assert [json.loads(line)["intent"] for line in read[1].splitlines()] == ["cancel", "question"]

        file = tmp_path / "more.csv"
        file.write_text(
            "organisation,position,candidate,starts_at,phone\n"
            "huachen/net,测试工程师,欧阳一,2026-12-04 10:00,13900001234\n"
            "huachen/net,测试工程师,欧阳二,不知道,13900001235\n",
            "utf-8",
        )
        code, out, err = await demo.cli("import", str(file), "--json")
        assert code == 1, err
        told = json.loads(out)
        assert (told["rows"], told["imported"], told["rejected"]) == (2, 1, 1)
        seq = (await demo.post("/phones/wangfang/say", {"text": "取消 欧阳一 原因 面试官冲突"}))["seq"]
        await demo.sees("wangfang", "尾号1234", after=seq)
        code, out, _ = await demo.cli("audit", "verify", "--json")
        assert (code, json.loads(out)["ok"]) == (0, True)


async def test_a_demo_whose_supervisor_is_killed_ends_and_can_be_started_again_at_once(tmp_path: Path) -> None:
    async with demo_at(tmp_path / "home", SHOUYUE_DEMO_NOW=MORNING) as demo:
        state = await demo.start()
        await demo.post("/phones/wangfang/say", {"text": "帮助"})
        os.kill(state["pid"], signal.SIGKILL)
        assert demo.program is not None
        await demo.program.process.wait()

        async def gone() -> bool:
            return not any(alive(state[each]) for each in ("bot_pid", "sandbox_pid"))

        await eventually(gone, "both have noticed")
        assert "Traceback" not in demo.program.printed, demo.program.printed[-4000:]
        for port in demo.ports:
            with socket.socket() as free:
                free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                free.bind(("127.0.0.1", port))

        again = await demo.start()
        os.kill(again["pid"], signal.SIGKILL)
        await demo.program.process.wait()
        third = await demo.start()  # while what was left of the second may still be ending
        assert third["bot_pid"] not in (state["bot_pid"], again["bot_pid"])
        assert "8123" in await bookings_of(demo, "列表 本周")
        assert await demo.end() == 0


async def test_a_demo_told_to_end_while_it_starts_leaves_nothing_running(tmp_path: Path) -> None:
    async with demo_at(tmp_path / "home") as demo:
        starting = asyncio.create_task(demo.start())

        async def has_children() -> bool:
            return demo.program is not None and bool(children(demo.program.process.pid))

        await eventually(has_children, "it has started a child")
        assert demo.program is not None
        pids = children(demo.program.process.pid)
        starting.cancel()
        assert await demo.end() == 0
        assert not any(alive(each) for each in pids)
        assert await demo.state() is None


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = [Path(f"/proc/{pid}/task/{each.name}/children") for each in Path(f"/proc/{pid}/task").iterdir()]
    return [int(child) for each in listed for child in each.read_text().split()]
