"""What members send, as WeCom words it."""

from typing import Any

import pytest

from platforms.wecom.messages import (
    CardClick,
    KfNudge,
    MemberMessage,
    OtherEvent,
    business_key,
    dead_button,
    read,
)
from platforms.wecom.strict_xml import Malformed, TooLarge, root_of

TEXT = (
    "<xml><ToUserName><![CDATA[ww01]]></ToUserName><FromUserName><![CDATA[ZhangSan]]></FromUserName>"
    "<CreateTime>1700000001</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[{content}]]></Content><MsgId>7290000000000000001</MsgId><AgentID>1000002</AgentID></xml>"
)
CLICK = (
    "<xml><ToUserName><![CDATA[ww01]]></ToUserName><FromUserName><![CDATA[Mgr01]]></FromUserName>"
    "<CreateTime>1700000100</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>"
    "<EventKey><![CDATA[{key}]]></EventKey><TaskId><![CDATA[{task}]]></TaskId>"
    "<CardType><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[{code}]]></ResponseCode>"
    "<AgentID>1000002</AgentID>{selected}</xml>"
)
ITEM = "<SelectedItem><QuestionKey><![CDATA[{q}]]></QuestionKey><OptionIds>{options}</OptionIds></SelectedItem>"


def text(content: str) -> MemberMessage:
    message = read(TEXT.format(content=content).encode())
    assert isinstance(message, MemberMessage)
    return message


def click(**changes: str) -> CardClick:
    given = {"event": "template_card_event", "key": "approve.h1", "task": "t1", "code": "RC1", "selected": ""}
    message = read(CLICK.format(**{**given, **changes}).encode())
    assert isinstance(message, CardClick)
    return message


def item(question: str, *options: str) -> str:
    return ITEM.format(q=question, options="".join(f"<OptionId><![CDATA[{o}]]></OptionId>" for o in options))


def test_a_text_is_read_with_its_white_space_and_its_number_as_written() -> None:
    message = text("  取消面试 \n ")
    assert message == MemberMessage(
        "zhangsan", "7290000000000000001", "text", "  取消面试 \n ", "", "", "1700000001", "1000002"
    )
    assert text("").text == ""


def test_markup_in_a_text_stays_text() -> None:
    assert text("<a href='x'>&lt;b&gt;</a>").text == "<a href='x'>&lt;b&gt;</a>"


def test_a_file_is_read_with_its_name() -> None:
    xml = TEXT.format(content="").replace("[text]", "[file]").replace("<Content><![CDATA[]]></Content>", "")
    message = read(xml.replace("<MsgId>", "<MediaId>M1</MediaId><FileName>诊断 证明.pdf</FileName><MsgId>").encode())
    assert isinstance(message, MemberMessage)
    assert (message.kind, message.media_id, message.file_name) == ("file", "M1", "诊断 证明.pdf")


@pytest.mark.parametrize(
    ("selected", "expected"),
    [
        ("", {}),
        ("<SelectedItems/>", {}),
        ("<SelectedItems></SelectedItems>", {}),
        (f"<SelectedItems>{item('reason', 'r1')}</SelectedItems>", {"reason": ("r1",)}),
        (
            f"<SelectedItems>{item('reason', 'r1')}{item('day', 'd1', 'd2')}{item('none')}</SelectedItems>",
            {"reason": ("r1",), "day": ("d1", "d2"), "none": ()},
        ),
    ],
)
def test_what_was_selected_may_be_missing_empty_one_or_many(selected: str, expected: dict[str, Any]) -> None:
    assert click(selected=selected).selected == expected


def test_a_click_names_who_which_card_and_which_button() -> None:
    found = click()
    assert found == CardClick(
        "mgr01", "t1", "approve.h1", "button_interaction", "RC1", {}, "1700000100", "template_card_event", "1000002"
    )


def test_an_item_of_the_cards_menu_is_a_click_too() -> None:
    assert click(event="Template_Card_Menu_Event").kind == "template_card_menu_event"


def test_a_nudge_names_the_account_and_shows_its_token_to_no_log() -> None:
    xml = (
        "<xml><ToUserName><![CDATA[ww01]]></ToUserName><CreateTime>1700000000</CreateTime>"
        "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
        "<Token><![CDATA[ENCtoken1]]></Token><OpenKfId><![CDATA[wkAAAA0001]]></OpenKfId></xml>"
    )
    nudge = read(xml.encode())
    assert nudge == KfNudge("ENCtoken1", "wkAAAA0001", "1700000000")
    assert "ENCtoken1" not in repr(nudge)


def test_any_other_event_keeps_its_fields_and_its_name_in_lower_case() -> None:
    xml = (
        "<xml><FromUserName>sys</FromUserName><CreateTime>1700000000</CreateTime><MsgType>event</MsgType>"
        "<Event>KF_account_auth_change</Event><AuthAddOpenKfId>wk1</AuthAddOpenKfId>"
        "<AuthAddOpenKfId>wk2</AuthAddOpenKfId></xml>"
    )
    event = read(xml.encode())
    assert isinstance(event, OtherEvent)
    assert (event.kind, event.userid) == ("kf_account_auth_change", "sys")
    assert event.fields["AuthAddOpenKfId"] == ("wk1", "wk2")


def test_a_repeated_message_has_the_same_key_and_another_message_another() -> None:
    assert business_key(text("取消")) == business_key(text("取消")) == "wecom:message:7290000000000000001"
    keys = {
        business_key(click()),
        business_key(click(key="reject.h1")),
        business_key(click(task="t2")),
        business_key(click(code="RC2")),
        business_key(click(key="approve.h1t", task="1")),
    }
    assert len(keys) == 5
    assert business_key(click()) == business_key(click())


def test_the_case_of_a_userid_makes_no_second_click() -> None:
    lower = read(
        CLICK.replace("Mgr01", "mgr01")
        .format(event="template_card_event", key="approve.h1", task="t1", code="RC1", selected="")
        .encode()
    )
    assert business_key(lower) == business_key(click())


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"hello",
        b"<xml><MsgType>text</MsgType></xml>",
        TEXT.format(content="x").replace("1700000001", "soon").encode(),
        TEXT.format(content="x").replace("ZhangSan", "").encode(),
        TEXT.format(content="x").replace("</xml>", "<FromUserName>boss</FromUserName></xml>").encode(),
        TEXT.format(content="x").replace("<![CDATA[ZhangSan]]>", "<a>ZhangSan</a>").encode(),
        b"<!DOCTYPE xml []>" + TEXT.format(content="x").encode(),
        CLICK.format(event="template_card_event", key="", task="t1", code="RC", selected="").encode(),
        CLICK.format(
            event="template_card_event",
            key="k",
            task="t1",
            code="RC",
            selected=f"<SelectedItems>{item('q', 'a')}{item('q', 'b')}</SelectedItems>",
        ).encode(),
    ],
)
def test_what_cannot_be_understood_for_certain_is_malformed(xml: bytes) -> None:
    with pytest.raises(Malformed):
        read(xml)


def test_a_message_larger_than_any_is_refused() -> None:
    with pytest.raises(TooLarge):
        read(TEXT.format(content="x" * 70_000).encode())


def test_the_passive_answer_is_xml_whatever_the_text() -> None:
    root = root_of(dead_button("mgr01", "ww01", 1700000101, "已批准 ]]><Evil/>"))
    assert root.findtext("Button/ReplaceName") == "已批准 ]]><Evil/>"
    assert [child.tag for child in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Button"]
