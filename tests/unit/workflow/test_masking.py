"""What is left of a name, a number and a text for somebody without the right to it (S81)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading import surnames
from models import Candidate
from models.vault import Vault
from workflow.masking import COMPOUND, masked, masked_mail, tail, without_personal
from workflow.sight import FULL, HIDDEN, MASKED, Sight


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张伟", "张*"),
        ("张小明", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        ("司马相如之后人", "司马**"),
        ("买买提·艾力", "买**"),
        ("阿卜杜拉热合曼江苏莱曼", "阿**"),
        ("林", "*"),
        ("", "*"),
        ("𠮷野家", "𠮷**"),
        ("Anna-Lena O'Brien", "A***"),
        ("Li", "L***"),
        ("J", "*"),
        ("Łukasz Żak", "Ł***"),
        ("김민수", "김***"),
        ("（小李）", "*"),
        ("🙂张伟", "*"),
        ("张\u200b伟", "张*"),
    ],
)
def test_a_masked_name_tells_the_family_and_no_more(name: str, shown: str) -> None:
    assert masked(name) == shown


@given(st.text(max_size=60))
def test_masking_twice_changes_nothing_and_never_shows_a_whole_name(name: str) -> None:
    shown = masked(name)
    assert masked(shown) == shown
    assert shown.count("*") in (1, 2, 3)
    assert len(shown) <= 5


def test_family_names_of_two_characters_are_those_that_commands_are_read_with() -> None:
    assert COMPOUND == surnames.COMPOUND


@pytest.mark.parametrize(
    ("address", "shown"),
    [("zhangwei@example.cn", "z***@example.cn"), ("z@example.cn", "***@example.cn"), ("", ""), (None, "")],
)
def test_of_a_mail_address_the_first_letter_and_the_host_stay(address: str | None, shown: str) -> None:
    assert masked_mail(address) == shown


def test_of_a_phone_four_digits_stay() -> None:
    assert (tail("13800008123"), tail(None)) == ("8123", "····")


@pytest.fixture
def candidate(installed_vault: Vault) -> Candidate:
    return Candidate(name="欧阳娜娜", phone="13800008123", email="nana.ouyang@example.cn", secret="00" * 32)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("欧阳娜娜说来不了", "欧阳**说来不了"),
        ("娜娜家里有事", "**家里有事"),
        ("打 13800008123 找她", "打 ［号码 尾号8123］ 找她"),
        ("打 138-0000-8123", "打 ［号码 尾号8123］"),
        ("打 +86 138 0000 8123", "打 ［号码 尾号8123］"),
        ("打 １３８００００８１２３", "打 ［号码 尾号8123］"),
        ("她妈妈 13912345678", "她妈妈 ［号码 尾号5678］"),
        ("座机 010-12345678", "座机 ［号码 尾号5678］"),
        ("身份证 11010119900307123X", "身份证 ［号码 尾号123X］"),
        ("写信 Nana.Ouyang@example.cn", "写信 N***@example.cn"),
        ("写信 other.person@mail.example.com。", "写信 o***@mail.example.com。"),
        ("11月24日 15:00，申请 Q20261124-001，2026-11-24", "11月24日 15:00，申请 Q20261124-001，2026-11-24"),
        ("家中有事，需要照料", "家中有事，需要照料"),
    ],
)
def test_words_lose_the_candidates_own_data_and_every_number_to_call(
    candidate: Candidate, words: str, shown: str
) -> None:
    assert without_personal(words, candidate) == shown
    assert Sight(words=True).words_about(candidate, words) == shown
    assert FULL.words_about(candidate, words) == words
    assert MASKED.words_about(candidate, words) == HIDDEN


def test_a_latin_name_is_taken_out_by_its_parts_whatever_the_case(installed_vault: Vault) -> None:
    person = Candidate(name="Anna Schmidt", phone=None, email=None, secret="00" * 32)
    assert without_personal("anna, Frau SCHMIDT and Anna Schmidt", person) == "**, Frau ** and A***"


def test_a_number_that_the_cut_would_halve_is_taken_out_before(candidate: Candidate) -> None:
    words = "好" * 70 + "13800008123"
    assert "1380" not in Sight(words=True).words_about(candidate, words, 80)


def test_nothing_said_stays_nothing(candidate: Candidate) -> None:
    assert [each.words_about(candidate, None) for each in (MASKED, Sight(words=True), FULL)] == ["", "", ""]


@pytest.mark.parametrize("piece", ["a", "1", "1-", "a.", "a@", "１ "])
def test_a_hostile_text_costs_no_more_than_its_length(candidate: Candidate, piece: str) -> None:
    begun = time.perf_counter()
    Sight(words=True).words_about(candidate, piece * 5000)
    assert time.perf_counter() - begun < 5
