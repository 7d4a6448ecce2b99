"""Which channel is tried first, and when WeChat is open."""

from datetime import UTC, datetime, timedelta

import pytest

from models import Account, Platform
from notifier.channels import KF_MESSAGES, KF_WINDOW, ORDER, in_order, window_open

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


def account(platform: Platform, heard_ago: timedelta | None = None, sent: int = 0) -> Account:
    heard_at = None if heard_ago is None else NOW - heard_ago
    return Account(platform=platform, heard_at=heard_at, sent_since_heard=sent)


def order(*accounts: Account, preferred: Platform | None = None) -> list[Platform]:
    return [each.platform for each in in_order(accounts, preferred, NOW)]


@pytest.mark.parametrize(
    ("heard_ago", "sent", "is_open"),
    [
        (None, 0, False),
        (timedelta(0), 0, True),
        (KF_WINDOW - timedelta(seconds=1), 0, True),
        (KF_WINDOW, 0, False),
        (KF_WINDOW + timedelta(days=9), 0, False),
        (timedelta(minutes=1), KF_MESSAGES - 1, True),
        (timedelta(minutes=1), KF_MESSAGES, False),
    ],
)
def test_wechat_is_open_for_48_hours_and_five_messages(heard_ago: timedelta | None, sent: int, is_open: bool) -> None:
    assert window_open(account(Platform.KF, heard_ago, sent), NOW) is is_open


def test_every_platform_has_its_place() -> None:
    assert set(ORDER) == set(Platform)


@pytest.mark.parametrize("preferred", Platform)
def test_the_preferred_channel_comes_first_and_every_other_follows_in_the_usual_order(preferred: Platform) -> None:
    everyone = [account(each, timedelta(minutes=1)) for each in reversed(ORDER)]
    assert order(*everyone, preferred=preferred) == [preferred, *(each for each in ORDER if each != preferred)]


def test_without_a_preference_the_usual_order_stands() -> None:
    assert order(account(Platform.EMAIL), account(Platform.SMS)) == [Platform.SMS, Platform.EMAIL]


def test_a_closed_wechat_is_left_out_even_when_it_is_preferred() -> None:
    accounts = (account(Platform.KF, KF_WINDOW), account(Platform.SMS), account(Platform.EMAIL))
    assert order(*accounts, preferred=Platform.KF) == [Platform.SMS, Platform.EMAIL]


def test_who_can_only_be_reached_by_a_closed_wechat_cannot_be_reached() -> None:
    assert order(account(Platform.KF)) == []
