"""Form fields of a card: how they look, and what a filled-in form sends back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.errors import SandboxError

SWITCHES = ("SWITCH", "CHECKBOX")


@dataclass(frozen=True)
class Field:
    """One field of a form variable; `options` are (value, text) in order."""

    name: str
    label: str
    type: str
    options: tuple[tuple[str, str], ...]
    default: Any
    hidden: bool

    def shown(self) -> dict[str, Any]:
        """Show this field as the control API does."""
        options = [{"value": value, "text": text} for value, text in self.options]
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type.lower(),
            "options": options,
            "value": self._plain_default(),
        }

    def wire(self, given: Any) -> Any:
        """Turn what a person chose into what the platform sends; None where nothing was chosen."""
        if self.type in SWITCHES:
            return _truth(given)
        if self.type == "SELECT":
            return self._chosen(given)
        if self.type == "MULTI_SELECT":
            return self._chosen_many(given)
        return "" if given is None else given

    def _plain_default(self) -> Any:
        value = self.wire(self.default)
        return value["value"] if isinstance(value, dict) else value

    def _chosen(self, given: Any) -> dict[str, Any] | None:
        if given is None or given == "":
            return None
        index = self._index(given)
        return {"index": index, "value": self.options[index][0]}

    def _chosen_many(self, given: Any) -> dict[str, Any]:
        if isinstance(given, Mapping):
            given = given.get("value", given.get("index"))
        many = given if isinstance(given, Sequence) and not isinstance(given, str) else [given] if given else []
        indexes = [self._index(item) for item in many]
        return {"index": indexes, "value": [self.options[index][0] for index in indexes]}

    def _index(self, given: Any) -> int:
        if isinstance(given, Mapping):
            given = given.get("value", given.get("index"))
        values = [value for value, _ in self.options]
        if str(given) in values:
            return values.index(str(given))
        if isinstance(given, int) and 0 <= given < len(values):
            return given
        raise SandboxError(400, f"{self.name} has no option {given}", "one of " + " ".join(values))


def fields_of(variable: str) -> list[Field]:
    """Read a form variable: a JSON string of {"fields": [...]}; what is not one shows nothing."""
    try:
        form = json.loads(variable) if variable else {}
    except ValueError:
        return []
    entries = form.get("fields", []) if isinstance(form, Mapping) else form
    return [_field(entry) for entry in entries if isinstance(entry, Mapping) and entry.get("name")]


def filled(fields: Sequence[Field], inputs: Mapping[str, object], *, force: bool) -> dict[str, Any]:
    """Fill in a form: what was given, each other field's default, hidden fields included.

    A name the form does not have is refused, unless forced: then it is sent as it is.
    """
    known = {one.name: one for one in fields if force or not one.hidden}
    unknown = {name: value for name, value in inputs.items() if name not in known}
    if unknown and not force:
        raise SandboxError(400, f"the card has no input {next(iter(unknown))}", "one of " + " ".join(known))
    values = {one.name: one.wire(inputs.get(one.name, one.default)) for one in fields}
    return {name: value for name, value in (values | unknown).items() if value is not None}


def _field(entry: Mapping[str, Any]) -> Field:
    options = tuple((str(option.get("value", "")), _label(option.get("text"))) for option in entry.get("options") or ())
    kind = str(entry.get("type", "TEXT")).upper()
    hidden = _truth(entry.get("hidden"))
    return Field(str(entry["name"]), _label(entry.get("label")), kind, options, entry.get("defaultValue"), hidden)


def _label(text: Any) -> str:
    if isinstance(text, Mapping):
        return str(text.get("zh_CN") or text.get("ZH_CN") or "")
    return "" if text is None else str(text)


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() == "true"
