"""The sandbox's own parts: configuration, people, clock, texts; and that it shares nothing with what it tests."""

import ast
import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.config import parse
from sandbox.people import BOOKINGS, GROUPS, PEOPLE, external_userid, person_with_external_userid, person_with_phone
from sandbox.text import lines_of, links_in, opened, shown
from tests.sandbox.dingtalk_bot import config, template

ROOT = Path(__file__).parents[2]
OURS = {"bot", "handlers", "models", "cards", "workflow", "notifier", "platforms"}
ALLOWED = {"sandbox", "aiohttp", "yarl", "aiosmtpd", "lxml", "cryptography", "asn1crypto"} | set(
    sys.stdlib_module_names
)


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    plain = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    whole = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain | whole}


@pytest.mark.parametrize("path", sorted((ROOT / "sandbox").rglob("*.py")), ids=lambda path: str(path.name))
def test_no_file_of_the_sandbox_imports_ours(path: Path) -> None:
    assert not imported(path) & OURS
    assert imported(path) <= ALLOWED


@pytest.mark.parametrize(
    ("change", "word"),
    [({"colour": 1}, "unknown key colour"), ({"dingtalk": {"client_id": "x", "x": 1}}, "unknown key dingtalk.x"),
     ({"dingtalk": {}}, "missing key dingtalk.client_id"), ({"now": "2026-11-23T09:30:00"}, "offset"),
     ({"port": "8600"}, "port must be int")],
)  # fmt: skip
def test_a_configuration_with_a_mistake_is_refused(change: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        parse(_good() | change)


def _good() -> dict[str, Any]:
    wecom = dict.fromkeys(("corp_id", "secret", "token", "encoding_aes_key", "callback_url", "open_kfid"), "x")
    names = ("access_key_id", "access_key_secret", "sign_name", "templates_file", "uplink_url", "receipt_url")
    dingtalk = ("client_id", "client_secret", "corp_id", "robot_code", "template_id", "template_file")
    return {
        "dingtalk": dict.fromkeys(dingtalk, "x"),
        "wecom": wecom | {"agent_id": 1},
        "sms": dict.fromkeys(names, "x"),
        "interviews": {"api_key": "k"},
    }


def test_a_whole_configuration_is_read() -> None:
    seed = [{"person": "zhangwei-8123", "scene_param": "tok"}]
    read = parse(_good() | {"now": "2026-11-23T09:30:00+08:00", "kf_seed": seed, "clock_file": "here/clock.json"})
    assert read.kf_seed[0].scene_param == "tok"
    assert read.clock_file == Path("here/clock.json")
    assert read.bot is None
    assert (read.host, read.port, read.smtp_port) == ("127.0.0.1", 8600, 8625)


def test_a_candidates_phone_ends_in_the_digits_of_the_id() -> None:
    for person in PEOPLE:
        assert len(person.phone) == 11
        assert person_with_phone(f"+86 {person.phone}") == person
        assert not person.is_candidate or person.phone.endswith(person.id[-4:])


def test_ids_are_distinct_and_lead_back_to_the_person() -> None:
    assert len({person.id for person in PEOPLE}) == len({person.phone for person in PEOPLE}) == len(PEOPLE) == 18
    assert len({external_userid(person.id) for person in PEOPLE}) == 18
    for person in PEOPLE:
        assert person_with_external_userid(external_userid(person.id)) == person
        assert external_userid(person.id).startswith("wm")


def test_every_candidate_has_one_booking_and_each_group_its_members() -> None:
    assert {one.candidate for one in BOOKINGS} == {person.id for person in PEOPLE if person.is_candidate}
    assert {group.name: group.members for group in GROUPS} == {
        "招聘群": ("wangfang", "liuyang", "zhoukai"),
        "审计群": ("sunjing", "zhoukai", "hanxue"),
    }


@pytest.mark.parametrize(
    ("markdown", "text"),
    [("#### 已取消  \n> **张伟** 周二", "已取消\n张伟 周二"), ("- 一\n- 二", "· 一\n· 二"),
     ("[详情](http://a/b) 和 `码`", "详情 和 码"), ('<font color="warning">晚</font>', "晚"),
     ("2 * 3 * 4", "2 * 3 * 4"), ("a_b_c 尾号8123", "a_b_c 尾号8123"), ("1. 张伟", "1. 张伟")],
)  # fmt: skip
def test_markdown_is_shown_as_text(markdown: str, text: str) -> None:
    assert shown(markdown) == text


def test_links_are_found_once_and_end_before_punctuation() -> None:
    assert links_in("见 http://a/x，或 [页](http://b/y)。http://a/x") == ("http://a/x", "http://b/y")
    assert links_in('<a href="https://c/z">去</a>') == ("https://c/z",)
    assert links_in("没有") == ()
    assert lines_of("一\n\n二") == ["一", "二"]
    assert opened("dingtalk://dingtalkclient/page/link?url=http%3A%2F%2Fa%2Fb&pc_slide=true") == "http://a/b"


def test_the_projects_own_card_template_can_be_read() -> None:
    from sandbox.dingtalk.template import Template

    own = Template.read(ROOT / "cards" / "dingtalk_template.json")
    face = own.face({"title": "标题", "b6_id": "open.x", "b6_text": "查看", "b6_shown": "true"})
    assert (face.title, [one.key for one in face.buttons]) == ("标题", ["open.x"])
    assert set(template()["variables"][0]) == {"name", "type"}


async def test_the_program_says_when_it_is_ready_and_ends_cleanly(tmp_path: Path) -> None:
    config(tmp_path)
    body = _good() | {"port": 0, "smtp_port": 0, "now": "2026-11-23T09:30:00+08:00"}
    body["dingtalk"]["template_file"] = str(tmp_path / "template.json")
    body["sms"]["templates_file"] = str(tmp_path / "sms.json")
    body["wecom"] |= {"encoding_aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
                      "callback_url": "http://127.0.0.1:9/x"}  # fmt: skip
    path = tmp_path / "sandbox.json"
    path.write_text(json.dumps(body), "utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--config", str(path), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ)  # fmt: skip
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 60)
    assert line.startswith(b"sandbox ready at http://127.0.0.1:")
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, errors) == (0, b"")
