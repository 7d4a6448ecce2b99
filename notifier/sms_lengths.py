"""An SMS of at most two parts: what a candidate needs least is shortened first, the time and the link never are."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

PART = 67  # characters of one part of a long SMS
MOST = 2 * PART
SIGN = 8  # 【守约面试】, and longer ones
PHONE = re.compile(r"\+?[0-9][0-9\- ]{5,}[0-9]")
TEMPLATES: Mapping[str, str] = {
    each["code"]: each["content"]
    for each in json.loads(Path(__file__).with_name("sms_templates.json").read_text("utf-8"))["templates"]
}

Params = dict[str, str]


def length(code: str, params: Params) -> int:
    """Return how many characters the message has, its sign included."""
    return SIGN + len(re.sub(r"\$\{(\w+)\}", lambda match: params[match[1]], TEMPLATES[code]))


def fitted(code: str, params: Params) -> Params:
    """Return the values of the template, shortened step by step until the message has two parts."""
    for shorter in STEPS:
        if length(code, params) <= MOST:
            break
        params = shorter(params)
    return params


def _cut(name: str, most: int) -> Callable[[Params], Params]:
    def shorter(params: Params) -> Params:
        value = params[name]
        return {**params, name: value if len(value) <= most else value[: most - 1] + "…"}

    return shorter


def _brief_next(params: Params) -> Params:
    return {**params, "next": "资格保留。" if "改约" in params["next"] else "谢谢。"}


def _number_only(params: Params) -> Params:
    found = PHONE.search(params["contact"])
    return {**params, "contact": f"电话{found[0]}。" if found else params["contact"]}


STEPS = (
    _brief_next,
    _number_only,
    _cut("position", 8),
    _cut("name", 6),
    _cut("position", 4),
    _cut("name", 4),
    _cut("contact", 16),
)
