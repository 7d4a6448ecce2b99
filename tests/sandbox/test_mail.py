"""Mail over a real SMTP connection, as it lands on a phone and as it goes wrong."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from tests.sandbox.wecom_bot import Rig, running

TO = "zhangwei.0092@mail.example"
ICS = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:面试\r\nEND:VCALENDAR\r\n"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


def notice(to: str = TO) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "hr@huachen.example", to, "面试已取消"
    mail.set_content("您好，面试已取消。")
    mail.add_alternative('<p>您好 <a href="http://x.example/i/1">详情</a></p>', subtype="html")
    part = {"method": "CANCEL", "charset": "utf-8"}
    mail.add_alternative(ICS.encode(), maintype="text", subtype="calendar", params=part, cte="base64")
    return mail


async def post(rig: Rig, mail: EmailMessage, timeout: float = 5) -> None:
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=rig.world.smtp_port, timeout=timeout)


async def test_a_mail_shows_subject_text_links_and_the_calendar_part(rig: Rig) -> None:
    await post(rig, notice())
    message = await rig.last("zhangwei-0092")
    assert (message["app"], message["kind"]) == ("email", "email")
    assert message["text"] == "面试已取消\n您好，面试已取消。"
    assert message["links"] == ["http://x.example/i/1"]
    assert message["ics"] == ICS
    calls = (await rig.control("GET", "/traffic"))[1]["calls"]
    (call,) = [one for one in calls if one["platform"] == "smtp"]
    assert (call["status"], call["request"]["subject"]) == (250, "面试已取消")


async def test_an_unknown_receiver_is_refused(rig: Rig) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await post(rig, notice("nobody@mail.example"))


async def test_an_ordered_code_is_answered_and_nothing_arrives(rig: Rig) -> None:
    await rig.fault("/", "errcode", 451, platform="smtp")
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await post(rig, notice())
    assert refused.value.code == 451
    assert await rig.screen("zhangwei-0092") == []
    await post(rig, notice())
    assert len(await rig.screen("zhangwei-0092")) == 1


@pytest.mark.parametrize(("kind", "arrived"), [("drop", 1), ("drop-before", 0), ("garbage", 0), ("timeout", 0)])
async def test_a_broken_conversation_is_an_error_whether_or_not_the_mail_arrived(
    rig: Rig, kind: str, arrived: int
) -> None:
    await rig.fault("/", kind, 2 if kind == "timeout" else None, platform="smtp")
    with pytest.raises(aiosmtplib.SMTPException):
        await post(rig, notice(), timeout=1)
    assert len(await rig.screen("zhangwei-0092")) == arrived


async def test_a_silent_server_says_ok_and_loses_the_mail(rig: Rig) -> None:
    await rig.fault("/", "silent", platform="smtp")
    await post(rig, notice())
    assert await rig.screen("zhangwei-0092") == []


async def test_nobody_answers_by_mail(rig: Rig) -> None:
    status, answer = await rig.control("POST", "/phones/zhangwei-0092/say", {"text": "取消", "app": "email"})
    assert status == 409
    assert answer["hint"]
