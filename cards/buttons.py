"""What a button carries: a plain action word and an opaque handle, nothing else (T3). Both are checked when pressed."""

import re
from dataclasses import dataclass

ACTIONS = frozenset(
    {
        "add",
        "approve",
        "choose",
        "confirm",
        "dismiss",
        "hand_over",
        "open",
        "reject",
        "remind",
        "see",
        "send_back",
        "submit",
        "undo",
        "withdraw",
    }
)
HANDLE = re.compile(r"[a-z2-7]{26}", re.ASCII)


@dataclass(frozen=True)
class Press:
    """A button that was pressed: on DingTalk and WeCom `action.handle`, in WeChat `action_handle`."""

    action: str
    handle: str

    def key(self, separator: str = ".") -> str:
        """Return what the platform sends back."""
        return f"{self.action}{separator}{self.handle}"


def read_press(key: str) -> Press | None:
    """Return what a key means, or None when it was not made by us."""
    action, handle = (key[:-27], key[-26:]) if len(key) > 27 else ("", "")
    separated = key[-27:-26] in (".", "_")
    return Press(action, handle) if separated and action in ACTIONS and HANDLE.fullmatch(handle) else None
