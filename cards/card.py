"""One neutral card: what is shown and what can be pressed, before any platform's form."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line: `label：value`, or free text when there is no label."""

    label: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}：{self.value}" if self.label else self.value


@dataclass(frozen=True)
class Input:
    """Something to choose before a button is pressed; a switch's value is "true" or "false"."""

    name: str
    label: str
    kind: str  # select, switch or text
    options: tuple[tuple[str, str], ...] = ()  # (value, text)
    value: str = ""
    required: bool = False


@dataclass(frozen=True)
class Button:
    """One button; `action` is a plain word of `cards.buttons.ACTIONS`."""

    action: str
    text: str
    danger: bool = False
    typed: str = ""  # what to type instead, where the action word alone does not say it


@dataclass(frozen=True)
class Card:
    """A card as its holder sees it. `summary` stands in the chat list and on the lock screen: no names in it."""

    title: str
    status: str
    lines: tuple[Line, ...]
    handle: str
    summary: str
    inputs: tuple[Input, ...] = ()
    buttons: tuple[Button, ...] = ()
    code: str = ""  # 存证码, the last, quiet line: it changes although nothing on the card does

    @property
    def code_line(self) -> str:
        """Return the line by which whoever keeps the card can vouch for the audit log; nothing without a code."""
        return f"存证码 {self.code}" if self.code else ""
