"""Channels: what each can do, and in which order a person's are tried. Choosing is pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from models import Account, Platform
from notifier.words import Words

KF_WINDOW = timedelta(hours=48)
KF_MESSAGES = 5
ORDER = (Platform.KF, Platform.WECOM, Platform.DINGTALK, Platform.SMS, Platform.EMAIL)


@dataclass(frozen=True)
class Parcel:
    """One notice on its way to one address.

    `key` is the same in every try, so that a platform with idempotency keys shows it once; `repeat` tells that an
    earlier try ended unknown. `calendar` is the iCalendar part of a mail.
    """

    key: str
    address: str
    words: Words
    posted_at: datetime
    repeat: bool = False
    calendar: bytes | None = None


class Channel(Protocol):
    """One way to reach people."""

    async def send(self, parcel: Parcel) -> str:
        """Send it and return the platform's id; raises a PlatformError."""

    async def was_sent(self, parcel: Parcel) -> bool | None:
        """Tell whether an earlier try with unknown outcome arrived; None where the platform cannot say."""


def in_order(accounts: Sequence[Account], preferred: Platform | None, now: datetime) -> list[Account]:
    """Return the accounts worth trying: the preferred channel first, WeChat only while its window is open."""
    usable = [each for each in accounts if each.platform != Platform.KF or window_open(each, now)]
    return sorted(usable, key=lambda each: (each.platform != preferred, ORDER.index(each.platform)))


def window_open(account: Account, now: datetime) -> bool:
    """Tell whether WeChat lets us write: within 48 hours of the person's last message, five messages at most."""
    if account.heard_at is None or now - account.heard_at >= KF_WINDOW:
        return False
    return account.sent_since_heard < KF_MESSAGES
