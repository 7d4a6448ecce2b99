"""The calls to DingTalk against a server that answers as the platform does."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from platforms.dingtalk.api import DingTalk, DingTalkAccount, Group, Meeting
from platforms.dingtalk.messages import text_reply
from platforms.errors import (
    AlreadyDone,
    Misconfigured,
    PlatformError,
    Refused,
    Temporary,
    Unknown,
    Unreachable,
)
from platforms.http import Http
from tests.unit.platforms.servers import Server

BATCH = "/v1.0/robot/oToMessages/batchSend"
CREATE = "/v1.0/card/instances/createAndDeliver"
CARDS = "/v1.0/card/instances"
TOKEN = "/v1.0/oauth2/accessToken"
REPLY = "/robot/sendBySession"
LIMIT = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"

Reply = web.StreamResponse | Callable[[web.Request], Awaitable[web.StreamResponse]]


def error(status: int, code: str) -> web.Response:
    return web.json_response({"code": code, "requestid": "r", "message": "说明"}, status=status)


def ok(**members: object) -> web.Response:
    return web.json_response(members)


class Platform:
    """Answers each path with what is queued for it; what came is kept."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Reply]] = {}
        self.seen: list[tuple[str, str, dict[str, str], dict[str, str], Any]] = []
        self.tokens = 0
        self.server = Server(self._answer)

    def will(self, path: str, *answers: Reply) -> None:
        self.answers.setdefault(path, []).extend(answers)

    def bodies(self, path: str) -> list[Any]:
        return [body for _, where, _, _, body in self.seen if where == path]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        query, headers = dict(request.query), dict(request.headers)
        self.seen.append((request.method, request.path, query, headers, json.loads(raw) if raw else None))
        queued = self.answers.get(request.path)
        if queued:
            answer = queued.pop(0)
            return await answer(request) if callable(answer) else answer
        if request.path == TOKEN:
            self.tokens += 1
            return ok(accessToken=f"token-{self.tokens}", expireIn=7200)
        return error(404, "unexpected")


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    found = Platform()
    async with found.server:
        yield found


@pytest.fixture
async def dingtalk(platform: Platform) -> AsyncIterator[DingTalk]:
    base = platform.server.base
    account = DingTalkAccount("ding1", "secret", "robot1", "corp1", base, base)
    async with Http() as http:
        yield DingTalk(account, http, lambda: 1000.0, file_limit=1000)


async def abort(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def test_a_message_reports_who_did_not_get_it(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will(BATCH, ok(processQueryKey="q1+/A==", invalidStaffIdList=["x"], flowControlledStaffIdList=["y"]))
    sent = await dingtalk.send_markdown(["mgr1", "x", "y"], "待审批", "#### 张三")
    assert (sent.process_query_key, sent.invalid, sent.throttled) == ("q1+/A==", ("x",), ("y",))
    (body,) = platform.bodies(BATCH)
    assert body["robotCode"] == "robot1"
    assert json.loads(body["msgParam"]) == {"title": "待审批", "text": "#### 张三"}
    assert platform.seen[-1][3]["x-acs-dingtalk-access-token"] == "token-1"


async def test_a_batch_has_at_most_twenty_users(dingtalk: DingTalk) -> None:
    for people in ([], [f"u{n}" for n in range(21)]):
        with pytest.raises(ValueError, match="20"):
            await dingtalk.send_text(people, "x")


async def test_a_refused_token_is_renewed_once_and_the_call_repeated(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will(BATCH, error(400, "InvalidAuthentication"), ok(processQueryKey="q"))
    assert (await dingtalk.send_text(["mgr1"], "x")).process_query_key == "q"
    assert platform.tokens == 2
    assert platform.seen[-1][3]["x-acs-dingtalk-access-token"] == "token-2"


async def test_a_second_refusal_is_not_answered_with_a_third_try(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will(BATCH, *(error(400, "InvalidAuthentication") for _ in range(5)))
    with pytest.raises(Temporary, match="InvalidAuthentication"):
        await dingtalk.send_text(["mgr1"], "x")
    assert (platform.tokens, len(platform.bodies(BATCH))) == (2, 2)


async def test_many_calls_refused_at_once_renew_the_token_once(platform: Platform, dingtalk: DingTalk) -> None:
    async def by_token(request: web.Request) -> web.StreamResponse:
        old = request.headers["x-acs-dingtalk-access-token"] == "token-1"
        return error(401, "Unauthorized") if old else ok(success=True, result=True)

    platform.will(CARDS, *(by_token for _ in range(40)))
    await asyncio.gather(*(dingtalk.update_card(f"c{n}", {"status": "x"}) for n in range(20)))
    assert platform.tokens == 2


@pytest.mark.parametrize(
    "answer", [{"errcode": 40014}, {"errcode": 42001}, {"errcode": "88", "sub_code": "40014"}, {"errcode": 40001}]
)
async def test_the_old_api_refuses_tokens_in_its_own_ways(
    platform: Platform, dingtalk: DingTalk, answer: dict[str, object]
) -> None:
    platform.will("/topapi/v2/user/get", ok(**answer), ok(errcode="0", result={"userid": "u1", "unionid": "n1"}))
    assert (await dingtalk.user("u1")).union_id == "n1"
    assert platform.seen[-1][2]["access_token"] == "token-2"


async def test_a_wrong_secret_is_a_setting_to_correct(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will(TOKEN, error(400, "invalidClientIdOrSecret"))
    with pytest.raises(Misconfigured):
        await dingtalk.send_text(["mgr1"], "x")
    assert platform.bodies(BATCH) == []


@pytest.mark.parametrize(
    ("answer", "kind", "wait"),
    [
        (error(403, LIMIT), Temporary, 1.0),
        (error(403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi"), Temporary, 60.0),
        (error(403, "Forbidden.AccessDenied.ApiCountLimitForOrg"), Misconfigured, None),
        (error(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied"), Misconfigured, None),
        (error(403, "Forbidden.AccessDenied.IpNotInWhiteList"), Misconfigured, None),
        (error(400, "send.too.fast"), Temporary, 5.0),
        (error(400, "staffId.notExisted"), Unreachable, None),
        (error(400, "invalidParameter.robotCode.notExsit"), Misconfigured, None),
        (error(400, "contain.notAllowed.text"), Refused, None),
        (error(400, "invalidParameter.msgParam.tooLong"), Refused, None),
        (error(500, "system.busy"), Unknown, None),
        (web.Response(status=504, text="<html>"), Unknown, None),
        (abort, Unknown, None),
        (ok(), Unknown, None),
        (web.Response(text="<html>denied</html>"), Temporary, 300.0),
        (ok(status=1111, wait=5, source="x5", punish="deny"), Temporary, 300.0),
    ],
)
async def test_the_type_of_a_failed_send_says_what_to_do(
    platform: Platform, dingtalk: DingTalk, answer: Reply, kind: type[PlatformError], wait: float | None
) -> None:
    platform.will(BATCH, answer)
    with pytest.raises(PlatformError) as caught:
        await dingtalk.send_text(["mgr1"], "x")
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after", None) == wait


@pytest.mark.parametrize("answers", [[error(500, "system.busy")], [web.Response(status=504)], [abort, abort]])
async def test_a_card_call_without_an_answer_can_simply_be_repeated(
    platform: Platform, dingtalk: DingTalk, answers: list[Reply]
) -> None:
    platform.will(CARDS, *answers)
    with pytest.raises(Temporary):
        await dingtalk.update_card("cxl-1", {"status": "approved"})


async def test_a_reply_goes_to_the_conversation(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will(REPLY, ok(errcode=0, errmsg="ok"))
    await dingtalk.reply(f"{platform.server.base}{REPLY}?session=s%2B1", text_reply("已收到"))
    assert platform.seen[-1][2] == {"session": "s+1"}
    assert platform.tokens == 0


async def test_an_expired_conversation_is_unreachable(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will(REPLY, ok(errcode=300001, errmsg="session 不存在"), ok(errcode=400402, errmsg="markdown"))
    for kind in (Unreachable, Refused):
        with pytest.raises(kind):
            await dingtalk.reply(f"{platform.server.base}{REPLY}?session=s", text_reply("x"))


@pytest.mark.parametrize(
    "address",
    [
        "http://oapi.dingtalk.com/robot/sendBySession?session=s",
        "https://oapi.dingtalk.com:8443/robot/sendBySession",
        "https://oapi.dingtalk.com.evil.example/robot/sendBySession",
        "https://oapi.dingtalk.com@evil.example/robot/sendBySession",
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/robot/sendBySession",
        "file:///etc/passwd",
        "//oapi.dingtalk.com/x",
        "",
    ],
)
async def test_an_address_in_a_message_is_not_trusted(platform: Platform, dingtalk: DingTalk, address: str) -> None:
    with pytest.raises(Refused):
        await dingtalk.reply(address, text_reply("x"))
    platform.will("/v1.0/robot/messageFiles/download", ok(downloadUrl=address))
    with pytest.raises(Refused):
        await dingtalk.download("code")


async def test_a_card_is_created_with_everything_it_needs_to_be_seen(platform: Platform, dingtalk: DingTalk) -> None:
    results = [
        {"spaceType": "IM_ROBOT", "spaceId": "mgr1", "success": True, "carrierId": "4v=", "errorMsg": "SYSTEM_ERROR"},
        {"spaceType": "IM_ROBOT", "spaceId": "mgr2", "success": False, "errorMsg": "user not in org"},
    ]
    platform.will(CREATE, ok(success=True, result={"outTrackId": "cxl-1", "deliverResults": results}))
    report = await dingtalk.create_and_deliver_card(
        "cxl-1",
        "t.schema",
        ["mgr1", "mgr2", "mgr3"],
        {"status": "pending"},
        {"mgr1": {"may": "1"}},
        last_message="待审批",
    )
    assert report.delivered == ("mgr1",)
    assert report.failed == {"mgr2": "user not in org", "mgr3": "user not in org"}
    assert report.carriers == {"mgr1": "4v="}
    (body,) = platform.bodies(CREATE)
    assert body["callbackType"] == "STREAM"
    assert body["openSpaceId"] == "dtv1.card//IM_ROBOT.mgr1;IM_ROBOT.mgr2;IM_ROBOT.mgr3"
    assert body["imRobotOpenSpaceModel"] == {"supportForward": False, "lastMessageI18n": {"ZH_CN": "待审批"}}
    assert body["imRobotOpenDeliverModel"] == {"spaceType": "IM_ROBOT", "robotCode": "robot1"}
    assert body["privateData"] == {"mgr1": {"cardParamMap": {"may": "1"}}}


async def test_a_card_that_went_nowhere_says_so_for_everybody(platform: Platform, dingtalk: DingTalk) -> None:
    general = {"spaceType": "IM", "spaceId": "IM_ALL", "success": False, "errorMsg": "spaces of card is empty"}
    platform.will(CREATE, ok(success=True, result={"deliverResults": [general]}), ok(success=True, result={}))
    for reason in ("spaces of card is empty", "not in the delivery report"):
        report = await dingtalk.create_and_deliver_card("c1", "t", [], {"a": "1"}, group=Group("cid1", ("mgr1",)))
        assert (report.delivered, report.failed) == ((), {"cid1": reason})
    assert platform.bodies(CREATE)[0]["imGroupOpenDeliverModel"] == {"robotCode": "robot1", "recipients": ["mgr1"]}


async def test_a_card_that_exists_is_already_done(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will(CREATE, error(400, "param.cardAlreadyExist"))
    with pytest.raises(AlreadyDone):
        await dingtalk.create_and_deliver_card("cxl-1", "t.schema", ["mgr1"], {"a": "1"})


@pytest.mark.parametrize(
    ("track", "people"), [("", ["u"]), ("x" * 65, ["u"]), ("c", []), ("c", ["a;IM_ROBOT.b"]), ("c", ["u" * 50] * 20)]
)
async def test_a_card_that_cannot_be_addressed_is_not_sent(dingtalk: DingTalk, track: str, people: list[str]) -> None:
    with pytest.raises(ValueError, match=r"outTrackId|openSpaceId|addressed|somebody"):
        await dingtalk.create_and_deliver_card(track, "t", people, {"a": "1"})


async def test_a_card_update_never_blanks_what_it_does_not_name(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will(CARDS, ok(success=True, result=True))
    await dingtalk.update_card("cxl-1", {"status": "approved"}, {"mgr1": {"isFinished": "true"}})
    (body,) = platform.bodies(CARDS)
    assert body["cardUpdateOptions"] == {"updateCardDataByKey": True, "updatePrivateDataByKey": True}
    assert (platform.seen[-1][0], body["cardData"]) == ("PUT", {"cardParamMap": {"status": "approved"}})


async def test_a_file_is_fetched_up_to_its_limit(platform: Platform, dingtalk: DingTalk) -> None:
    for path in ("/files/a.pdf.file", "/files/big.file", "/files/gone.file"):
        platform.will("/v1.0/robot/messageFiles/download", ok(downloadUrl=f"{platform.server.base}{path}?sig=1"))
    platform.will("/files/a.pdf.file", web.Response(body=b"%PDF"))
    platform.will("/files/big.file", web.Response(body=b"x" * 1001))
    assert await dingtalk.download("code") == (b"%PDF", "a.pdf.file")
    with pytest.raises(Refused, match="too-large"):
        await dingtalk.download("code")
    with pytest.raises(Refused, match="http-404"):
        await dingtalk.download("code")


async def test_a_download_code_that_expired_is_refused(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will("/v1.0/robot/messageFiles/download", error(400, "invalidParameter.robotCode.downloadCode"))
    with pytest.raises(Refused):
        await dingtalk.download("code")


async def test_who_has_read_a_message_is_asked_with_the_key_as_it_is(platform: Platform, dingtalk: DingTalk) -> None:
    people = [{"userId": "a", "readStatus": "READ"}, {"userId": "b", "readStatus": "UNREAD"}]
    platform.will("/v1.0/robot/oToMessages/readStatus", ok(sendStatus="SUCESS", messageReadInfoList=people))
    status = await dingtalk.read_status("q1+/A==")
    assert (status.status, status.read, status.unread) == ("SUCCESS", ("a",), ("b",))
    assert platform.seen[-1][2]["processQueryKey"] == "q1+/A=="


async def test_recall_says_what_could_not_be_taken_back(platform: Platform, dingtalk: DingTalk) -> None:
    platform.will("/v1.0/robot/otoMessages/batchRecall", ok(successResult=["a"], failedResult={"b": "expired"}))
    assert await dingtalk.recall(["a", "b"]) == {"b": "expired"}


async def test_the_directory_is_read_leniently(platform: Platform, dingtalk: DingTalk) -> None:
    person = {"userid": "u1", "unionid": "n1", "name": "韩梅梅", "dept_id_list": [2, "3"], "active": "true"}
    platform.will("/topapi/v2/user/get", ok(errcode=0, result=person), ok(errcode=60121, errmsg="找不到该用户"))
    found = await dingtalk.user("u1")
    assert (found.department_ids, found.manager_id, found.active) == ((2, 3), None, True)
    with pytest.raises(Unreachable):
        await dingtalk.user("u2")
    team = {"dept_id": "2", "name": "招聘", "parent_id": 1, "dept_manager_userid_list": ["m1"]}
    platform.will("/topapi/v2/department/get", ok(errcode=0, result=team))
    platform.will("/topapi/v2/department/listsub", ok(errcode=0, result=[team]))
    platform.will("/topapi/user/listid", ok(errcode=0, result={"userid_list": ["a", "b"]}))
    assert (await dingtalk.department(2)).manager_ids == ("m1",)
    assert [each.department_id for each in await dingtalk.departments_under()] == [2]
    assert await dingtalk.members(2) == ("a", "b")


async def test_a_meeting_is_made_once_moved_and_cancelled(platform: Platform, dingtalk: DingTalk) -> None:
    events = "/v1.0/calendar/users/uMgr1iE/calendars/primary/events"
    platform.will(events, ok(id="ev1"))
    platform.will(f"{events}/ev1", ok(id="ev1"), web.Response(status=200), error(404, "itemNotFound"))
    start, end = datetime(2026, 1, 6, 2, tzinfo=UTC), datetime(2026, 1, 6, 2, 30, tzinfo=UTC)
    meeting = Meeting("AI 面试：张三", start, end, attendees=("uHr",))
    assert await dingtalk.create_event("uMgr1iE", meeting, "booking-1") == "ev1"
    method, _, _, headers, body = platform.seen[-1]
    assert (method, headers["x-client-token"]) == ("POST", "booking-1")
    assert body["start"] == {"dateTime": "2026-01-06T10:00:00+08:00", "timeZone": "Asia/Shanghai"}
    await dingtalk.update_event("uMgr1iE", "ev1", {"summary": "改期"})
    assert platform.seen[-1][4] == {"summary": "改期", "id": "ev1"}
    await dingtalk.delete_event("uMgr1iE", "ev1")
    assert (platform.seen[-1][0], platform.seen[-1][2]) == ("DELETE", {"pushNotification": "true"})
    with pytest.raises(AlreadyDone):
        await dingtalk.delete_event("uMgr1iE", "ev1")


async def test_a_meeting_without_a_time_zone_is_refused_before_it_is_sent() -> None:
    naive = datetime(2026, 1, 6, 10)  # noqa: DTZ001 - that is what is tested
    with pytest.raises(ValueError, match="time zone"):
        Meeting("x", naive, naive).body()
