"""What DingTalk pushes, read; what it must never make us do."""

import json
import random
from contextlib import suppress
from typing import Any

import pytest

from platforms.dingtalk.frames import Malformed, read_frame
from platforms.dingtalk.messages import (
    RobotMessage,
    card_click,
    card_response,
    event,
    markdown_reply,
    robot_message,
    text_reply,
)
from tests.unit.platforms.servers import FRAMES

ENVELOPE: dict[str, Any] = json.loads(json.loads(FRAMES["robot_message"]["frame"])["data"])
CLICK: dict[str, Any] = json.loads(json.loads(FRAMES["card_click"]["frame"])["data"])


def message(**changes: object) -> RobotMessage:
    found = {name: value for name, value in {**ENVELOPE, **changes}.items() if value is not ...}
    return robot_message(json.dumps(found))


def content(kind: str, **members: object) -> RobotMessage:
    return message(msgtype=kind, text=..., content=members)


def test_a_recorded_message_is_read_whole() -> None:
    found = robot_message(read_frame(FRAMES["robot_message"]["frame"]).data)
    assert found == RobotMessage(
        msg_id="msgSbx0001==",
        kind="text",
        text="取消 张三 明天的面试",
        files=(),
        sender_staff_id="hr0147",
        sender_nick="李雷",
        corp_id="ding9733d0950000000000000000000000aa",
        conversation_id="cidSbx0001==",
        in_group=False,
        conversation_title="",
        at_staff_ids=(),
        session_webhook="http://127.0.0.1:8089/robot/sendBySession?session=s-0001",
        webhook_expires_ms=1767231000000,
        robot_code="dingsbx0a1b2c3d4e5",
        over_quota=False,
        created_ms=1767225600000,
    )


def test_group_text_loses_its_leading_space_and_the_robot_is_not_mentioned() -> None:
    at = [
        {"dingtalkId": "$:LWCP_v1:$bot", "staffId": "bot1"},
        {"dingtalkId": "$:LWCP_v1:$u2", "staffId": "mgr1"},
        {"dingtalkId": "$:LWCP_v1:$u3", "staffId": ""},
    ]
    found = message(conversationType="2", conversationTitle="招聘协作群", atUsers=at, text={"content": " 取消 张三"})
    assert (found.in_group, found.text, found.at_staff_ids) == (True, "取消 张三", ("mgr1",))


def test_a_sender_outside_the_organisation_has_no_staff_id() -> None:
    assert message(senderStaffId=...).sender_staff_id is None
    assert message(senderStaffId="").sender_staff_id is None


def test_rich_text_is_read_as_its_words_with_pictures_as_files() -> None:
    parts = [{"text": "取消 "}, {"type": "picture", "downloadCode": "d1"}, {"text": "张三"}, "odd"]
    found = content("richText", richText=parts)
    assert (found.kind, found.text) == ("text", "取消 张三")
    assert [(ref.download_code, ref.kind) for ref in found.files] == [("d1", "picture")]
    assert content("richText", richText=parts[1:2]).kind == "picture"


def test_a_voice_message_is_read_as_what_was_recognised() -> None:
    found = content("audio", duration=4000, downloadCode="d1", recognition="取消张三")
    assert (found.kind, found.text, found.files[0].kind) == ("audio", "取消张三", "audio")


def test_files_keep_their_names() -> None:
    found = content("file", downloadCode="d1", fileName="诊断证明.pdf", fileId="f", spaceId="s")
    assert (found.kind, found.files[0].name) == ("file", "诊断证明.pdf")
    assert content("picture", pictureDownloadCode="d2").files[0].download_code == "d2"
    assert content("video", downloadCode="d3", videoType="mp4").kind == "video"


def test_a_kind_nobody_knows_is_unknown() -> None:
    assert content("unknownMsgType", unknownMsgType="card").kind == "unknown"
    assert message(msgtype=..., text=...).kind == "unknown"


@pytest.mark.parametrize("name", ["over_quota", "over_quota_other_names"])
def test_an_emptied_message_says_the_quota_is_used_up(name: str) -> None:
    found = robot_message(read_frame(FRAMES[name]["frame"]).data)
    assert (found.over_quota, found.kind, found.text) == (True, "unknown", "")


def test_only_the_message_id_is_needed() -> None:
    assert robot_message('{"msgId":"m1"}').text == ""
    for name in ENVELOPE:
        if name != "msgId":
            assert message(**{name: ...}).msg_id == "msgSbx0001=="
    with pytest.raises(Malformed, match="msgId"):
        message(msgId=...)


@pytest.mark.parametrize(
    "data",
    ["", "null", "[]", "{", '"x"', '{"msgId":"a","msgId":"b"}', '{"msgId":"a","createAt":NaN}', '{"a":' * 100_000],
)
def test_data_that_is_no_plain_object_is_malformed(data: str) -> None:
    for read in (robot_message, card_click):
        with pytest.raises(Malformed):
            read(data)


def test_members_of_the_wrong_type_are_malformed_and_nothing_else() -> None:
    odd: list[object] = [None, True, 0, -1, 1.5, "", "x", [], [1], {}, {"a": 1}, [[]], {"content": []}, "9" * 5000]
    kinds = ["text", "richText", "file", "audio", 7]
    chance = random.Random(7)
    names = [*ENVELOPE, "content", "errCode", "atUsers"]
    read = 0
    for _ in range(5000):
        changes = {name: chance.choice(odd) for name in chance.sample(names, 3)}
        with suppress(Malformed):
            message(**{**changes, "msgtype": chance.choice(kinds)})
            read += 1
    assert 500 < read < 4500


def test_what_no_database_keeps_is_dropped() -> None:
    found = message(text={"content": "取消\ud83d 张\0三 😀"})
    assert found.text == "取消? 张三 😀"
    found.text.encode("utf-8")


def test_secrets_and_names_stay_out_of_repr() -> None:
    shown = repr(message())
    for secret in ("session=", "张三", "李雷"):
        assert secret not in shown


def click(params: dict[str, object], **changes: object) -> Any:
    inner = json.dumps({"cardPrivateData": {"actionIds": ["agree.h1"], "params": params}})
    found = {**CLICK, "content": inner, "value": inner, **changes}
    return card_click(json.dumps({name: value for name, value in found.items() if value is not ...}))


def test_a_recorded_click_is_read() -> None:
    found = card_click(read_frame(FRAMES["card_click"]["frame"]).data)
    assert (found.user_id, found.out_track_id, found.action) == ("mgr1", "cxl-8f2c-1", "agree")
    assert (found.params, found.form) == ({"action": "agree"}, {})
    assert (found.corp_id, found.space_id) == ("ding9733d0950000000000000000000000aa", "cidSbx0001==")


def test_the_parameters_are_found_wherever_the_platform_puts_them() -> None:
    assert click({"a": "1"}, content=...).params == {"a": "1"}
    assert click({"a": "1"}, value=...).params == {"a": "1"}
    beside = json.dumps({"cardPrivateData": {"actionIds": ["x"]}, "params": {"a": "2"}})
    assert click({}, content=beside).params == {"a": "2"}


def test_the_component_says_which_action_not_the_parameters() -> None:
    assert click({"action": "reject"}).action == "agree.h1"
    without = json.dumps({"cardPrivateData": {"params": {"action": "reject"}}})
    assert click({}, content=without).action == "reject"


def test_form_values_are_flat() -> None:
    found = click(
        {
            "form": {
                "reason": "候选人改期",
                "count": 3,
                "hours": 1.50,
                "one": {"index": 2, "value": "3"},
                "many": {"index": [1, 2], "value": ["2", "3"]},
                "sure": True,
                "empty": None,
            },
            "input": "text",
        }
    )
    assert found.form == {
        "reason": "候选人改期",
        "count": "3",
        "hours": "1.5",
        "one": "3",
        "many": ["2", "3"],
        "sure": True,
    }
    assert found.params == {"input": "text"}


@pytest.mark.parametrize(
    "form",
    [
        [],
        {"a": {"index": 1}},
        {"a": [[1]]},
        {"a": [True]},
        {"a": "x" * 8001},
        {f"f{n}": "x" for n in range(65)},
    ],
)
def test_forms_that_are_none_are_malformed(form: object) -> None:
    with pytest.raises(Malformed):
        click({"form": form})


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": ...},
        {"outTrackId": ""},
        {"userIdType": 2},
        {"userIdType": "2"},
        {"content": {"cardPrivateData": {}}},
        {"content": '{"cardPrivateData":{"params":{"a":"1","a":"2"}}}'},
        {"content": '{"cardPrivateData":{"params":{"a":Infinity}}}'},
        {"content": '{"cardPrivateData":{"actionIds":"agree"}}'},
        {"extension": "x" * 70_000},
    ],
)
def test_clicks_that_cannot_be_trusted_are_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        click({}, **changes)


def test_a_recorded_event_is_read() -> None:
    found = event(read_frame(FRAMES["event"]["frame"]))
    assert (found.event_id, found.kind, found.born_ms) == ("c7c7120f2c0741900001", "robot_msg_read", 1767225700000)
    assert found.data["processQueryKey"] == "q1+/A=="


def test_a_card_response_changes_only_what_it_names() -> None:
    acked = json.loads(json.loads(FRAMES["card_click"]["ack"])["data"])["response"]
    assert card_response({"status": "approved"}, {"isFinished": "true"}) == acked
    assert "userPrivateData" not in card_response({"status": "approved"})


def test_card_variables_are_strings() -> None:
    with pytest.raises(TypeError, match="count"):
        card_response({"count": 3})  # type: ignore[dict-item]


def test_replies_mention_only_who_is_named() -> None:
    assert text_reply("已收到") == {"msgtype": "text", "text": {"content": "已收到"}}
    assert markdown_reply("结果", "#### 已取消", ("hr0147",))["at"] == {"atUserIds": ["hr0147"]}
