"""Mail by SMTP: one message, one receiver, one connection; what was refused says whether to try again."""

import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from typing import Literal

import aiosmtplib

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown, Unreachable

Tls = Literal["none", "starttls", "implicit"]

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]{1,128}@[A-Za-z0-9.-]{1,128}>")
CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")

NO_LOGIN_NEEDED = ""
LOGIN_REFUSED = frozenset({530, 534, 535, 538})


class Mailer:
    """Sends through one submission server.

    `sender` is an address with or without a name: `守约 <no-reply@example.com>`. `now` gives seconds since 1970 for
    the Date header.
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        password: str,
        sender: str,
        tls: Tls,
        *,
        now: Callable[[], float],
        timeout: float = 10.0,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._username, self._password = username, password
        self._name, self._address = _mailbox(sender)
        self._tls = tls
        self._now = now
        self._timeout = timeout
        self._trust = trust

    async def send(
        self,
        to: str,
        subject: str,
        text: str,
        html: str = "",
        ics: bytes | None = None,
        ics_method: str = "REQUEST",
        *,
        message_id: str,
        reply_to: str = "",
    ) -> None:
        """Send one mail; repeating it with the same `message_id` lets mail programs show it once.

        Raises Unreachable when the receiver's address is refused, Unknown when the connection broke after the text
        was on its way.
        """
        if not ADDRESS.fullmatch(to):
            raise Unreachable("address", "not a mail address")
        message = self._message(to, subject, message_id, reply_to)
        message.set_content(text, cte="base64")
        if html:
            message.add_alternative(html, subtype="html", cte="base64")
        if ics is not None:
            params = {"method": ics_method, "charset": "utf-8"}
            message.add_alternative(ics, maintype="text", subtype="calendar", params=params, cte="base64")
        await self._submit(to, message.as_bytes())

    async def greet(self) -> None:
        """Connect, encrypt, log in and leave, as for a mail; nothing is sent."""
        client = self._client()
        try:
            await self._open(client)
            await client.noop()
        except aiosmtplib.SMTPResponseException as error:
            raise _for_all(error) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Temporary("connection", type(error).__name__) from None
        finally:
            await _leave(client)

    def _message(self, to: str, subject: str, message_id: str, reply_to: str) -> EmailMessage:
        if not MESSAGE_ID.fullmatch(message_id) or (reply_to and not ADDRESS.fullmatch(reply_to)):
            raise Refused("header", "message id or reply address")
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = Address(self._name, addr_spec=self._address)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = CONTROLS.sub(" ", subject).strip()
        message["Date"] = format_datetime(datetime.fromtimestamp(self._now(), UTC))
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
        if reply_to:
            message["Reply-To"] = Address(addr_spec=reply_to)
        return message

    async def _submit(self, to: str, message: bytes) -> None:
        client = self._client()
        try:
            await self._open(client)
            await self._envelope(client, to)
            await self._data(client, message)
        finally:
            await _leave(client)

    def _client(self) -> aiosmtplib.SMTP:
        # The name in EHLO is given, because asking the system for one would block.
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._timeout,
            use_tls=self._tls == "implicit",
            start_tls=False,
            tls_context=self._trust,
            local_hostname=self._address.rpartition("@")[2],
        )

    async def _open(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
            await self._encrypt(client)
            if self._username != NO_LOGIN_NEEDED:
                await client.login(self._username, self._password)
        except aiosmtplib.SMTPNotSupported:
            raise Misconfigured("smtp-login", "the server offers no login we know") from None
        except aiosmtplib.SMTPResponseException as error:
            raise _for_all(error) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            if isinstance(error.__cause__ or error, ssl.SSLError):
                raise Misconfigured("smtp-tls", "the server's encryption or certificate is not trusted") from None
            raise Temporary("connect", type(error).__name__) from None

    async def _encrypt(self, client: aiosmtplib.SMTP) -> None:
        if self._tls != "starttls":
            return
        await client.ehlo()
        if not client.supports_extension("starttls"):
            raise Misconfigured("smtp-tls", "the server does not offer STARTTLS")
        await client.starttls(tls_context=self._trust)

    async def _envelope(self, client: aiosmtplib.SMTP, to: str) -> None:
        try:
            await client.mail(self._address)
            await client.rcpt(to)
        except aiosmtplib.SMTPSenderRefused as error:
            raise _for_all(error) from None
        except aiosmtplib.SMTPRecipientRefused as error:
            raise _refusal(error, Unreachable) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Temporary("connection", type(error).__name__) from None

    async def _data(self, client: aiosmtplib.SMTP, message: bytes) -> None:
        try:
            await client.data(message)
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error, Refused) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unknown("no-answer", type(error).__name__) from None


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say QUIT; the mail is settled by now, so nothing that goes wrong here matters."""
    try:
        if client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=2.0)
    finally:
        client.close()


def _mailbox(sender: str) -> tuple[str, str]:
    name, address = parseaddr(sender)
    if not ADDRESS.fullmatch(address):
        raise ValueError("the sender is not a mail address")
    return CONTROLS.sub(" ", name), address


def _for_all(error: aiosmtplib.SMTPResponseException) -> PlatformError:
    """Map a refusal that every mail of ours would meet."""
    if error.code in LOGIN_REFUSED or error.code >= 500:
        return Misconfigured(str(error.code), _told(error))
    return Temporary(str(error.code), _told(error))


def _refusal(error: aiosmtplib.SMTPResponseException, for_good: type[PlatformError]) -> PlatformError:
    if error.code >= 500:
        return for_good(str(error.code), _told(error))
    return Temporary(str(error.code), _told(error))


def _told(error: aiosmtplib.SMTPResponseException) -> str:
    return CONTROLS.sub(" ", error.message)[:200]
