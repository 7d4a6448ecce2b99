"""What people read about settings: the sentence for each problem, and the reference table of docs/settings.md."""

import difflib
import re
import types
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined

EXPECTED = {
    "missing": "没有写",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字；纯数字请加引号",
    "string_too_short": "不能为空或过短",
    "too_short": "过短",
    "string_pattern_mismatch": "格式不对",
    "path_type": "应为文件路径",
    "dict_type": "应为“名称: 值”",
    "list_type": "应是列表，例如 [甲, 乙]",
    "model_type": "应是一段“名称: 值”",
    "model_attributes_type": "应是一段“名称: 值”",
}


def problems(wrong: ValidationError, root: type[BaseModel], prefix: str) -> list[str]:
    """Word every problem, one line each: path, what was written, what was expected, an example.

    A secret's value never appears; an environment variable's name does, because the value may have come from there.
    """
    return [line for error in wrong.errors(include_url=False) for line in _lines(error, root, prefix)]


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest what may have been meant, or nothing."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return f"；是不是 {found[0]}？" if found else ""


def _lines(error: ErrorDetails, root: type[BaseModel], prefix: str) -> Iterator[str]:
    path = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden":
        section = _section(root, path[:-1])
        yield f"{'.'.join(path)}：没有这一项{nearest(path[-1], section.model_fields if section else ())}"
        return
    for key in error.get("ctx", {}).get("keys", []):
        yield f"{'.'.join([*path, key])}：启用后必填{_help(_field(root, [*path, key]), [*path, key], prefix)}"
    if error["type"] != "needed_when_enabled":
        yield f"{'.'.join(path) or '整体'}：{_expected(error)}{_help(_field(root, path), path, prefix)}"


def _expected(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    bounds = {"greater_than_equal": "ge", "less_than_equal": "le", "greater_than": "gt"}
    words = {"ge": "不小于", "le": "不大于", "gt": "大于"}
    if bound := bounds.get(error["type"]):
        return f"应{words[bound]} {context[bound]}"
    if error["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context["expected"]))
        return f"只能是 {'、'.join(choices)}"
    return EXPECTED.get(error["type"], error["msg"])


def _help(field: FieldInfo | None, path: Sequence[str], prefix: str) -> str:
    if field is None:
        return ""
    example = f"，例如 {path[-1]}: {field.examples[0]}" if field.examples else ""
    return f"（{field.description}）{example}；或环境变量 {prefix}{'__'.join(path).upper()}"


def _field(root: type[BaseModel], path: Sequence[str]) -> FieldInfo | None:
    section = _section(root, path[:-1])
    return section.model_fields.get(path[-1]) if section and path else None


def _section(root: type[BaseModel], path: Sequence[str]) -> type[BaseModel] | None:
    section: type[BaseModel] | None = root
    for name in path:
        field = section.model_fields.get(name) if section else None
        section = inner_model(field) if field else None
    return section


def inner_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the section a field holds, also when it is optional."""
    if get_origin(field.annotation) is list:
        return None
    choices = get_args(field.annotation) or (field.annotation,)
    return next((kind for kind in choices if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def reference(root: type[BaseModel], prefix: str) -> str:
    """Return the table of every setting as Markdown; docs/settings.md holds it word for word."""
    head = "| 设置 | 类型 | 默认 | 说明 | 环境变量 |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(_row(path, field, prefix) for path, field in every_field(root))


def every_field(root: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Walk every setting that holds a value, depth first, with its path."""
    for name, field in root.model_fields.items():
        inner = inner_model(field)
        if inner is None:
            yield (*path, name), field
        else:
            yield from every_field(inner, (*path, name))


def _row(path: Sequence[str], field: FieldInfo, prefix: str) -> str:
    variable = prefix + "__".join(path).upper()
    return (
        f"| `{'.'.join(path)}` | {_kind(field.annotation)} | {_default(field)} | {field.description} | `{variable}` |\n"
    )


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "空" if field.default_factory else "必填"
    shown = value.get_secret_value() if isinstance(value, SecretStr) else value
    return "空" if shown in ("", None) else f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"


def _kind(annotation: Any) -> str:
    names = {"str": "文字", "int": "整数", "float": "数字", "bool": "true / false", "Path": "路径", "SecretStr": "密钥"}
    if get_origin(annotation) is Literal:
        return " / ".join(map(str, get_args(annotation)))
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) in (dict, list):
        return "名称: 值" if get_origin(annotation) is dict else "列表"
    return names.get(getattr(annotation, "__name__", ""), "文字")
