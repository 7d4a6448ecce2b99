"""App messages on members' phones: who gets them, how they look, and how a card changes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.wecom.card_view import shown_card
from tests.sandbox.wecom_bot import AGENT, CORP, Rig, approval, running


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


def text(touser: str = "lina", content: str = "你好", **more: Any) -> dict[str, Any]:
    return {"touser": touser, "msgtype": "text", "agentid": AGENT, "text": {"content": content}, **more}


def update(code: object, **more: Any) -> dict[str, Any]:
    return {"agentid": AGENT, "response_code": code, "button": {"replace_name": "已同意"}, **more}


async def shown(rig: Rig, person: str) -> dict[str, Any]:
    card: dict[str, Any] = (await rig.last(person))["card"]
    return card


async def test_a_wrong_secret_gets_no_token(rig: Rig) -> None:
    assert await rig.refused("gettoken", corpid=CORP, corpsecret="wrong") == 40001
    assert await rig.refused("gettoken", corpid="other", corpsecret="s3cret") == 40013
    assert await rig.refused("gettoken", corpsecret="s3cret") == 41002
    assert await rig.refused("gettoken", corpid=CORP) == 41004


async def test_a_token_ends_after_two_hours_of_business_time(rig: Rig) -> None:
    await rig.advance(7201)
    assert await rig.refused("user/get", userid="lina") == 42001


async def test_a_token_can_die_early(rig: Rig) -> None:
    await rig.control("DELETE", "/wecom/tokens")
    assert await rig.refused("user/get", userid="lina") == 40014
    await rig.login()
    assert await rig.refused("user/get", userid="lina") == 0


async def test_a_refusal_carries_a_hint_and_the_address(rig: Rig) -> None:
    rig.token = "unknown"
    answer = await rig.api("user/get", userid="lina")
    assert answer["errcode"] == 40014
    assert "hint: [" in answer["errmsg"]
    assert "from ip: 127.0.0.1" in answer["errmsg"]


async def test_a_get_where_post_is_meant_is_refused(rig: Rig) -> None:
    assert await rig.refused("message/send") == 40058


async def test_malformed_json_is_lost_with_a_warning(rig: Rig) -> None:
    url = f"{rig.world.base_url}/wecom/cgi-bin/message/send"
    async with rig.http.post(url, params={"access_token": rig.token}, data="{touser:") as response:
        answer = await response.json()
    assert answer["errcode"] == 82001
    assert "Warning: wrong json format." in answer["errmsg"]


async def test_a_text_reaches_the_phone_and_names_who_is_invalid(rig: Rig) -> None:
    answer = await rig.api("message/send", text("LiNa|Nobody|U9", '看<a href="http://x.example/1">这里</a>'))
    assert answer["errcode"] == 0
    assert answer["invaliduser"] == "nobody|u9"
    message = await rig.last("lina")
    assert (message["text"], message["links"]) == ("看这里", ["http://x.example/1"])


async def test_a_message_to_nobody_valid_is_81013(rig: Rig) -> None:
    assert await rig.refused("message/send", text("wmZhangwei8123AAAA")) == 81013
    assert await rig.refused("message/send", text("")) == 82001


async def test_a_message_is_refused_by_its_own_number(rig: Rig) -> None:
    assert await rig.refused("message/send", text(content="")) == 44004
    assert await rig.refused("message/send", text() | {"msgtype": "poster"}) == 40008
    assert await rig.refused("message/send", text() | {"agentid": 7}) == 301002


async def test_a_chinese_text_is_cut_after_2048_bytes(rig: Rig) -> None:
    await rig.api("message/send", text(content="长" * 700))
    assert (await rig.last("lina"))["text"] == "长" * 682


async def test_markdown_and_text_cards_are_shown_as_text(rig: Rig) -> None:
    markdown = {"content": '# 标题\n**马超** <font color="info">已取消</font> [详情](http://x.example/2)'}
    await rig.api("message/send", text() | {"msgtype": "markdown", "markdown": markdown})
    message = await rig.last("lina")
    assert message["text"] == "标题\n马超 已取消 详情"
    assert message["links"] == ["http://x.example/2"]
    textcard = {"title": "通知", "description": '<div class="gray">周三</div>10:00', "url": "http://x.example/3"}
    await rig.api("message/send", text() | {"msgtype": "textcard", "textcard": textcard})
    assert (await rig.last("lina"))["text"] == "通知\n周三\n10:00\n详情"


async def test_an_identical_request_is_not_delivered_again_inside_its_interval(rig: Rig) -> None:
    body = text(enable_duplicate_check=1, duplicate_check_interval=600)
    await rig.api("message/send", body)
    await rig.api("message/send", body)
    assert len(await rig.screen("lina")) == 1
    await rig.advance(601)
    await rig.api("message/send", body)
    assert len(await rig.screen("lina")) == 2


async def test_the_thirty_first_message_in_a_minute_is_dropped_in_silence(rig: Rig) -> None:
    for n in range(31):
        assert await rig.refused("message/send", text(content=str(n))) == 0
    assert len(await rig.screen("lina")) == 30
    await rig.advance(61)
    await rig.api("message/send", text(content="又"))
    assert (await rig.last("lina"))["text"] == "又"


async def test_a_silent_fault_answers_success_and_delivers_nothing(rig: Rig) -> None:
    await rig.fault("/cgi-bin/message/send", "silent")
    assert (await rig.api("message/send", text()))["errcode"] == 0
    assert await rig.screen("lina") == []


async def test_an_ordered_errcode_looks_like_the_platforms_own(rig: Rig) -> None:
    await rig.fault("/cgi-bin/message/send", "errcode", 45009)
    answer = await rig.api("message/send", text())
    assert answer["errcode"] == 45009
    assert "hint: [" in answer["errmsg"]


async def test_a_message_is_recalled_within_a_day_only(rig: Rig) -> None:
    first = (await rig.api("message/send", text()))["msgid"]
    second = (await rig.api("message/send", text(content="再见")))["msgid"]
    assert await rig.refused("message/recall", {"msgid": first}) == 0
    assert [one["text"] for one in await rig.screen("lina")] == ["再见"]
    await rig.advance(86401)
    await rig.login()
    assert await rig.refused("message/recall", {"msgid": second}) == 42052
    assert await rig.refused("message/recall", {"msgid": "other"}) == 40058


async def test_a_card_shows_what_a_person_would_read(rig: Rig) -> None:
    selection = {"question_key": "reason", "title": "方式", "selected_id": "b",
                 "option_list": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]}  # fmt: skip
    answer = await rig.send_card(approval(button_selection=selection))
    assert answer["response_code"]
    card = await shown(rig, "zhaoguoqiang")
    assert card["title"] == "取消面试 · 马超 · 尾号5566"
    assert card["status"] == "待你审批"
    assert card["lines"] == ["周三 10:00", "机械工程师", "原因：时间冲突"]
    assert card["inputs"][0]["value"] == "b"
    assert card["buttons"] == [
        {"key": "approve.h1", "text": "同意", "enabled": True},
        {"key": "reject.h1", "text": "驳回", "enabled": True},
    ]


async def test_every_line_of_a_card_with_several_questions_is_an_element_of_its_own(rig: Rig) -> None:
    questions = [
        {"question_key": name, "title": name, "option_list": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]}
        for name in ("needed", "keep")
    ]
    card = {
        "card_type": "multiple_interaction",
        "source": {"desc": "守约"},
        "main_title": {"title": "取消面试", "desc": "待你确认\n时间：周三 10:00\n原因：时间冲突"},
        "task_id": "several",
        "select_list": questions,
        "submit_button": {"text": "提交", "key": "confirm.h1"},
    }
    assert (await rig.send_card(card))["errcode"] == 0
    seen = await shown(rig, "zhaoguoqiang")
    assert seen["status"] == "待你确认"
    assert seen["lines"] == ["时间：周三 10:00", "原因：时间冲突"]
    assert [each["name"] for each in seen["inputs"]] == ["needed", "keep"]


@pytest.mark.parametrize("place", ["sub_title_text", "desc", "quote_text", "value"])
def test_no_line_of_a_card_holds_a_line_break(place: str) -> None:
    two = "第一行\n第二行"
    card: dict[str, Any] = {
        "card_type": "button_interaction",
        "main_title": {"title": "题", "desc": two if place == "desc" else "状态"},
        "sub_title_text": two if place == "sub_title_text" else "",
        "quote_area": {"quote_text": two if place == "quote_text" else ""},
        "horizontal_content_list": [{"keyname": "备注", "value": two if place == "value" else "无"}],
        "jump_list": [{"type": 0, "title": "看网页"}],
    }
    seen = shown_card(card, "")
    lines = [str(seen["status"]), *seen["lines"]]  # type: ignore[misc]
    assert not [line for line in lines if "\n" in line]
    assert "第二行" in lines
    assert "看网页" in lines


async def test_a_task_id_works_once(rig: Rig) -> None:
    assert (await rig.send_card(approval("once")))["errcode"] == 0
    assert (await rig.send_card(approval("once"), "lina"))["errcode"] == 42014


async def test_a_bad_card_never_uses_up_its_task_id(rig: Rig) -> None:
    assert (await rig.send_card(approval("t9", button_list=[])))["errcode"] == 42038
    assert (await rig.send_card(approval("t9")))["errcode"] == 0


async def test_an_update_greys_the_buttons_on_every_phone_and_its_code_works_once(rig: Rig) -> None:
    code = (await rig.send_card(approval()))["response_code"]
    assert await rig.api("message/update_template_card", update(code, atall=1)) == {
        "errcode": 0, "errmsg": "ok", "invaliduser": [],
    }  # fmt: skip
    for person in ("zhaoguoqiang", "lina"):
        card = await shown(rig, person)
        assert (card["status"], card["buttons"]) == ("已同意", [])
    assert await rig.refused("message/update_template_card", update(code, atall=1)) == 60140


async def test_an_update_replaces_the_whole_card_for_those_it_names(rig: Rig) -> None:
    code = (await rig.send_card(approval()))["response_code"]
    card = approval(main_title={"title": "取消面试", "desc": "已由李娜同意"}, replace_text="已同意")
    body = {"userids": ["LINA", "wutong", "u9"], "agentid": AGENT, "response_code": code, "template_card": card}
    answer = await rig.api("message/update_template_card", body)
    assert answer["invaliduser"] == ["u9", "wutong"]
    changed, untouched = await shown(rig, "lina"), await shown(rig, "zhaoguoqiang")
    assert (changed["status"], changed["lines"][0], changed["buttons"]) == ("已由李娜同意", "已同意", [])
    assert untouched["status"] == "待你审批"


async def test_an_update_says_what_is_wrong_with_its_target(rig: Rig) -> None:
    code = (await rig.send_card(approval()))["response_code"]
    assert await rig.refused("message/update_template_card", update(code)) == 82101
    assert await rig.refused("message/update_template_card", update(code, userids=["wutong"])) == 82102
    assert await rig.refused("message/update_template_card", update(code, atall=1) | {"agentid": 7}) == 42015
    assert await rig.refused("message/update_template_card", update(code, atall=1)) == 0


async def test_a_response_code_lives_72_hours_of_business_time(rig: Rig) -> None:
    code = (await rig.send_card(approval()))["response_code"]
    await rig.advance(72 * 3600 + 1)
    await rig.login()
    assert await rig.refused("message/update_template_card", update(code, atall=1)) == 60140


async def test_media_live_three_days(rig: Rig) -> None:
    url, params = f"{rig.world.base_url}/wecom/cgi-bin/media/upload", {"access_token": rig.token, "type": "file"}
    from aiohttp import FormData

    form = FormData()
    form.add_field("media", b"PDF-1.7 data", filename="证明.pdf", content_type="application/pdf")
    async with rig.http.post(url, params=params, data=form) as response:
        answer = await response.json()
    assert isinstance(answer["created_at"], str)
    get = f"{rig.world.base_url}/wecom/cgi-bin/media/get?access_token={rig.token}&media_id={answer['media_id']}"
    async with rig.http.get(get) as response:
        assert await response.read() == b"PDF-1.7 data"
    async with rig.http.get(get, headers={"Range": "bytes=0-2"}) as response:
        assert (response.status, await response.read()) == (206, b"PDF")
    await rig.advance(3 * 86400 + 1)
    await rig.login()
    assert await rig.refused("media/get", media_id=answer["media_id"]) == 40007


async def test_the_directory_tells_members_without_their_private_data(rig: Rig) -> None:
    found = await rig.api("user/get", userid="ZhaoGuoqiang")
    assert (found["userid"], found["name"], found["status"]) == ("zhaoguoqiang", "赵国强", 1)
    assert "mobile" not in found
    assert await rig.refused("user/get", userid="wangfang") == 60111
    assert (await rig.api("user/getuserid", {"mobile": "13900010204"}))["userid"] == "lina"
    departments = (await rig.api("department/list"))["department"]
    assert {one["name"]: one["parentid"] for one in departments}["华辰重工"] == 1
    assert (await rig.api("getcallbackip"))["ip_list"]
