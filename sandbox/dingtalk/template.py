"""The card template its administrator imported, and what a viewer's data makes of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.dingtalk.form import Field, fields_of
from sandbox.text import lines_of

EMPTY = ("", "{}", "[]", "null", '{"fields":[]}')


@dataclass(frozen=True)
class Button:
    """A button that this viewer sees; `params` names the variables it sends back."""

    key: str
    text: str
    enabled: bool
    danger: bool
    params: Mapping[str, str]


@dataclass
class Face:
    """A card as one viewer sees it."""

    title: str = ""
    status: str = ""
    lines: list[str] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)


class Template:
    """Render only what the template declares: its variables, its components, its conditions."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.kind = str(description.get("type", "im"))
        self.variables = {entry["name"]: entry["type"] for entry in description["variables"]}
        self._components: list[dict[str, Any]] = list(description["components"])
        self._check()

    @classmethod
    def read(cls, path: Path) -> "Template":
        """Read a description file."""
        return cls(json.loads(path.read_text("utf-8")))

    def face(self, view: Mapping[str, str]) -> Face:
        """Show the card for one viewer's data."""
        data = {name: view.get(name, "") for name in self.variables}
        face = Face()
        for component in self._components:
            if _holds(component.get("shown_when"), data):
                _place(face, component, data)
        return face

    def params(self) -> Mapping[str, str]:
        """Give the params a button of this template sends, for a click on one that is not shown."""
        for component in self._components:
            if component["kind"] == "button":
                return dict(component.get("params", {}))
        return {}

    def _check(self) -> None:
        keys = ("text", "action_id", "fields")
        used = [component[key] for component in self._components for key in keys if key in component]
        missing = [name for name in used if name not in self.variables]
        if missing:
            raise ValueError(f"the template uses {missing[0]} without declaring it")


def _place(face: Face, component: Mapping[str, Any], data: Mapping[str, str]) -> None:
    kind = component["kind"]
    if kind == "title":
        face.title = data[component["text"]]
    elif kind == "status":
        face.status = data[component["text"]]
    elif kind == "markdown":
        face.lines += lines_of(data[component["text"]])
    elif kind == "form":
        face.fields += fields_of(data[component["fields"]])
    elif kind == "button" and data[component["action_id"]]:
        face.buttons.append(_button(component, data))


def _button(component: Mapping[str, Any], data: Mapping[str, str]) -> Button:
    disabled = "disabled_when" in component and _holds(component["disabled_when"], data)
    danger = "danger_when" in component and _holds(component["danger_when"], data)
    key, text = data[component["action_id"]], data[component["text"]]
    return Button(key, text, not disabled, danger, component.get("params", {}))


def _holds(condition: Mapping[str, Any] | None, data: Mapping[str, str]) -> bool:
    if condition is None:
        return True
    if "all" in condition:
        return all(_holds(part, data) for part in condition["all"])
    if "any" in condition:
        return any(_holds(part, data) for part in condition["any"])
    value = data.get(condition["variable"], "")
    said: dict[str, str | bool] = {"equal": value, "not_equal": value, "empty": value in EMPTY}
    said["not_empty"] = value not in EMPTY
    return all(_agrees(name, is_so, condition[name]) for name, is_so in said.items() if name in condition)


def _agrees(name: str, is_so: str | bool, wanted: Any) -> bool:
    same = _text(is_so) == _text(wanted)
    return not same if name == "not_equal" else same


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
