"""One cell, one value."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.importing import values
from bot.importing.dates import Reader
from bot.importing.mapping import Dates
from bot.importing.report import Fault

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = Dates(forms=("iso", "chinese", "excel", "%Y/%m/%d %H:%M"))


def code(read: Callable[[str], object], text: str) -> str:
    with pytest.raises(Fault) as fault:
        read(text)
    return fault.value.code


@pytest.mark.parametrize(
    "text",
    [
        "13800138123",
        "138 0013 8123",
        "138-0013-8123",
        "１３８００１３８１２３",
        "+86 13800138123",
        "+８６ 138 0013 8123",
        "0086-13800138123",
        "8613800138123",
        "(138)00138123",
        "13800138123.0",
        "\u202a13800138123\u202c",
    ],
)
def test_one_phone_written_in_many_ways_is_one_phone(text: str) -> None:
    assert values.phone(text) == "13800138123"


@pytest.mark.parametrize("text", ["+1 (415) 555-0123", "001 415 555 0123"])
def test_a_phone_abroad_keeps_its_country(text: str) -> None:
    assert values.phone(text) == "+14155550123"


@pytest.mark.parametrize(
    "text",
    [
        "1380013812",
        "138001381234",
        "12800138123",
        "1.38E+10",
        "13800138123/13800138124",
        "010-88886666",
        "abc",
        "+86123",
    ],
)
def test_what_is_no_mobile_number_is_refused(text: str) -> None:
    assert code(values.phone, text) == "phone"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张 伟", "张伟"),
        ("张　伟", "张伟"),
        ("张伟先生", "张伟"),
        ("李娜 女士", "李娜"),
        ("买买提．艾力", "买买提·艾力"),
        ("Tom  Smith", "Tom Smith"),
        ("Zoe\u0301", "Zo\u00e9"),
        ("\u202e张三", "张三"),
        ("王小姐", "王小姐"),
        ("张伟（校招）", "张伟（校招）"),
    ],
)
def test_names_are_written_one_way(text: str, name: str) -> None:
    assert values.name(text) == name


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "[点我](http://x)", "123", "?", "<b>", "字" * 41])
def test_what_is_no_name_is_refused(text: str) -> None:
    assert code(values.name, text) == "name"


@pytest.mark.parametrize("text", ["a@b", "a b@c.cn", "a#b.cn", "a..b@c.cn", "a@b..cn", "张@b.cn;c@d.cn", "a@-b.cn"])
def test_what_is_no_mail_address_is_refused(text: str) -> None:
    assert code(values.email, text) == "email"


def test_a_mail_address_keeps_its_name_and_lowers_its_domain() -> None:
    assert values.email(" Feng.Xue＠Mail.Example ") == "Feng.Xue@mail.example"


@pytest.mark.parametrize(
    ("text", "minutes"), [("45", 45), ("45.0", 45), ("４５分钟", 45), ("1小时", 60), ("1.5 小时", 90), ("90min", 90)]
)
def test_durations_are_minutes(text: str, minutes: int) -> None:
    assert values.duration(text) == minutes


@pytest.mark.parametrize("text", ["0", "4", "601", "45.5", "三刻钟", "-30", "1:30"])
def test_other_durations_are_refused(text: str) -> None:
    assert code(values.duration, text) == "duration"


def test_a_number_is_never_a_phone_as_it_stands_in_the_audit_log() -> None:
    assert values.booking_no("ATS-2027/001") == "ATS-2027/001"
    for text in ("13800138123", "编号一", "a b", "x" * 25):
        assert code(values.booking_no, text) == "booking-no"


@pytest.mark.parametrize("reader", [values.status, values.channel])
@pytest.mark.parametrize("text", ["13800138123", "表里错位的 13800138123", "zhang.wei@mail.example"])
def test_a_cell_in_the_wrong_column_is_named_without_phone_or_address(
    reader: Callable[[str], object], text: str
) -> None:
    with pytest.raises(Fault) as refused:
        reader(text)
    assert "1380013" not in refused.value.message
    assert "zhang.wei" not in refused.value.message


@pytest.mark.parametrize("text", ["javascript:alert(1)", "ftp://x.cn", "x.cn", "https://", "https://x.cn/a b"])
def test_only_web_links_are_links(text: str) -> None:
    assert code(values.link, text) == "link"


def read(text: str, dates: Dates = ALL, zone: ZoneInfo = SHANGHAI) -> str:
    return f"{Reader(dates, zone, NOW).read(text).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    "text", ["2027-03-10 15:00", "2027-03-10T15:00:00+08:00", "2027-03-10T07:00:00Z", " 2027-03-10  15:00 "]
)
def test_standard_dates_are_read_without_a_mapping(text: str) -> None:
    assert read(text, Dates()) == "2027-03-10 15:00"


@pytest.mark.parametrize(
    "text", ["2027/03/10 15:00", "2027-3-10 15:00", "2027年3月10日 15:00", "2027-03-10", "10.03.2027"]
)
def test_without_a_mapping_nothing_else_is(text: str) -> None:
    assert code(Reader(Dates(), SHANGHAI, NOW).read, text) == "date"


@pytest.mark.parametrize(
    "text",
    [
        "2027年3月10日 15:00",
        "2027年3月10日下午3点",
        "2027年3月10日（周三）15:00",
        "２０２７年３月１０日　１５：００",
        "二〇二七年三月十日下午三点",
        "2027/3/10 下午3点",
        "2027.3.10 15:00",
        "2027/3/10 15:00",
        "27年3月10日15时",
        "46456.625",
        "2027年3月10日 15:00（北京时间）",
    ],
)
def test_one_moment_written_in_many_ways_is_one_moment(text: str) -> None:
    assert read(text) == "2027-03-10 15:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027年2月30日 15:00", "date"),
        ("2027-03-10 25:00", "date"),
        ("2027年3月10日", "date"),
        ("明天下午三点", "date"),
        ("下周三 15:00", "date"),
        ("15:00", "date"),
        ("待定", "date"),
        ("1880年3月10日 15:00", "date"),
        ("3月10日 15:00", "date-ambiguous"),
        ("03-10 15:00", "date-ambiguous"),
        ("2027年3月10日（周四）15:00", "date-ambiguous"),
        ("2027/3/10 3:30", "date-ambiguous"),
        ("2027年3月10日 15:00-16:00", "date-ambiguous"),
        ("2027年3月10日下午", "date-ambiguous"),
        ("2027年3月10日 15:00 或 2027年3月11日 15:00", "date-ambiguous"),
        ("2027年3月10日 15:00 张总办公室", "date-ambiguous"),
        ("9" * 100, "date"),
    ],
)
def test_what_is_doubtful_is_refused_and_never_guessed(text: str, expected: str) -> None:
    assert code(Reader(ALL, SHANGHAI, NOW).read, text) == expected


def test_two_forms_that_disagree_make_a_date_ambiguous() -> None:
    dates = Dates(forms=("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"))
    assert code(Reader(dates, SHANGHAI, NOW).read, "04/05/2016 10:00") == "date-ambiguous"
    assert read("04/04/2016 10:00", dates) == "2016-04-04 10:00"
    assert read("25/04/2016 10:00", dates) == "2016-04-25 10:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11-25 15:00", "2026-11-25 15:00"),
        ("11月24日 9:00", "2026-11-24 09:00"),
        ("11/23 15:00", "2027-11-23 15:00"),
        ("2月29日 15:00", "2028-02-29 15:00"),
    ],
)
def test_the_next_such_day_is_meant_where_the_mapping_says_so(text: str, expected: str) -> None:
    assert read(text, Dates(forms=ALL.forms, year="future")) == expected


def test_a_fixed_year_is_taken_where_none_is_written() -> None:
    assert read("11/23 15:00", Dates(forms=ALL.forms, year=2028)) == "2028-11-23 15:00"
    assert code(Reader(Dates(forms=ALL.forms, year=2027), SHANGHAI, NOW).read, "2月29日 15:00") == "date"


def test_a_day_alone_gets_the_time_the_mapping_gives_in_its_zone() -> None:
    dates = Dates(forms=("%d.%m.%y",), default_time="09:00")
    assert read("21.4.16", dates, ZoneInfo("Asia/Kolkata")) == "2016-04-21 11:30"


def test_dates_outside_the_mapping_s_years_are_refused() -> None:
    dates = Dates.model_validate({"forms": ["iso"], "not_after": "2016-12-31"})
    assert code(Reader(dates, SHANGHAI, NOW).read, "2017-04-12 09:00") == "date"
    assert read("2016-12-31 23:00", dates) == "2016-12-31 23:00"
