"""A mail server that keeps what it receives on the phones: subject, text, links and the calendar part."""

import asyncio
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from lxml import html

from sandbox.errors import SandboxError
from sandbox.faults import Fault, silent
from sandbox.people import person_with_email
from sandbox.text import links_in
from sandbox.traffic import Call
from sandbox.world import World

LARGEST_MAIL = 20 << 20
TAKEN = "250 OK"


class MailPhone:
    """The mail app on a phone: it reads; nobody's mail server is there to answer to."""

    async def say(self, person: str, text: str, *, group: str | None, voice: bool) -> int:
        """Refuse: the bot has no mailbox to write to."""
        raise SandboxError(409, "the bot receives no mail", "open the link in the mail, or use another app")

    async def send_file(self, person: str, name: str, data: bytes, content_type: str) -> int:
        """Refuse: the bot has no mailbox to write to."""
        raise SandboxError(409, "the bot receives no mail", "open the link in the mail, or use another app")

    async def tap(self, person: str, card: str, button: str, inputs: dict[str, object], *, force: bool) -> str | None:
        """Refuse: a mail has no buttons."""
        raise SandboxError(409, "a mail has no buttons", "open its link")

    async def choose(self, person: str, menu: str, item: str) -> None:
        """Refuse: a mail has no menus."""
        raise SandboxError(409, "a mail has no menus", "open its link")

    def card(self, person: str, card: str) -> dict[str, Any] | None:
        """Show nothing: a mail has no cards."""
        return None


class Inbox:
    """What the SMTP server does with an address and with a mail; the names of the methods are aiosmtpd's."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail for people of the cast only."""
        if person_with_email(address) is None:
            return "550 5.1.1 User unknown"
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Put a mail on the phones, unless a fault was ordered; faults match the path /<first receiver>."""
        path = f"/{envelope.rcpt_tos[0]}"
        call = self._record(envelope, path)
        fault = self.world.faults.take("smtp", path, method="DATA")
        answer = self._take(envelope) if fault is None else await self._disturbed(server, envelope, fault)
        call.status, call.response = int(answer[:3]) if answer[:3].isdigit() else None, answer
        return answer

    def _record(self, envelope: Envelope, path: str) -> Call:
        mail = _parsed(envelope)
        shown = {"from": envelope.mail_from, "to": list(envelope.rcpt_tos), "subject": str(mail["Subject"] or "")}
        headers = [(name, str(value)) for name, value in mail.items()]
        return self.world.traffic.start("smtp", "DATA", path, {}, headers, shown)

    def _take(self, envelope: Envelope) -> str:
        mail = _parsed(envelope)
        text, links = _text(mail)
        shown = "\n".join(part for part in (str(mail["Subject"] or ""), text) if part)
        for address in envelope.rcpt_tos:
            person = person_with_email(address)
            assert person is not None
            self.world.phones.add(
                person.id, app="email", sender="bot", kind="email", text=shown, links=links, ics=_calendar(mail)
            )
        return TAKEN

    async def _disturbed(self, server: SMTP, envelope: Envelope, fault: Fault) -> str:
        if fault.kind in ("http", "errcode"):
            return f"{fault.value or 451} injected"
        if fault.kind == "garbage":
            return "<html><body>502 Bad Gateway</body></html>"
        if fault.kind in ("delay", "timeout"):
            await asyncio.sleep(fault.seconds(1 if fault.kind == "delay" else 60))
        if fault.kind == "silent":
            return self._silently(envelope)
        answer = self._take(envelope) if fault.kind in ("delay", "drop") else "421 closing"
        if fault.kind != "delay":
            _cut(server)
        return answer

    def _silently(self, envelope: Envelope) -> str:
        mark = silent.set(True)
        try:
            return self._take(envelope)
        finally:
            silent.reset(mark)


async def start(world: World) -> Callable[[], Awaitable[None]]:
    """Listen for mail on the configured port, 0 for any free one, and return what stops it."""
    loop, inbox = asyncio.get_running_loop(), Inbox(world)
    world.apps["email"] = MailPhone()

    def session() -> SMTP:
        return SMTP(inbox, hostname="sandbox", loop=loop, enable_SMTPUTF8=True, data_size_limit=LARGEST_MAIL)

    server = await loop.create_server(session, world.config.host, world.config.smtp_port)
    world.smtp_port = server.sockets[0].getsockname()[1]

    async def close() -> None:
        server.close()
        await asyncio.sleep(0)

    return close


def _parsed(envelope: Envelope) -> EmailMessage:
    content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
    return message_from_bytes(content, EmailMessage, policy=policy.default)


def _text(mail: EmailMessage) -> tuple[str, tuple[str, ...]]:
    """Read the words of a mail and every link in it, whether written out or behind words of its HTML."""
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    markup = str(rich.get_content()) if rich else ""
    text = str(plain.get_content()) if plain else _words(markup)
    return text.strip(), tuple(dict.fromkeys((*links_in(text), *links_in(markup))))


def _words(markup: str) -> str:
    return "".join(map(str, html.document_fromstring(markup).itertext())) if markup.strip() else ""


def _cut(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


def _calendar(mail: EmailMessage) -> str | None:
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            return data.decode(part.get_content_charset() or "utf-8", "replace")
    return None
