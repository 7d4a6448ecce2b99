"""Whose name is meant: honorifics, pinyin and initials, terms for a search index, and how well a query fits a name."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product
from typing import Final

from handlers.reading.surnames import COMPOUND, READINGS, SINGLE
from handlers.reading.text import plain

_DOTS: Final = re.compile(r"[·・•‧∙⋅.．•\s]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_AFTER: Final = re.compile(
    r"(?:老师|先生|女士|小姐|同学|经理|总监|主管|主任|总经理|董事长|部长|处长|科长|局长|院长|博士"
    r"|教授|工程师|师傅|同志|大哥|大姐|哥|姐|总|工|董|院|局|处|hr)$"
)
_BEFORE: Final = re.compile(r"^(?:小|老|阿|大)(?=[\u3400-\u9fff]{1,2}$)")
_MOST_READINGS: Final = 8
_TAIL: Final = re.compile(r"[0-9]{4,15}")


def bare_name(name: str) -> str:
    """Strip what is added to a name in speech: 张总 → 张, 小李 → 李, 王芳老师 → 王芳.

    A whole name is kept: 王总 loses its title, 高总明 does not, and 小 stays in a name that is longer than a surname.
    """
    text = plain(name).strip(" @,.")
    short = _AFTER.sub("", text)
    if short and (len(short) > 1 or short in SINGLE):
        text = short
    match = _BEFORE.match(text)
    if match and (text[1:] in SINGLE or text[1:] in COMPOUND):
        text = text[1:]
    return _DOTS.sub("·" if _HAN.search(text) else " ", text)


def _joined(name: str) -> str:
    return _DOTS.sub("", name)


def surname_of(name: str) -> str:
    """Give the surname a Chinese name begins with; the first part of any other name."""
    bare = bare_name(name)
    if "·" in bare or not _HAN.match(bare):
        return re.split(r"[· ]", bare)[0]
    return bare[:2] if bare[:2] in COMPOUND and len(bare) > 2 else bare[:1]


@lru_cache(maxsize=4096)
def readings(name: str) -> tuple[tuple[str, ...], ...]:
    """Read a name as syllables, the surest reading first; several where a given name can be read several ways."""
    bare = bare_name(name)
    if not _HAN.search(bare):
        return (tuple(part for part in bare.split(" ") if part),)
    surname = surname_of(bare)
    given = _joined(bare)[len(surname) :]
    options = [_surname_syllables(surname), *_syllables(given)]
    chosen = list(islice(product(*options), _MOST_READINGS))
    return tuple(tuple(syllable for part in reading for syllable in part.split()) for reading in chosen)


def _surname_syllables(surname: str) -> list[str]:
    if surname in COMPOUND:
        whole = READINGS[surname]
        second = _syllables(surname)[1][0]
        first = whole.removesuffix(second) if whole.endswith(second) and whole != second else whole[: _cut(whole)]
        return [f"{first} {whole[len(first) :]}"]
    if surname in READINGS:
        return [READINGS[surname]]
    return [" ".join(options[0] for options in _syllables(surname))]


def _cut(whole: str) -> int:
    """Find where the second syllable of a compound surname with an unusual reading begins."""
    vowel = next((i for i, char in enumerate(whole) if char in "aeiouv"), 0)
    rest = next((i for i in range(vowel, len(whole)) if whole[i] not in "aeiouvng"), len(whole) // 2)
    return rest


def _each(rest: str) -> list[str]:  # pypinyin says `str` in its types and takes a list in its manual
    return list(rest)


def _syllables(text: str) -> list[list[str]]:
    """Give each character's readings without tones; what has none stands for itself."""
    from pypinyin import Style, pinyin

    read = pinyin(
        text,
        style=Style.NORMAL,
        heteronym=True,
        errors=_each,  # type: ignore[arg-type]
        v_to_u=False,
    )
    return [list(dict.fromkeys(option.lower().replace("ü", "v") for option in options)) for options in read]


def full_pinyin(name: str) -> str:
    """Spell a name in pinyin without spaces: 单雄 → shanxiong, 尉迟恭 → yuchigong."""
    return "".join(readings(name)[0])


def initials(name: str) -> str:
    """Give the first letters of a name's syllables: 张伟 → zw."""
    return "".join(syllable[0] for syllable in readings(name)[0] if syllable)


def phone_tail(phone: str) -> str | None:
    """Give the last four digits of a phone number."""
    digits = re.sub(r"[^0-9]", "", plain(phone))
    return digits[-4:] if len(digits) >= 4 else None


def search_terms(name: str) -> set[str]:
    """List the terms one name is found by, each with a letter for its kind.

    `w:` whole name, `n:` one or two characters of it, `p:` pinyin of all or of the surname, `i:` initials and their
    beginnings. The store keeps only keyed hashes of them, so the letters keep kinds apart.
    """
    bare = bare_name(name)
    whole = _joined(bare)
    terms = {f"w:{whole}"} | {f"n:{whole[i : i + size]}" for size in (1, 2) for i in range(len(whole) - size + 1)}
    terms |= {f"w:{part}" for part in re.split(r"[· ]", bare)}
    surname_length = len(surname_of(bare)) if _HAN.match(bare) and "·" not in bare else 1
    for reading in readings(bare):
        terms |= {f"p:{''.join(reading)}", f"p:{''.join(reading[:surname_length])}"}
        letters = "".join(syllable[0] for syllable in reading)
        terms |= {f"i:{letters[:end]}" for end in range(1, len(letters) + 1)}
    return {term for term in terms if len(term) > 2}


def query_terms(text: str) -> list[str]:
    """List the terms to look up for one query, best first; any of them may hit, `rank` orders and refuses."""
    bare = bare_name(text)
    whole = _joined(bare)
    if not whole:
        return []
    if _TAIL.fullmatch(whole):
        return [f"t:{whole[-4:]}"]
    if not _HAN.search(whole):
        return [f"p:{whole}", f"i:{whole}", f"w:{whole}"] if whole.isascii() else [f"w:{whole}"]
    same_sound = [f"p:{''.join(reading)}" for reading in readings(bare)] if len(whole) > 1 else []
    part = [f"n:{whole}"] if len(whole) <= 2 else []
    return list(dict.fromkeys([f"w:{whole}", *same_sound, *part]))


def rank(query: str, name: str) -> int | None:
    """Say how a query fits a name: 0 exactly, 1 by sound, 2 by initials, 3 as a part of it; None where it does not."""
    asked, whole = _joined(bare_name(query)), _joined(bare_name(name))
    if not asked:
        return None
    if asked == whole:
        return 0
    spelled = {"".join(reading) for reading in readings(name)}
    if not _HAN.search(asked):
        return _rank_latin(asked, name, spelled)
    if len(asked) > 1 and spelled & {"".join(reading) for reading in readings(query)}:
        return 1
    if len(asked) > 1 and asked in re.split(r"[· ]", bare_name(name)):
        return 3
    return 3 if asked in whole and len(asked) <= 2 else None


def _rank_latin(asked: str, name: str, spelled: set[str]) -> int | None:
    if asked in spelled:
        return 1
    letters = {"".join(syllable[0] for syllable in reading) for reading in readings(name)}
    if any(each.startswith(asked) for each in letters):
        return 2
    return 3 if f"p:{asked}" in search_terms(name) or f"w:{asked}" in search_terms(name) else None


def is_one_edit(first: str, second: str) -> bool:
    """Tell whether one letter put in, left out, changed, or swapped with its neighbour makes one the other."""
    if abs(len(first) - len(second)) > 1 or first == second:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    a, b = first[start:], second[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and len(a) > 1 and a[2:] == b[2:])


def is_surname(query: str) -> bool:
    """Tell whether a whole query is a surname: 张, 欧阳."""
    return query in SINGLE or query in COMPOUND


_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_LONGEST_SOUND: Final = 24


def near_terms(query: str) -> list[str]:
    """List the terms of names that sound one letter different: the index holds hashes, which have no neighbours."""
    found: dict[str, None] = {}
    for sound in {"".join(reading) for reading in readings(query)}:
        if sound.isascii() and 3 <= len(sound) <= _LONGEST_SOUND:
            found |= dict.fromkeys(f"p:{each}" for each in _one_letter_off(sound))
    return list(found)


def _one_letter_off(sound: str) -> Iterator[str]:
    for at in range(len(sound) + 1):
        head, tail = sound[:at], sound[at:]
        yield from (head + letter + tail for letter in _LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS if letter != tail[0])
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def suggest(query: str, names: list[str]) -> list[str]:
    """Name up to three people one slip of the finger away; only ever shown, never acted on."""
    asked = _joined(bare_name(query))
    sounds = {"".join(reading) for reading in readings(query)}
    near = [
        name
        for name in names
        if (len(asked) > 2 and is_one_edit(asked, _joined(bare_name(name))))
        or any(is_one_edit(sound, full_pinyin(name)) for sound in sounds)
    ]
    return list(dict.fromkeys(near))[:3]
