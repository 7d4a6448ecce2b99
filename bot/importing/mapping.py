"""The mapping file: which column of the source is which of our fields, and how its words are to be read."""

from collections.abc import Hashable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from bot.importing.reading import REASONS, heading
from bot.importing.report import Unreadable
from bot.settings_text import nearest

FieldName = Literal[
    "organisation",
    "position",
    "candidate",
    "starts_at",
    "phone",
    "email",
    "booking_no",
    "channel",
    "interviewer",
    "duration_min",
    "round",
    "link",
    "status",
    "created_at",
    "confirmed_at",
    "candidate_key",
]
REQUIRED: tuple[FieldName, ...] = ("organisation", "position", "candidate", "starts_at")
STANDARD = tuple(name for name in get_args(FieldName) if name != "candidate_key")
NAMED_FORMS = ("iso", "chinese", "excel")
_SAMPLE = datetime(2001, 12, 24, 15, 45)  # noqa: DTZ001 - only tries out a form
LARGEST_MAPPING = 256 * 1024


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """Where a field comes from: columns, joined where they are several, or one value for every row."""

    columns: tuple[str, ...] = ()
    join: str = " "
    value: str = ""

    @field_validator("columns")
    @classmethod
    def _as_in_header(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(heading, columns))

    @model_validator(mode="after")
    def _either(self) -> Self:
        if bool(self.columns) == bool(self.value):
            raise ValueError("写 columns 或 value，只写一个")
        return self


def _source(given: Any) -> Any:
    """Take a column's name or a list of them for what they stand for."""
    if isinstance(given, str):
        return {"columns": [given]}
    return {"columns": given} if isinstance(given, list) else given


class Dates(_Part):
    """How dates are written: `iso`, `chinese`, `excel`, or a form of strptime such as `%d.%m.%Y`."""

    forms: tuple[str, ...] = ("iso",)
    default_time: str = Field(default="", pattern=r"^(?:([01]\d|2[0-3]):[0-5]\d)?$")
    year: Literal["required", "future"] | int = "required"
    not_before: date | None = None
    not_after: date | None = None

    @field_validator("forms")
    @classmethod
    def _known(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        for form in forms:
            if form not in NAMED_FORMS:
                _try_out(form)
        return forms


def _try_out(form: str) -> None:
    try:
        read = datetime.strptime(_SAMPLE.strftime(form), form)  # noqa: DTZ007 - only tries out a form
    except ValueError:
        read = None
    if read is None or read.date() != _SAMPLE.date():
        raise ValueError(f"「{form}」不是 {'、'.join(NAMED_FORMS)}，也不是带年月日的 strptime 格式，例如 %d.%m.%Y")


class Mapping(_Part):
    """A whole mapping file. Without one, `Mapping()` reads the standard columns and nothing else."""

    columns: dict[FieldName, Annotated[Source, BeforeValidator(_source)]] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    values: dict[FieldName, dict[str, str]] = Field(default_factory=dict)
    organisation: dict[str, str] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    defaults: dict[FieldName, str] = Field(default_factory=dict)
    dates: Dates = Field(default_factory=Dates)
    time_zone: str = "Asia/Shanghai"
    history: bool = False
    identity: Literal["phone_or_email", "candidate_key"] = "phone_or_email"

    @field_validator("ignore")
    @classmethod
    def _as_in_header(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(heading, columns))

    @field_validator("time_zone")
    @classmethod
    def _existing(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            raise ValueError(f"没有时区「{name}」，例如 Asia/Shanghai") from None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.identity == "candidate_key" and not (self.history and "candidate_key" in self.columns):
            raise ValueError("identity: candidate_key 只用于 history: true，并要在 columns 里写 candidate_key")
        absent = [name for name in REQUIRED if self.columns and name not in self.columns and name not in self.defaults]
        if absent:
            raise ValueError(f"columns 里缺 {'、'.join(absent)}")
        if self.columns and not {"phone", "email", "candidate_key"} & set(self.columns):
            raise ValueError("columns 里要有 phone 或 email")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which times without one are meant."""
        return ZoneInfo(self.time_zone)

    def fitted(self, header: Sequence[str]) -> "Mapping":
        """Return the mapping for a file with this header, or raise Unreadable naming the column that is wrong."""
        if not self.columns:
            return self.model_copy(update={"columns": _standard(header)})
        for name, source in self.columns.items():
            for column in source.columns:
                if column not in header:
                    raise Unreadable(f"文件里没有「{column}」这一列（columns.{name}）{nearest(column, header)}")
        return self

    def unused(self, header: Sequence[str]) -> list[str]:
        """List the columns that nothing is read from and that were not said to be ignored (`*`: all of them)."""
        if "*" in self.ignore:
            return []
        used = {column for source in self.columns.values() for column in source.columns}
        return [column for column in header if column and column not in {*used, *self.ignore, *REASONS}]


def _standard(header: Sequence[str]) -> dict[FieldName, Source]:
    names = [name for name in header if name and name not in REASONS]
    unknown = [name for name in names if name not in STANDARD]
    if unknown:
        raise Unreadable(
            f"不认识「{unknown[0]}」这一列{nearest(unknown[0], STANDARD)}"
            f"（认识的列：{'、'.join(STANDARD)}；别的表头用 --mapping 说明，见 docs/importing.md）"
        )
    absent = [name for name in REQUIRED if name not in names]
    if absent:
        raise Unreadable(f"缺少必填的列 {'、'.join(absent)}")
    if "phone" not in names and "email" not in names:
        raise Unreadable("缺少 phone 或 email 列，至少要有一个")
    return {name: Source(columns=(name,)) for name in STANDARD if name in names}


class _Texts(yaml.BaseLoader):
    """YAML in which every value stays the text that was written, and a key written twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if keys.count(key.value) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"「{key.value}」写了两次", key.start_mark)
        return super().construct_mapping(node, deep)


def load(file: Path) -> Mapping:
    """Read a mapping file, or raise Unreadable with the path of every wrong key."""
    try:
        if file.stat().st_size > LARGEST_MAPPING:
            raise Unreadable(f"{file} 太大了，映射文件最多 {LARGEST_MAPPING // 1024} KB")
        content = yaml.load(file.read_text("utf-8-sig"), Loader=_Texts)  # noqa: S506 - makes nothing but texts
    except FileNotFoundError:
        raise Unreadable(f"没有这个映射文件：{file}") from None
    except OSError as wrong:
        raise Unreadable(f"打不开映射文件 {file}：{wrong.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as wrong:
        raise Unreadable(f"{file} 不是正确的 YAML（UTF-8）：{wrong}") from None
    if not isinstance(content, dict) or not content.get("columns"):
        raise Unreadable(f"{file} 里没有 columns：映射文件至少要说明各列（docs/importing.md）")
    try:
        return Mapping.model_validate(content)
    except ValidationError as wrong:
        lines = [_line(error) for error in wrong.errors(include_url=False)]
        raise Unreadable(f"{file} 有 {len(lines)} 处不能用：{'；'.join(lines)}") from None


def _line(error: ErrorDetails) -> str:
    path = [str(part) for part in error["loc"] if part != "[key]"]
    place = ".".join(path) or "整体"
    if error["type"] == "extra_forbidden":
        return f"{place}：没有这一项{nearest(path[-1], _siblings(path))}"
    if error["type"] == "literal_error" and "[key]" in error["loc"]:
        return f"{place}：没有这个字段{nearest(path[-1], get_args(FieldName))}"
    return f"{place}：{error['msg'].removeprefix('Value error, ')}"


def _siblings(path: list[str]) -> list[str]:
    inner: dict[str, type[BaseModel]] = {"dates": Dates, "columns": Source}
    model = inner.get(path[0], Mapping) if len(path) > 1 else Mapping
    return list(model.model_fields)
