"""One row of the file becomes one Entry, or its faults; pure: what exists is handed in."""

import unicodedata
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.importing import values
from bot.importing.dates import Reader
from bot.importing.lookalikes import is_suspicious
from bot.importing.mapping import FieldName, Mapping, Source
from bot.importing.reading import SourceRow
from bot.importing.report import Fault, Finding
from bot.logs import redacted
from bot.settings_text import nearest
from models import BookingStatus

HISTORICAL = (BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW)
OUTCOMES = (BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
USUAL_HOURS = range(7, 22)  # local hours in which an interview may well begin


@dataclass(frozen=True)
class Directory:
    """What the rows may name: paths of units, ids of employees."""

    organisations: frozenset[str]
    employees: frozenset[str]


@dataclass(frozen=True)
class Entry:
    """A row that can be entered. What the file leaves open is empty or None, and leaves a known booking as it is."""

    row: int
    organisation: str
    position: str
    candidate: str
    starts_at: datetime
    phone: str = ""
    email: str = ""
    candidate_key: str = ""
    booking_no: str = ""
    channel: str = ""
    interviewer: str = ""
    duration_min: int | None = None
    round: str = ""
    link: str = ""
    status: BookingStatus | None = None
    created_at: datetime | None = None
    confirmed_at: datetime | None = None

    @property
    def person(self) -> tuple[str, str]:
        """Return by what the candidate is known: phone before mail address before the source's own id."""
        if self.phone:
            return "phone", self.phone
        return ("email", self.email.casefold()) if self.email else ("key", f"{self.organisation}/{self.candidate_key}")

    @property
    def ends_at(self) -> datetime:
        """Return when it ends, as far as the file says."""
        return self.starts_at + timedelta(minutes=self.duration_min or 45)


@dataclass
class Checked:
    """A row after checking: an entry if it has no faults."""

    entry: Entry | None = None
    faults: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


class Checker:
    """Checks the rows of one file against one mapping, at one moment."""

    def __init__(self, mapping: Mapping, header: Sequence[str], directory: Directory, now: datetime) -> None:
        self._mapping = mapping
        self._places = {name: place for place, name in enumerate(header) if name}
        self._directory = directory
        self._now = now
        self._reader = Reader(mapping.dates, mapping.zone, now)
        self._missing = {_folded(word) for word in mapping.missing}
        given: dict[FieldName, dict[str, str]] = {**mapping.values}
        given["organisation"] = {**given.get("organisation", {}), **mapping.organisation}
        self._words = {name: {_folded(said): meant for said, meant in table.items()} for name, table in given.items()}
        self._readers: Lookup[FieldName, Callable[[str], Any]] = {
            "organisation": self._organisation,
            "position": values.position,
            "candidate": values.name,
            "starts_at": self._reader.read,
            "phone": values.phone,
            "email": values.email,
            "booking_no": values.booking_no,
            "channel": values.channel,
            "interviewer": self._interviewer,
            "duration_min": values.duration,
            "round": values.round_,
            "link": values.link,
            "status": values.status,
            "created_at": self._reader.read,
            "confirmed_at": self._reader.read,
            "candidate_key": values.key,
        }

    def check(self, row: SourceRow) -> Checked:
        """Read every field of a row; all its faults are found, not only the first."""
        checked = Checked()
        if row.is_empty:
            checked.faults.append(Finding(row.number, "", "empty", "整行是空的"))
            return checked
        if row.surplus:
            checked.faults.append(Finding(row.number, "", "columns", f"比表头多出 {row.surplus} 格"))
        names = dict.fromkeys((*self._mapping.columns, *self._mapping.defaults))
        read = {name: self._field(name, row, checked) for name in names}
        self._demand(row.number, read, checked)
        if not checked.faults:
            checked.entry = Entry(row.number, **{name: value for name, value in read.items() if value is not None})
            self._judge(checked.entry, checked)
        if checked.faults:
            checked.entry = None
        return checked

    def _field(self, name: FieldName, row: SourceRow, checked: Checked) -> Any:
        """Return one field's value; None where it is empty or where its fault was noted."""
        text = self._text(name, row, checked)
        if not text:
            return None
        try:
            return self._readers[name](text)
        except Fault as fault:
            checked.faults.append(Finding(row.number, name, fault.code, self._prefix(name) + fault.message))
            return None

    def _text(self, name: FieldName, row: SourceRow, checked: Checked) -> str:
        source = self._mapping.columns.get(name, Source.model_construct(columns=(), value=""))
        cells = [source.value] if source.value else [row.cells[self._places[column]] for column in source.columns]
        if name in ("candidate", "position", "round") and any(map(_hides_something, cells)):
            message = self._prefix(name) + "去掉了看不见的字符，请核对显示的文字"
            checked.warnings.append(Finding(row.number, name, "hidden-characters", message))
        words = [self._word(name, cell) for cell in cells]
        return source.join.join(word for word in words if word) or self._mapping.defaults.get(name, "")

    def _word(self, name: FieldName, cell: str) -> str:
        """Return a cell as it is meant: nothing for a word that means nothing, the translation where there is one."""
        folded = _folded(cell)
        if not folded or folded in self._missing:
            return ""
        return self._words.get(name, {}).get(folded, cell)

    def _prefix(self, name: FieldName) -> str:
        source = self._mapping.columns.get(name)
        columns = "、".join(source.columns) if source else ""
        return f"「{columns}」" if columns and columns != name else ""

    def _organisation(self, text: str) -> str:
        path = values.tidy(text).strip("/")
        if path not in self._directory.organisations:
            raise Fault(
                "unknown-organisation",
                f"没有「{redacted(path)[:40]}」这个单位{nearest(path, self._directory.organisations)}",
            )
        return path

    def _interviewer(self, text: str) -> str:
        key = values.tidy(text)
        if key not in self._directory.employees:
            raise Fault(
                "unknown-interviewer",
                f"没有工号为「{redacted(key)[:40]}」的员工{nearest(key, self._directory.employees)}",
            )
        return key

    def _demand(self, row: int, read: dict[FieldName, Any], checked: Checked) -> None:
        faulty = {fault.column for fault in checked.faults}
        names: tuple[FieldName, ...] = ("organisation", "position", "candidate", "starts_at")
        for name in names:
            if read.get(name) is None and name not in faulty:
                checked.faults.append(Finding(row, name, "missing", self._prefix(name) + "必填"))
        keyed = self._mapping.identity == "candidate_key"
        ways: tuple[FieldName, ...] = ("phone", "email", "candidate_key") if keyed else ("phone", "email")
        if not any(read.get(name) or name in faulty for name in ways):
            message = "没有候选人编号" if keyed else "手机号和邮箱至少要有一个"
            checked.faults.append(Finding(row, ways[-1] if keyed else "phone", "missing", message))

    def _judge(self, entry: Entry, checked: Checked) -> None:
        """Check what only several fields together tell."""
        if is_suspicious(entry.candidate):
            message = "姓名里混有样子相同的别种文字，请按证件核对"
            checked.warnings.append(Finding(entry.row, "candidate", "lookalikes", message))
        ahead = entry.starts_at > self._now
        if self._mapping.history:
            if ahead:
                checked.faults.append(Finding(entry.row, "starts_at", "not-history", "历史导入里不能有将来的时间"))
            if entry.status not in HISTORICAL:
                checked.faults.append(
                    Finding(entry.row, "status", "status", "历史只能是 completed、cancelled、no_show")
                )
        elif ahead and entry.status in OUTCOMES:
            checked.faults.append(Finding(entry.row, "status", "status", f"还没到时间，不能是 {entry.status}"))
        elif not ahead and entry.status not in HISTORICAL:
            checked.warnings.append(Finding(entry.row, "starts_at", "past", "时间已经过去，状态却还没有结果"))
        if entry.channel == "app":
            checked.warnings.append(
                Finding(entry.row, "channel", "channel-unavailable", "应用推送还没有接入，通知按默认顺序走")
            )
        if entry.starts_at.astimezone(self._mapping.zone).hour not in USUAL_HOURS:
            local = f"{entry.starts_at.astimezone(self._mapping.zone):%H:%M}"
            checked.warnings.append(Finding(entry.row, "starts_at", "odd-hour", f"{local} 开始，请核对上午下午"))


def _folded(text: str) -> str:
    return values.tidy(text).casefold()


def _hides_something(cell: str) -> bool:
    return any(unicodedata.category(char) in ("Cf", "Cc") and char not in "\t\r\n" for char in cell.strip("\ufeff"))
