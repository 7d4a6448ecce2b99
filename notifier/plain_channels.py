"""Our notice → each platform's call, for messages that are text (or a menu, or a mail)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from models import Platform
from notifier.channels import Channel, Parcel
from platforms.dingtalk.api import DingTalk
from platforms.email import Mailer
from platforms.sms.protocol import SmsGateway, SmsStatus
from platforms.wecom.api import WeCom
from platforms.wecom.kf import CustomerService

AGAIN = "（重发）"
REPEATED_WITHIN_S = 14_400  # WeCom drops an identical message inside four hours
SHANGHAI = timezone(timedelta(hours=8))


def marked(parcel: Parcel) -> str:
    """Return the text; where a platform has no key, a possible repeat says so."""
    return f"{AGAIN if parcel.repeat else ''}{parcel.words.numbered()}"


@dataclass(frozen=True)
class DingTalkChannel:
    """Text from the robot to one member."""

    api: DingTalk

    async def send(self, parcel: Parcel) -> str:
        sent = await self.api.send_text([parcel.address], marked(parcel))
        return sent.process_query_key

    async def was_sent(self, parcel: Parcel) -> bool | None:
        return None


@dataclass(frozen=True)
class WeComChannel:
    """Text from the app to one member. Only a possible repeat asks the platform to drop what it has shown already."""

    api: WeCom

    async def send(self, parcel: Parcel) -> str:
        once_within_s = REPEATED_WITHIN_S if parcel.repeat else 0
        sent = await self.api.send_text([parcel.address], marked(parcel), once_within_s=once_within_s)
        return sent.msgid

    async def was_sent(self, parcel: Parcel) -> bool | None:
        return None


@dataclass(frozen=True)
class CustomerServiceChannel:
    """Text or a menu to a candidate in WeChat; the key makes a repeat harmless."""

    service: CustomerService

    async def send(self, parcel: Parcel) -> str:
        if parcel.words.choices:
            return await self.service.send_menu(
                parcel.address, parcel.words.plainly(), parcel.words.choices, msgid=parcel.key
            )
        return await self.service.send_text(parcel.address, parcel.words.plainly(), parcel.key)

    async def was_sent(self, parcel: Parcel) -> bool | None:
        return None


@dataclass(frozen=True)
class SmsChannel:
    """One SMS from a registered template; an unknown outcome is looked up before anything is sent again."""

    gateway: SmsGateway
    codes: Mapping[str, str]  # our name of a template → the gateway's, where they differ

    async def send(self, parcel: Parcel) -> str:
        words = parcel.words
        code = self.codes.get(words.sms_code, words.sms_code)
        return await self.gateway.send(parcel.address, code, words.for_sms(), parcel.key)

    async def was_sent(self, parcel: Parcel) -> bool | None:
        day = parcel.posted_at.astimezone(SHANGHAI).date()
        for each in (day, day + timedelta(days=1)):
            if await self.gateway.sent(parcel.address, each, parcel.key) != SmsStatus.NOT_FOUND:
                return True
        return False

    async def has_arrived(self, address: str, key: str, sent_at: datetime) -> bool | None:
        """Ask for the carrier's receipt; None while there is none."""
        status = await self.gateway.sent(address, sent_at.astimezone(SHANGHAI).date(), key)
        return {SmsStatus.DELIVERED: True, SmsStatus.FAILED: False}.get(status)


@dataclass(frozen=True)
class EmailChannel:
    """One mail; its Message-ID follows from the key, so that mail programs that look at it show a repeat once."""

    mailer: Mailer
    domain: str

    async def send(self, parcel: Parcel) -> str:
        words, message_id = parcel.words, f"<{parcel.key}@{self.domain}>"
        await self.mailer.send(
            parcel.address,
            words.subject,
            marked(parcel),
            ics=parcel.calendar,
            ics_method=words.calendar or "REQUEST",
            message_id=message_id,
        )
        return message_id

    async def was_sent(self, parcel: Parcel) -> bool | None:
        return None


Channels = Mapping[Platform, Channel]
