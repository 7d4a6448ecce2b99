"""I13: every personal and secret field of a company is a unique string; none of them is found where it should not be.

The company walks through its doors, faults of our own included, with every logger at DEBUG and no library capped; then
the log, the database with its WAL and a backup, the pages, the exports and the process itself are searched.
"""

import io
import logging
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import structlog
from tortoise import connections
from yarl import URL

from bot import addresses, exporting, logs, packing
from bot.case_pack import case_pack
from bot.exporting import Asking, roles_of
from handlers.reading.names import search_terms
from models import Booking, BookingTerm, Candidate, Employee, InboundMessage
from models.vault import vault
from sandbox.people import PEOPLE
from tests import pictures
from tests.scenarios.company import Company
from tests.scenarios.steps import key_index, on_the_table, request_number
from tests.threats.attacking import types
from tests.threats.canaries import forms, hits, secrets_in, unique_name
from workflow import administering
from workflow.acting import Act
from workflow.exporting import Period

LOUD = ("aiohttp", "tortoise", "tortoise.db_client", "dingtalk_stream", "wechatpy", "asyncpg", "aiosqlite", "asyncio")
VERBS = (
    "取消",
    "查",
    "列表",
    "时间轴",
    "待我审批",
    "权限 我",
    "帮助",
    "导出",
    "证据包",
    "授权",
    "审计检索",
    "保存查询",
    "催办",
    "恢复",
    "撤回",
    "撤销",
    "同意",
    "驳回",
)

SHEET = "xl/worksheets/sheet1.xml"
PRINTS = ("case.zip/说明.txt", "case.zip/timeline.pdf as text", "log.pdf as text", f"log.xlsx/{SHEET}")
"""What an auditor takes home tells which colleague did what."""


@dataclass
class Walk:
    """The company, what was planted in it, and what it wrote."""

    company: Company
    log: io.StringIO
    planted: dict[str, str | bytes] = field(default_factory=dict)

    def plant(self, name: str) -> str:
        """Return a unique text and remember it under its name."""
        text = f"金丝雀{unique_name(random.Random(name))}"
        self.planted[name] = text
        return text


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Log as the program does, at DEBUG, and let the libraries say what it otherwise keeps them from saying."""
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()
    logs.configure("debug", "json", stream)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


@pytest.fixture
async def walk(company: Company, written: io.StringIO) -> Walk:
    """Give everybody a name that nobody else has, and collect what is secret."""
    found = Walk(company, written)
    for person in PEOPLE:
        found.planted |= {f"phone of {person.id}": person.phone, f"mail of {person.id}": person.email}
    found.planted |= dict(secrets_in(company.settings))
    for file in (company.settings.home / "keys").iterdir():
        if "pem" not in file.suffix:
            found.planted[f"key file {file.name}"] = file.read_bytes().strip()
    await found.company.app.store.transact(lambda: renamed(found))  # type: ignore[union-attr]
    for booking in await Booking.all():
        found.planted[f"link of {booking.number}"] = await administering.link_token(booking)
    return found


async def renamed(walk: Walk) -> None:
    """Rename everybody; candidates are found by their new names."""
    for number, person in enumerate([*await Candidate.all(), *await Employee.all()]):
        name = unique_name(random.Random(number))
        walk.planted[f"name {type(person).__name__} {number}"] = name
        person.name = name
        await person.save(update_fields=["sealed_name"])
        for booking in await Booking.filter(candidate_id=person.id):
            for term in search_terms(name):
                await BookingTerm.get_or_create(term=vault().index("term", term), booking=booking)
    for candidate in await Candidate.all():
        walk.planted[f"commitment key {candidate.id}"] = str(candidate.secret)


@pytest.mark.parametrize("value", ["王芳菲李雷", "13800008123", "zhang.wei.8123@mail.example", "tok-0123456789abcdef"])
def test_the_search_sees_through_every_disguise(value: str) -> None:
    for form in forms(value):
        assert hits({"it": value}, {"file": b"\0" * 7 + form + b"\0"}) == {("it", "file")}
    assert len(forms(value)) > 12
    assert hits({"it": value}, {"file": bytes(range(256)) * 99}) == set()


async def test_no_personal_or_secret_string_is_found_where_it_should_not_be(walk: Walk, tmp_path: Path) -> None:
    await every_door(walk)
    number = await a_case(walk)
    await our_own_fault(walk)
    artefacts = {**await pages(walk), **await exports(walk, number, tmp_path)}
    artefacts["log"] = walk.log.getvalue().encode()
    artefacts["process"] = of_the_process()
    artefacts |= files(walk)
    assert len(walk.log.getvalue().splitlines()) > 500
    assert artefacts["shouyue.db"].startswith(b"SQLite")
    found = hits(walk.planted, artefacts)
    allowed = {(name, where) for name, where in found if is_meant(name, where)}
    assert not found - allowed, "\n".join(map(str, sorted(found - allowed)))
    assert {where for _, where in allowed} >= {
        "case.zip/timeline.pdf as text",
        "case.zip/evidence/2.png",
        "log.xlsx/" + SHEET,
    }


def is_meant(name: str, where: str) -> bool:
    """Tell whether this is one of the places where it has to be; docs/security.md gives the reason of each."""
    if name.startswith("name Employee"):
        return where in PRINTS
    if name in ("comment", "words of a request"):
        return where == "case.zip/timeline.pdf as text"
    if name == "evidence bytes":
        return where.startswith("case.zip/evidence/")
    return name.startswith("commitment key") and where == "case.zip/openings.jsonl"


async def every_door(walk: Walk) -> None:
    """Type, press, send and post at every door, with unique words, rightly and wrongly."""
    company = walk.company
    for verb in VERBS:
        await company.says("wangfang", f"{verb} {walk.plant(f'after {verb}')}")
    for person in ("helin", "sunjing", "zhoukai", "hanxue", "lilei"):
        await company.says(person, f"查 {walk.plant(f'search of {person}')}")
    await company.says("wangfang", f"取消 8123 原因 {walk.plant('reason')}")
    await company.sees("wangfang", "8123")
    await company.says("zhangwei-8123", f"我来不了，{walk.plant('words in WeChat')}")
    url = f"{company.base}/dingtalk/robot/sendBySession?session={walk.plant('session')}"
    await types(
        company, "wangfang", "列表", conversationType="2", sessionWebhook=url, sessionWebhookExpiredTime=4 * 10**12
    )
    await types(company, "nobody", walk.plant("words of a stranger"), senderNick=walk.plant("nick"))
    await types(company, "x", walk.plant("words from outside"), senderCorpId="other", senderNick=walk.plant("outside"))
    await posted(walk)
    await company.settled()


async def posted(walk: Walk) -> None:
    """Post forms, SMS and callbacks to the public addresses."""
    company, base = walk.company, URL(f"http://127.0.0.1:{walk.company.ports.bot}")
    token = next(str(value) for name, value in walk.planted.items() if name.startswith("link of"))
    for path in (addresses.INTERVIEW_LINK + token, addresses.DOWNLOAD_LINK + walk.plant("token of nobody")):
        for fields in ({"words": walk.plant(f"words at {path[:3]}"), "proof": "0000"}, {}):
            async with company.http.post(base / path[1:], data=fields) as answer:
                assert answer.status < 500
    assert company.settings.sms is not None
    secret = company.settings.sms.callback_secret.get_secret_value()
    sms = {"phone_number": PEOPLE[-1].phone, "content": walk.plant("SMS"), "send_time": "2026-11-24 09:30:00"}
    for path in (
        addresses.SMS_UPLINK + secret,
        addresses.SMS_UPLINK + walk.plant("guess"),
        addresses.SMS_RECEIPT + secret,
    ):
        async with company.http.post(base / path[1:], json=[{**sms, "sequence_id": path[-9:]}]) as answer:
            assert answer.status in (200, 400, 403)
    query = {
        "msg_signature": walk.plant("signature"),
        "timestamp": "1795397400",
        "nonce": "1",
        "echostr": walk.plant("echo"),
    }
    async with company.http.get(base / addresses.WECOM_CALLBACK[1:], params=query) as answer:
        assert answer.status in (400, 403)


async def a_case(walk: Walk) -> str:
    """Let a request with evidence be filed and rejected; return its number."""
    company = walk.company
    card = await on_the_table(company, f"取消 5566 原因 岗位暂停 {walk.plant('words of a request')}")
    number = request_number(card)
    content = pictures.png(7)
    walk.planted["evidence bytes"] = content
    candidate = await Candidate.get(key_index=key_index("machao-5566"))
    about = f"{walk.plant('comment')}，{candidate.name}，{candidate.phone}，{candidate.email}"
    await company.says("chenmin", f"退回 {number} {about}")
    await company.card("liuyang", "退回")
    await company.sends_file("liuyang", f"{walk.plant('evidence name')}.png", content)
    await company.settled()
    await company.says("liuyang", f"提交 {number}")
    await company.says("sunjing", f"时间轴 {number}")
    await company.says("sunjing", f"导出 {number}")
    text = (await company.sees("sunjing", "验证码"))["text"]
    walk.planted["download link"] = text.partition("/d/")[2][:26]
    await company.settled()
    return number


async def our_own_fault(walk: Walk) -> None:
    """Break a table, so that exceptions with statements and values in them are logged, and mend it."""
    database = connections.get("default")
    await database.execute_script("ALTER TABLE booking_term RENAME TO lost")
    await walk.company.says("wangfang", f"查 {walk.plant('words that failed')}")
    await walk.company.until(lambda: InboundMessage.filter(status="dead").exists(), "a dead letter")
    await database.execute_script("ALTER TABLE lost RENAME TO booking_term")


async def pages(walk: Walk) -> dict[str, bytes]:
    """Return what everybody may fetch, and a candidate's own page, which shows the name masked."""
    base, found = f"http://127.0.0.1:{walk.company.ports.bot}", {}
    token = next(str(value) for name, value in walk.planted.items() if name.startswith("link of"))
    paths = {"health": addresses.HEALTH, "metrics": addresses.METRICS, "gone": "/i/" + "a" * 26, "nowhere": "/x"}
    for name, path in (paths | {"page": addresses.INTERVIEW_LINK + token}).items():
        async with walk.company.http.get(base + path) as answer:
            found[name] = (str(answer.headers) + await answer.text()).encode()
    return found


async def exports(walk: Walk, number: str, folder: Path) -> dict[str, bytes]:
    """Return what the auditor takes home: a case, a whole log in each form."""
    company = walk.company
    assert company.app is not None
    auditor = await Employee.get(key="sunjing").prefetch_related("organisation")
    act = Act(company.app.clock.now(), "cli", "operator", employee=auditor)
    by = Asking(company.settings, company.app.store, act, await roles_of(act))
    await case_pack(by, number, folder / "case.zip")
    await exporting.log_pdf(by, "huachen/heavy", Period(), folder / "log.pdf")
    await exporting.log_xlsx(by, "huachen/heavy", Period(), folder / "log.xlsx")
    await packing.write_pack(folder / "log.zip", "shouyue/huachen/heavy")
    return {name: (folder / name).read_bytes() for name in ("case.zip", "log.pdf", "log.xlsx", "log.zip")}


def of_the_process() -> bytes:
    """Return what every user of the machine may see of a program, and what its children inherit."""
    return b"".join(Path(f"/proc/self/{name}").read_bytes() for name in ("cmdline", "environ"))


def files(walk: Walk) -> dict[str, bytes]:
    """Return every file of the installation but its keys, and a backup of the database."""
    home = walk.company.settings.home
    with sqlite3.connect(home / "shouyue.db") as file, sqlite3.connect(home / "backup.db") as copy:
        file.backup(copy)
    kept = [each for each in home.rglob("*") if each.is_file() and each.parent.name != "keys"]
    return {each.name: each.read_bytes() for each in kept}
