"""Tokens, the directory, calendars and to-dos."""

from typing import Any

from sandbox.dingtalk.directory import union_id
from tests.sandbox.dingtalk_bot import CLIENT_ID, SECRET, Sandbox

BATCH = "/v1.0/robot/oToMessages/batchSend"
CORP = "ding9733d0950000000000000000000000aa"


def events(person: str) -> str:
    return f"/v1.0/calendar/users/{union_id(person)}/calendars/primary/events"


def event(**changes: Any) -> dict[str, Any]:
    start = {"dateTime": "2026-11-24T15:00:00+08:00", "timeZone": "Asia/Shanghai"}
    return {
        "summary": "AI 面试：张伟",
        "start": start,
        "end": start,
        "attendees": [{"id": union_id("lilei")}],
    } | changes


async def test_a_token_is_renewed_while_it_lives_and_new_afterwards(sandbox: Sandbox) -> None:
    order = {"appKey": CLIENT_ID, "appSecret": SECRET}
    _, first = await sandbox.api("POST", "/v1.0/oauth2/accessToken", order)
    assert first["expireIn"] == 7200
    await sandbox.control("POST", "/clock", {"advance_s": 7000})
    _, second = await sandbox.api("POST", "/v1.0/oauth2/accessToken", order)
    assert second["accessToken"] == first["accessToken"]
    await sandbox.control("POST", "/clock", {"advance_s": 7100})
    status, _ = await sandbox.api("GET", events("lilei") + "/x", token=first["accessToken"])
    assert status == 404
    await sandbox.control("POST", "/clock", {"advance_s": 101})
    status, body = await sandbox.api("GET", events("lilei") + "/x", token=first["accessToken"])
    assert (status, body["code"], body["message"]) == (400, "InvalidAuthentication", "不合法的access_token")
    assert (await sandbox.old("/topapi/v2/user/get", {}, token=first["accessToken"]))["errcode"] == 40014
    _, third = await sandbox.api("POST", "/v1.0/oauth2/accessToken", order)
    assert third["accessToken"] != first["accessToken"]


async def test_the_three_ways_to_a_token_agree(sandbox: Sandbox) -> None:
    _, one = await sandbox.api("POST", "/v1.0/oauth2/accessToken", {"appKey": CLIENT_ID, "appSecret": SECRET})
    order = {"client_id": CLIENT_ID, "client_secret": SECRET, "grant_type": "client_credentials"}
    _, two = await sandbox.api("POST", f"/v1.0/oauth2/{CORP}/token", order)
    _, three = await sandbox.api("GET", f"/gettoken?appkey={CLIENT_ID}&appsecret={SECRET}")
    assert one["accessToken"] == two["access_token"] == three["access_token"]
    status, body = await sandbox.api("POST", "/v1.0/oauth2/accessToken", {"appKey": CLIENT_ID, "appSecret": "x"})
    assert (status, body["code"]) == (400, "invalidClientIdOrSecret")
    status, body = await sandbox.api("POST", f"/v1.0/oauth2/{CORP}/token", order | {"grant_type": "password"})
    assert (status, body["code"]) == (400, "unsupported.grant.type")


async def test_a_body_that_is_not_json_is_refused(sandbox: Sandbox) -> None:
    status, body = await sandbox.api("POST", BATCH, data="x", headers={"Content-Type": "text/plain"})
    assert (status, body["code"]) == (400, "Missingbody")


async def test_the_directory_knows_members_and_their_heads(sandbox: Sandbox) -> None:
    liuyang = (await sandbox.old("/topapi/v2/user/get", {"userid": "liuyang"}))["result"]
    assert (liuyang["name"], liuyang["manager_userid"], liuyang["dept_id_list"]) == ("刘洋", "chenmin", [102])
    wangfang = (await sandbox.old("/topapi/v2/user/get", {"userid": "wangfang"}))["result"]
    assert "manager_userid" not in wangfang
    assert (await sandbox.old("/topapi/v2/user/get", {"userid": "zhangwei-8123"}))["errcode"] == 60121
    found = await sandbox.old("/topapi/v2/user/getbymobile", {"mobile": liuyang["mobile"]})
    assert found["result"] == {"userid": "liuyang"}
    by_union = await sandbox.old("/topapi/user/getbyunionid", {"unionid": liuyang["unionid"]})
    assert by_union["result"]["userid"] == "liuyang"
    unit = (await sandbox.old("/topapi/v2/department/get", {"dept_id": 102}))["result"]
    assert (unit["name"], unit["dept_manager_userid_list"], unit["parent_id"]) == ("华辰重工", ["chenmin"], 1)
    children = (await sandbox.old("/topapi/v2/department/listsub", {"dept_id": 1}))["result"]
    assert [one["dept_id"] for one in children] == [101, 102, 103]
    line = (await sandbox.old("/topapi/v2/department/listparentbyuser", {"userid": "liuyang"}))["result"]
    assert line == {"parent_list": [{"parent_dept_id_list": [102, 1]}]}
    assert (await sandbox.old("/topapi/v2/department/get", {"dept_id": 9}))["errcode"] == 60003


async def test_union_ids_are_distinct(sandbox: Sandbox) -> None:
    people = [one["id"] for one in (await sandbox.control("GET", "/phones"))["phones"] if "dingtalk" in one["apps"]]
    assert len({union_id(person) for person in people}) == len(people) == 8
    assert not {union_id(person) for person in people} & set(people)


async def test_a_login_code_works_once_for_five_minutes(sandbox: Sandbox) -> None:
    code = (await sandbox.control("POST", "/dingtalk/login-code", {"person": "wangfang"}))["code"]
    assert (await sandbox.old("/topapi/v2/user/getuserinfo", {"code": code}))["result"]["userid"] == "wangfang"
    assert (await sandbox.old("/topapi/v2/user/getuserinfo", {"code": code}))["errcode"] == 40078
    late = (await sandbox.control("POST", "/dingtalk/login-code", {"person": "wangfang"}))["code"]
    await sandbox.control("POST", "/clock", {"advance_s": 301})
    assert (await sandbox.old("/topapi/v2/user/getuserinfo", {"code": late}))["errcode"] == 40078


async def test_an_event_reaches_its_attendees_and_is_cancelled_by_its_organiser(sandbox: Sandbox) -> None:
    status, made = await sandbox.api("POST", events("wangfang"), event(), headers={"x-client-token": "t-1"})
    assert status == 200
    assert made["attendees"][0] == {"id": union_id("lilei"), "displayName": "李雷",
                                    "responseStatus": "needsAction", "self": False, "isOptional": False}  # fmt: skip
    _, again = await sandbox.api("POST", events("wangfang"), event(), headers={"x-client-token": "t-1"})
    assert again["id"] == made["id"]
    assert [row["text"].split("\n")[0] for row in await sandbox.screen("lilei")] == ["日程邀请：AI 面试：张伟"]
    one = f"{events('wangfang')}/{made['id']}"
    refused = await sandbox.api("PUT", f"{events('lilei')}/{made['id']}", {"id": made["id"], "summary": "x"})
    assert refused[1]["code"] == "permissionDeny"
    _, changed = await sandbox.api("PUT", one, {"id": made["id"], "summary": "AI 面试：张玮"})
    assert (changed["summary"], changed["start"]) == ("AI 面试：张玮", made["start"])
    assert (await sandbox.api("DELETE", one + "?pushNotification=true"))[0] == 200
    assert (await sandbox.api("GET", one))[1]["status"] == "cancelled"
    assert (await sandbox.api("DELETE", one))[0] == 404
    assert (await sandbox.screen("lilei"))[-1]["text"].startswith("日程已取消：AI 面试：张玮")


async def test_an_event_needs_known_people_and_a_start(sandbox: Sandbox) -> None:
    for bad in (event(attendees=[{"id": "lilei"}]), event(start={}), event(summary="")):
        status, body = await sandbox.api("POST", events("wangfang"), bad)
        assert (status, body["code"]) == (400, "invalidParameter")
    assert (await sandbox.api("POST", events("nobody"), event()))[0] == 400


async def test_a_todo_is_made_once_ticked_off_and_deleted(sandbox: Sandbox) -> None:
    base = f"/v1.0/todo/users/{union_id('chenmin')}/tasks"
    order = {"sourceId": "req-1", "subject": "审批取消申请", "executorIds": [union_id("chenmin")],
             "detailUrl": {"pcUrl": "http://127.0.0.1:8000/q/1", "appUrl": "http://127.0.0.1:8000/q/1"}}  # fmt: skip
    status, task = await sandbox.api("POST", base, order)
    assert (status, task["done"]) == (200, False)
    assert (await sandbox.screen("chenmin"))[0]["links"] == ["http://127.0.0.1:8000/q/1"]
    assert (await sandbox.api("POST", base, order))[1]["code"] == "todo.taskCreate.paramError"
    assert (await sandbox.api("POST", base, order | {"sourceId": "r2", "detailUrl": {}}))[0] == 400
    states = {"executorStatusList": [{"id": union_id("chenmin"), "isDone": True}]}
    assert (await sandbox.api("PUT", f"{base}/{task['id']}/executorStatus", states))[1] == {"result": True}
    assert sandbox.hub.todos.task(task["id"], "x").done == {union_id("chenmin"): True}
    assert (await sandbox.api("DELETE", f"{base}/{task['id']}"))[1]["result"] is True
    assert (await sandbox.api("DELETE", f"{base}/{task['id']}"))[1]["code"] == "todo.taskDelete.paramError"
