"""One cell becomes one value: each function normalises a text, or raises Fault with a stable code."""

import re
import unicodedata
from urllib.parse import urlsplit

from bot.importing.reading import visible
from bot.importing.report import Fault
from bot.logs import redacted
from models import BookingStatus, Platform

STATUSES = ("scheduled", "confirmed", "completed", "cancelled", "no_show")
CHANNELS = (*map(str, Platform), "app")
LONGEST_NAME, LONGEST_POSITION, LONGEST_ROUND, LONGEST_NUMBER, LONGEST_LINK = 40, 120, 40, 24, 2000
DURATIONS = range(5, 601)  # minutes

_HAN = "\u3400-\u9fff\U00020000-\U000323af"
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_BETWEEN_DIGITS = re.compile(r"[\s().\-–—_]")
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
_BLANK_IN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_DOT = re.compile(rf"(?<=[{_HAN}])\s*[·・•‧∙⋅.．]\s*(?=[{_HAN}])")
_TITLE = re.compile(rf"(?<=[{_HAN}]{{2}})(?:先生|女士|小姐|同学)$")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]*")
_DURATION = re.compile(
    r"(?P<number>\d{1,4}(?:\.\d{1,2})?)\s?(?P<unit>分钟?|min(?:ute)?s?|小时|h(?:ours?)?)?", re.IGNORECASE
)


def tidy(text: str) -> str:
    """Return the text in one spelling: full-width letters and digits half-width, blanks single, nothing invisible."""
    return " ".join(visible(unicodedata.normalize("NFKC", text)).split())


def name(text: str) -> str:
    """Normalise a person's name: NFC, no blanks inside a Chinese name, no title behind it."""
    shown = " ".join(visible(unicodedata.normalize("NFC", text)).split())
    bare = _TITLE.sub("", _DOT.sub("·", _BLANK_IN_HAN.sub("", shown)))
    if not any(char.isalpha() for char in bare):
        raise Fault("name", "这里应是姓名")
    if not all(char.isalnum() or unicodedata.combining(char) or char in " ·.'’-()（）" for char in bare):
        raise Fault("name", "姓名里有不该有的字符")
    return _within(bare, LONGEST_NAME, "name")


def phone(text: str) -> str:
    """Return a mobile number as the platforms take it: eleven digits in China, elsewhere `+` and country code."""
    digits = _BETWEEN_DIGITS.sub("", tidy(text))
    if re.fullmatch(r"\d+\.0|\d\.\d+[Ee]\+\d+", tidy(text)):
        digits = _unspoilt(tidy(text))
    home = re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", digits)
    if _MOBILE.fullmatch(home):
        return home
    if re.fullmatch(r"(?:\+|00)(?!86)[1-9][0-9]{6,14}", digits):
        return "+" + digits.removeprefix("+").removeprefix("00")
    raise Fault("phone", _what_is_wrong(home))


def _unspoilt(text: str) -> str:
    if "E" in text.upper():
        raise Fault("phone", "被表格软件改成了科学计数法，请把这一列设为文本后重填")
    return text.removesuffix(".0")


def _what_is_wrong(digits: str) -> str:
    if not digits.isdigit():
        return "不是一个手机号（一格只写一个号码）"
    if len(digits) != 11:
        return f"手机号应为 11 位，这里有 {len(digits)} 位"
    return "不是手机号段"


def email(text: str) -> str:
    """Return the address, its domain in small letters."""
    address = tidy(text)
    if len(address) > 254 or ".." in address or not _EMAIL.fullmatch(address):
        raise Fault("email", "不是正确的邮箱地址")
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def position(text: str) -> str:
    """Return a position's name."""
    return _within(tidy(text), LONGEST_POSITION, "position")


def round_(text: str) -> str:
    """Return which round it is."""
    return _within(tidy(text), LONGEST_ROUND, "round")


def booking_no(text: str) -> str:
    """Return a booking's number; it stands in the audit log, so it must not be a phone number."""
    number = tidy(text)
    if not _NUMBER.fullmatch(number) or _MOBILE.fullmatch(number):
        raise Fault("booking-no", "编号只用字母、数字和 _ . / -，也不要用手机号当编号")
    return _within(number, LONGEST_NUMBER, "booking-no")


def status(text: str) -> BookingStatus:
    """Return the status a file may give."""
    word = tidy(text).lower()
    if word not in STATUSES:
        raise Fault("status", f"没有「{redacted(word)[:20]}」这个状态，应为 {'、'.join(STATUSES)}")
    return BookingStatus(word)


def channel(text: str) -> str:
    """Return the channel's word; `app` has no platform yet."""
    word = tidy(text).lower()
    if word not in CHANNELS:
        raise Fault("channel", f"没有「{redacted(word)[:20]}」这个渠道，应为 {'、'.join(CHANNELS)}")
    return word


def duration(text: str) -> int:
    """Return whole minutes; 45, 45.0, 45分钟, 1.5小时."""
    match = _DURATION.fullmatch(tidy(text))
    minutes = float(match["number"]) * (60 if (match["unit"] or "m")[0] in "小hH" else 1) if match else 0.0
    if not minutes.is_integer() or int(minutes) not in DURATIONS:
        raise Fault("duration", f"时长应为 {DURATIONS[0]} 到 {DURATIONS[-1]} 的整分钟数")
    return int(minutes)


def link(text: str) -> str:
    """Return a web address."""
    address = visible(text)
    try:
        parts = urlsplit(address)
        has_place = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets, a port or letters that no host has
        raise Fault("link", "链接写得不对，请从浏览器里整条复制") from None
    if parts.scheme not in ("https", "http") or not has_place or re.search(r"\s", address):
        raise Fault("link", "链接应以 https:// 开头")
    return _within(address, LONGEST_LINK, "link")


def key(text: str) -> str:
    """Return an id as the source writes it."""
    return _within(tidy(text), 64, "candidate-key")


def _within(text: str, longest: int, code: str) -> str:
    if len(text) > longest:
        raise Fault(code, f"太长了，最多 {longest} 个字")
    return text
