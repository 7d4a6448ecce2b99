"""Mail through a real SMTP server, and the calendar objects in it."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar
import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from platforms.calendar import Method, invitation
from platforms.email import Mailer
from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown, Unreachable

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
STARTS = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
ID = "<n-1.abc@shouyue.example.com>"
SENDER = "守约面试 <no-reply@shouyue.example.com>"


class Inbox:
    """Takes what comes, or refuses as a test laid out."""

    def __init__(self, **replies: str) -> None:
        self.mails: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.replies = replies

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if "mail" in self.replies:
            return self.replies["mail"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if "rcpt" in self.replies:
            return self.replies["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.replies.get("data") == "drop":
            server.transport.close()
            return "250 never seen"
        if "data" in self.replies:
            return self.replies["data"]
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.receivers += envelope.rcpt_tos
        return "250 OK"


@asynccontextmanager
async def smtp(inbox: object, wrap: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(inbox, loop=loop, hostname="mx.example.com", **options)

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=wrap)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def mailer(port: int, **changes: Any) -> Mailer:
    given: dict[str, Any] = {"username": "", "password": "", "sender": SENDER, "tls": "none", **changes}
    return Mailer("127.0.0.1", port, now=NOW.timestamp, timeout=1.0, **given)


async def send(port: int, **changes: Any) -> None:
    given = {"to": "zhangwei@example.com", "subject": "面试已取消", "text": "您好", "message_id": ID, **changes}
    await mailer(port).send(**given)


def card(method: Method = "REQUEST", sequence: int = 0) -> bytes:
    return invitation(
        "booking-1@shouyue", sequence, STARTS, STARTS + timedelta(minutes=45), "AI 面试：Java 后端，张伟",
        "hr@example.com", "zhangwei@example.com", method, written_at=NOW, location="https://x.cn/i/1",
    )  # fmt: skip


def part(mail: EmailMessage, kind: str) -> EmailMessage:
    return next(each for each in mail.walk() if each.get_content_type() == kind)  # type: ignore[return-value]


async def test_a_mail_arrives_with_its_texts_and_its_calendar_object() -> None:
    inbox = Inbox()
    async with smtp(inbox) as port:
        await send(port, html="<p>您好</p>", ics=card("CANCEL", 1), ics_method="CANCEL", reply_to="hr@example.com")
    mail = inbox.mails[0]
    assert inbox.receivers == ["zhangwei@example.com"]
    assert (mail["Subject"], mail["From"], mail["To"]) == ("面试已取消", SENDER, "zhangwei@example.com")
    assert (mail["Message-ID"], mail["Reply-To"], mail["Auto-Submitted"]) == (ID, "hr@example.com", "auto-generated")
    assert mail["Date"].datetime == NOW
    assert mail.get_content_type() == "multipart/alternative"
    assert part(mail, "text/plain").get_content().strip() == "您好"
    assert part(mail, "text/html").get_content().strip() == "<p>您好</p>"
    attached = part(mail, "text/calendar")
    assert attached.get_param("method") == "CANCEL"
    assert icalendar.Calendar.from_ical(attached.get_payload(decode=True))["method"] == "CANCEL"


async def test_a_plain_mail_is_plain() -> None:
    inbox = Inbox()
    async with smtp(inbox) as port:
        await send(port, text="您好\n.\n再见")
    assert inbox.mails[0].get_content_type() == "text/plain"
    assert inbox.mails[0].get_content().replace("\r\n", "\n").strip() == "您好\n.\n再见"


async def test_a_subject_cannot_add_a_header() -> None:
    inbox = Inbox()
    async with smtp(inbox) as port:
        await send(port, subject="面试\r\nBcc: evil@example.com\n\n正文\u2028完\x00")
    mail = inbox.mails[0]
    assert mail["Bcc"] is None
    assert mail["Subject"] == "面试 Bcc: evil@example.com 正文 完"
    assert inbox.receivers == ["zhangwei@example.com"]


@pytest.mark.parametrize(
    "to",
    ["", "张伟", "a@b@c", "a b@x.cn", "a@x.cn\r\nBcc: b@x.cn", "a@x.cn,b@x.cn", "<a@x.cn>", "张@x.cn", "a@x.cn>"],
)
async def test_what_is_not_one_address_is_not_written_to(to: str) -> None:
    inbox = Inbox()
    async with smtp(inbox) as port:
        with pytest.raises(Unreachable):
            await send(port, to=to)
    assert inbox.mails == []


@pytest.mark.parametrize("change", [{"message_id": "n-1"}, {"message_id": "<a@b>\r\nX: y"}, {"reply_to": "a\nb@x.cn"}])
async def test_other_headers_are_refused_when_they_are_none(change: dict[str, str]) -> None:
    async with smtp(Inbox()) as port:
        with pytest.raises(Refused):
            await send(port, **change)


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"rcpt": "550 5.1.1 no such user"}, Unreachable),
        ({"rcpt": "450 4.2.1 try later"}, Temporary),
        ({"mail": "553 not yours"}, Misconfigured),
        ({"mail": "451 later"}, Temporary),
        ({"data": "554 5.7.1 spam"}, Refused),
        ({"data": "452 full"}, Temporary),
        ({"data": "drop"}, Unknown),
    ],
)
async def test_the_type_of_a_refusal_says_what_to_do(replies: dict[str, str], expected: type[PlatformError]) -> None:
    inbox = Inbox(**replies)
    async with smtp(inbox) as port:
        with pytest.raises(PlatformError) as caught:
            await send(port)
    assert type(caught.value) is expected
    assert inbox.mails == []


async def test_no_server_is_temporary() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Temporary):
            await send(unused.getsockname()[1])


@asynccontextmanager
async def scripted(answer: Callable[[bytes], bytes | None]) -> AsyncIterator[int]:
    """Serve SMTP line by line; an answer of None is silence."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx\r\n")
        while line := await reader.readline():
            if (reply := answer(line)) is not None:
                writer.write(reply)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_silence_before_the_text_is_temporary_and_after_it_unknown() -> None:
    def silent_at_rcpt(line: bytes) -> bytes | None:
        return None if line.upper().startswith(b"RCPT") else b"250 ok\r\n"

    def silent_after_text(line: bytes) -> bytes | None:
        if line.upper().startswith((b"EHLO", b"MAIL", b"RCPT")):
            return b"250 ok\r\n"
        return b"354 go\r\n" if line.upper().startswith(b"DATA") else None

    for answer, expected in ((silent_at_rcpt, Temporary), (silent_after_text, Unknown)):
        async with scripted(answer) as port:
            with pytest.raises(PlatformError) as caught:
                await send(port)
        assert type(caught.value) is expected


async def test_a_login_is_made_and_a_refused_one_is_a_matter_for_an_administrator() -> None:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        is_right = (data.login, data.password) == (b"bot", b"right")
        return AuthResult(success=is_right, handled=is_right)

    inbox = Inbox()
    options = {"authenticator": check, "auth_require_tls": False}
    given = {"to": "a@x.cn", "subject": "s", "text": "t", "message_id": ID}
    async with smtp(inbox, **options) as port:
        await mailer(port, username="bot", password="right").send(**given)
        with pytest.raises(Misconfigured) as caught:
            await mailer(port, username="bot", password="wr0ng").send(**given)
    assert len(inbox.mails) == 1
    assert "wr0ng" not in str(caught.value)


async def test_encryption_that_is_asked_for_and_not_offered_stops_the_mail() -> None:
    inbox = Inbox()
    async with smtp(inbox) as port:
        for tls in ("starttls", "implicit"):
            with pytest.raises(Misconfigured):
                await mailer(port, tls=tls).send("a@x.cn", "s", "t", message_id=ID)
    assert inbox.mails == []


def certificate_for_loopback(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate; return the server's context and that of a client which trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mx.example.com")])
    made = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, made - timedelta(1), made + timedelta(1))
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = builder.add_extension(addresses, critical=False).sign(key, hashes.SHA256())
    pem = folder / "server.pem"
    unlocked = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked)
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_mail_is_encrypted_for_a_server_we_trust_and_for_no_other(tmp_path: Path, tls: str) -> None:
    server, trust = certificate_for_loopback(tmp_path)
    inbox = Inbox()
    offered = {"tls_context": server, "require_starttls": True} if tls == "starttls" else {"wrap": server}
    async with smtp(inbox, **offered) as port:
        await mailer(port, tls=tls, trust=trust).send("a@x.cn", "s", "t", message_id=ID)
        with pytest.raises(Misconfigured):
            await mailer(port, tls=tls).send("a@x.cn", "s", "t", message_id=ID)
    assert len(inbox.mails) == 1


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_greeting_a_server_goes_as_far_as_a_mail_would_and_sends_none(tmp_path: Path, tls: str) -> None:
    server, trust = certificate_for_loopback(tmp_path)
    inbox = Inbox()
    offered = {"tls_context": server, "require_starttls": True} if tls == "starttls" else {"wrap": server}
    async with smtp(inbox, authenticator=only_the_right_one, auth_require_tls=False, **offered) as port:
        await mailer(port, tls=tls, trust=trust, username="hr", password="right").greet()
        with pytest.raises(Misconfigured, match="535"):
            await mailer(port, tls=tls, trust=trust, username="hr", password="wrong").greet()
        with pytest.raises(Misconfigured, match="smtp-tls"):
            await mailer(port, tls=tls, username="hr", password="right").greet()
    with pytest.raises(Temporary):
        await mailer(port, tls=tls, trust=trust).greet()
    assert inbox.mails == []


def only_the_right_one(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    is_right = given.password == b"right"
    return AuthResult(success=is_right, handled=is_right)


def test_a_sender_without_an_address_is_refused_at_once() -> None:
    with pytest.raises(ValueError):
        mailer(25, sender="守约")


def test_an_update_and_a_cancellation_speak_of_the_same_event() -> None:
    calendars = [
        icalendar.Calendar.from_ical(card(method, n)) for n, method in enumerate(("REQUEST", "REQUEST", "CANCEL"))
    ]
    events = [calendar.walk("VEVENT")[0] for calendar in calendars]
    assert [calendar["method"] for calendar in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {event["uid"] for event in events} == {"booking-1@shouyue"}
    assert [event["sequence"] for event in events] == [0, 1, 2]
    assert [event["status"] for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_an_invitation_names_its_zone_and_its_people() -> None:
    calendar = icalendar.Calendar.from_ical(card())
    event = calendar.walk("VEVENT")[0]
    assert event["dtstart"].dt == STARTS
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert event["dtstamp"].dt == NOW
    assert (event["organizer"], event["attendee"]) == ("mailto:hr@example.com", "mailto:zhangwei@example.com")
    assert event["summary"] == "AI 面试：Java 后端，张伟"


def test_a_summary_cannot_add_a_line() -> None:
    written = invitation(
        "b@x", 0, STARTS, STARTS, "面试\r\nSTATUS:CANCELLED\r\nATTENDEE:mailto:evil@x.cn", "a@x.cn", "b@x.cn",
        "REQUEST", written_at=NOW,
    )  # fmt: skip
    event = icalendar.Calendar.from_ical(written).walk("VEVENT")[0]
    assert event["status"] == "CONFIRMED"
    assert event["attendee"] == "mailto:b@x.cn"
