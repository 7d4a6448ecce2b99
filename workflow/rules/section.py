"""Reading a document part by part: every mistake is noted under its key's path, in Chinese, and reading goes on."""

import difflib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from workflow.rules.ruleset import MOST
from workflow.showing import plain

Choice = TypeVar("Choice", bound=StrEnum)
LONGEST = 80  # characters of a name or a sentence


class Section:
    """One part of a document that holds `name: value`; `problems` is shared by all parts."""

    def __init__(self, value: object, path: str, problems: list[str]) -> None:
        self.path, self.problems = path, problems
        self._values: Mapping[object, object] = value if isinstance(value, Mapping) else {}
        self._asked: set[str] = set()
        if not isinstance(value, Mapping):
            problems.append(f"{path or '整份规则'}: 应为一组「名称: 值」")

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, what: str) -> None:
        """Note a mistake."""
        self.problems.append(f"{self.at(key)}: {what}")

    def has(self, key: str) -> bool:
        """Tell whether a key was written."""
        return key in self._values

    def names(self) -> list[str]:
        """Return every name that stands here: those of chains are chosen freely."""
        for each in self._values:
            if not isinstance(each, str) or not each.strip() or plain(each, LONGEST) != each:
                self.wrong(plain(f"{each}", LONGEST), f"名称应为一行文字，最长 {LONGEST} 个字，不含特殊符号")
        return [each for each in self._values if isinstance(each, str)]

    def take(self, key: str) -> object:
        """Return what was written under a key; None where nothing was."""
        self._asked.add(key)
        return self._values.get(key)

    def end(self) -> None:
        """Note every key that nobody asked for: a mistyped rule must not pass in silence."""
        for key in map(str, self._values):
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                hint = f"；是不是 {near[0]}？" if near else f"；有 {'、'.join(sorted(self._asked))}"
                self.wrong(plain(key, LONGEST), f"没有这一项{hint}")

    def section(self, key: str) -> "Section":
        """Return the part below; an empty one where nothing was written."""
        value = self.take(key)
        return Section(value if self.has(key) else {}, self.at(key), self.problems)

    def sections(self, key: str) -> list["Section"]:
        """Return the parts of a list, counted from 1."""
        found = self._list(key)
        return [Section(each, f"{self.at(key)}.{index}", self.problems) for index, each in enumerate(found, start=1)]

    def text(self, key: str, default: str | None = "") -> str:
        """Return a line of text; a default of None means that it has to be there."""
        value = self.take(key)
        if not self.has(key) and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            self.wrong(key, "没有写" if not self.has(key) else f"应为文字，写的是 {_shown(value)}")
            return ""
        if len(value) > LONGEST or plain(value, LONGEST) != value:
            self.wrong(key, f"应为一行文字，最长 {LONGEST} 个字，不含特殊符号")
        return value

    def number(self, key: str, default: int, most: int = MOST) -> int:
        """Return a whole number from 0 to `most`."""
        return found if (found := self.maybe_number(key, most)) is not None else default

    def maybe_number(self, key: str, most: int = MOST) -> int | None:
        """Return a whole number, or None where nothing was written."""
        value = self.take(key)
        if not self.has(key):
            return None
        if type(value) is not int or not 0 <= value <= most:
            self.wrong(key, f"应为 0 到 {most} 的整数，写的是 {_shown(value)}")
            return None
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return yes or no."""
        return found if (found := self.maybe_flag(key)) is not None else default

    def maybe_flag(self, key: str) -> bool | None:
        """Return yes or no, or None where nothing was written."""
        value = self.take(key)
        if self.has(key) and not isinstance(value, bool):
            self.wrong(key, f"应为 true 或 false，写的是 {_shown(value)}")
        return value if isinstance(value, bool) else None

    def words(self, key: str, known: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return a list of words, each one of `known` where that is given."""
        found = tuple(each if isinstance(each, str) else "" for each in self._list(key))
        if any(not each.strip() or len(each) > LONGEST or plain(each, LONGEST) != each for each in found):
            self.wrong(key, f"应为文字的列表，每条最长 {LONGEST} 个字")
            return ()
        choices = list(known) if known is not None else list(found)
        for each in found:
            if each not in choices:
                self.wrong(key, f"没有 {each}；有 {'、'.join(choices)}")
        return tuple(each for each in found if each in choices)

    def choice(self, key: str, default: Choice, labels: Mapping[str, Choice]) -> Choice:
        """Return one of a closed list, by its code or by its Chinese label."""
        value = self.take(key)
        if not self.has(key):
            return default
        found = {**{str(each): each for each in type(default)}, **labels}
        if isinstance(value, str) and value in found:
            return found[value]
        self.wrong(key, f"没有 {_shown(value)}；有 {'、'.join(found)}")
        return default

    def named(self, key: str, known: Iterable[str]) -> str:
        """Return a name that is defined elsewhere in the document; empty where none was written."""
        name, choices = self.text(key), list(known)
        if name and name not in choices:
            self.wrong(key, f"没有「{name}」；有 {'、'.join(choices) or '（一个也没有写）'}")
            return ""
        return name

    def _list(self, key: str) -> list[object]:
        value = self.take(key)
        if self.has(key) and not isinstance(value, list | tuple):
            self.wrong(key, f"应是列表，例如 [甲, 乙]，写的是 {_shown(value)}")
        return list(value) if isinstance(value, list | tuple) else []


def _shown(value: object) -> str:
    return plain(f"{value}", 20) if isinstance(value, str | int | float | bool) else "别的东西"
