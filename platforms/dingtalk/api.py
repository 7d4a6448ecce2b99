"""The calls to DingTalk; each says whether the platform took it, in the words of `platforms.errors`."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from urllib.parse import quote

import yarl

from platforms.dingtalk import cards, records
from platforms.dingtalk.account import DingTalkAccount
from platforms.dingtalk.calls import Calls
from platforms.dingtalk.cards import Delivered, Group
from platforms.dingtalk.frames import compact, items, member, text
from platforms.dingtalk.records import Department, Meeting, Page, ReadStatus, Sent, User
from platforms.errors import AlreadyDone, Refused, Temporary, Unknown
from platforms.http import MIB, Http
from platforms.pace import Pace
from platforms.tokens import TokenCache

__all__ = ["Delivered", "Department", "DingTalk", "DingTalkAccount", "Group", "Meeting", "ReadStatus", "Sent", "User"]

BATCH_LIMIT = 20
FILE_HOSTS = (".aliyuncs.com", ".dingtalk.com")


class DingTalk:
    """One app's calls.

    `now` is the clock token ages are measured on. A host in `file_hosts` is a suffix when it begins with a dot;
    the hosts of the two bases may always serve files and webhooks.
    """

    def __init__(
        self,
        account: DingTalkAccount,
        http: Http,
        now: Callable[[], float],
        cache: TokenCache | None = None,
        *,
        pace: Pace | None = None,
        file_hosts: tuple[str, ...] = FILE_HOSTS,
        file_limit: int = 20 * MIB,
    ) -> None:
        self._account = account
        self._calls = Calls(account, http, now, cache, pace)
        self._own = {yarl.URL(account.api_base).origin(), yarl.URL(account.oapi_base).origin()}
        self._file_hosts = file_hosts
        self._file_limit = file_limit

    async def access_token(self) -> str:
        """Return the app's access token, a secret."""
        return await self._calls.tokens.get()

    # Robot messages

    async def send_to_users(self, user_ids: Iterable[str], msg_key: str, msg_param: Mapping[str, str]) -> Sent:
        """Send a message to up to 20 members, each in their chat with the robot.

        There is no idempotency key: a lost answer is Unknown.
        """
        people = list(user_ids)
        if not 0 < len(people) <= BATCH_LIMIT:
            raise ValueError(f"a batch has 1 to {BATCH_LIMIT} users")
        body = {"robotCode": self._account.robot_code, "userIds": people, **_message(msg_key, msg_param)}
        return _taken(records.sent(await self._post("/v1.0/robot/oToMessages/batchSend", body)))

    async def send_text(self, user_ids: Iterable[str], content: str) -> Sent:
        """Send plain text to up to 20 members."""
        return await self.send_to_users(user_ids, "sampleText", {"content": content})

    async def send_markdown(self, user_ids: Iterable[str], title: str, content: str) -> Sent:
        """Send markdown to up to 20 members; the title is what the conversation list shows."""
        return await self.send_to_users(user_ids, "sampleMarkdown", {"title": title, "text": content})

    async def send_to_group(self, conversation_id: str, title: str, content: str) -> str:
        """Send markdown into a group that the robot is in (a counted call) and return its processQueryKey."""
        message = _message("sampleMarkdown", {"title": title, "text": content})
        body = {"robotCode": self._account.robot_code, "openConversationId": conversation_id, **message}
        found = await self._post("/v1.0/robot/groupMessages/send", body)
        return text(found, "processQueryKey")

    async def reply(self, session_webhook: str, payload: Mapping[str, object]) -> None:
        """Answer in the conversation a message came from; an expired session is Unreachable.

        The address arrives with the message, so only DingTalk's own host or the configured one is called.
        """
        await self._calls.plain(str(self._own_url(session_webhook)), payload)

    async def read_status(self, process_query_key: str) -> ReadStatus:
        """Ask who has read a batch of single-chat messages, within 24 hours."""
        params = {"robotCode": self._account.robot_code, "processQueryKey": process_query_key}
        path = "/v1.0/robot/oToMessages/readStatus"
        return records.read_status(await self._calls.new("GET", path, params=params, repeatable=True))

    async def recall(self, process_query_keys: Iterable[str]) -> dict[str, str]:
        """Take back up to 20 batches of single-chat messages; return those that could not be, with the reason."""
        body = {"robotCode": self._account.robot_code, "processQueryKeys": list(process_query_keys)}
        found = await self._post("/v1.0/robot/otoMessages/batchRecall", body, repeatable=True)
        return {key: str(reason) for key, reason in member(found, "failedResult").items()}

    async def download(self, download_code: str) -> tuple[bytes, str]:
        """Fetch a file somebody sent to the robot; return its bytes and the name its address carries."""
        body = {"downloadCode": download_code, "robotCode": self._account.robot_code}
        found = await self._post("/v1.0/robot/messageFiles/download", body, repeatable=True)
        url = self._file_url(text(found, "downloadUrl"))
        try:
            answer = await self._calls.page(str(url), self._file_limit, timeout=60.0)
        except Unknown as error:
            if error.code == "too-large":
                raise Refused("too-large", f"the file has more than {self._file_limit} bytes") from None
            raise Temporary(error.code, error.message) from None
        if answer.status != 200:
            kind = Temporary if answer.status >= 500 else Refused
            raise kind(f"http-{answer.status}", "the file is not served")
        return answer.body, PurePosixPath(url.path).name

    # Cards

    async def create_and_deliver_card(
        self,
        out_track_id: str,
        template_id: str,
        user_ids: Iterable[str],
        params: Mapping[str, str],
        private: Mapping[str, Mapping[str, str]] | None = None,
        *,
        last_message: str = "",
        group: Group | None = None,
    ) -> Delivered:
        """Create a card and show it; `out_track_id` makes it safe to repeat, a card that exists is AlreadyDone.

        `last_message` is what the conversation list shows.
        """
        people = tuple(user_ids)
        body = cards.creation(
            self._account.robot_code,
            out_track_id,
            template_id,
            people,
            params,
            private=private,
            last_message=last_message,
            group=group,
        )
        found = await self._post("/v1.0/card/instances/createAndDeliver", body, repeatable=True)
        return cards.delivery_report(items(member(found, "result"), "deliverResults"), people, group)

    async def update_card(
        self, out_track_id: str, params: Mapping[str, str], private: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Change these variables on everybody's screen, and `private` ones by user id; the others stay."""
        await self._calls.new(
            "PUT", "/v1.0/card/instances", cards.update(out_track_id, params, private), repeatable=True
        )

    # Directory (not counted in the monthly quota)

    async def user(self, user_id: str) -> User:
        """Fetch a member; one who left or is outside the app's scope is Unreachable."""
        found = await self._old("/topapi/v2/user/get", {"userid": user_id, "language": "zh_CN"})
        return records.user(member(found, "result"))

    async def department(self, department_id: int) -> Department:
        """Fetch a department and its managers."""
        found = await self._old("/topapi/v2/department/get", {"dept_id": department_id})
        return records.department(member(found, "result"))

    async def departments_under(self, department_id: int = 1) -> tuple[Department, ...]:
        """Fetch the departments right under one; their managers are left to `department()`."""
        found = await self._old("/topapi/v2/department/listsub", {"dept_id": department_id})
        return tuple(records.department(each) for each in items(found, "result"))

    async def members(self, department_id: int) -> tuple[str, ...]:
        """Fetch the user ids of a department's own members."""
        found = await self._old("/topapi/user/listid", {"dept_id": department_id})
        return records.texts(member(found, "result").get("userid_list"))

    async def people(self, department_id: int, cursor: int = 0) -> Page:
        """Fetch a page of up to 100 of a department's own members, as they stand in it."""
        body = {"dept_id": department_id, "cursor": cursor, "size": 100, "language": "zh_CN"}
        return records.page(member(await self._old("/topapi/v2/user/list", body), "result"))

    # Calendar

    async def create_event(self, organiser: str, meeting: Meeting, client_token: str) -> str:
        """Put a meeting into the organiser's calendar (a union id) and return its id.

        The same `client_token` within a day makes no second one.
        """
        headers = {"x-client-token": client_token}
        found = await self._calls.new("POST", _events(organiser), meeting.body(), headers=headers, repeatable=True)
        event_id = text(found, "id")
        if not event_id:
            raise Temporary("no-id", "the calendar's answer holds no id")
        return event_id

    async def update_event(self, organiser: str, event_id: str, changes: Mapping[str, object]) -> None:
        """Change the named members of a meeting; only its organiser can."""
        path = f"{_events(organiser)}/{quote(event_id, safe='')}"
        await self._calls.new("PUT", path, {**changes, "id": event_id}, repeatable=True)

    async def delete_event(self, organiser: str, event_id: str, *, notify: bool = True) -> None:
        """Cancel a meeting for everybody; one that is gone already is AlreadyDone."""
        path = f"{_events(organiser)}/{quote(event_id, safe='')}"
        params = {"pushNotification": "true" if notify else "false"}
        try:
            await self._calls.new("DELETE", path, params=params, repeatable=True)
        except Refused as error:
            if error.code == "itemNotFound":
                raise AlreadyDone(error.code, error.message) from None
            raise

    async def _post(self, path: str, body: Mapping[str, object], *, repeatable: bool = False) -> dict[str, object]:
        return await self._calls.new("POST", path, body, repeatable=repeatable)

    async def _old(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        return await self._calls.old(path, body, repeatable=True)

    def _own_url(self, address: str) -> yarl.URL:
        url = _url(address)
        if url.origin() not in self._own and not _is_https(url, ("oapi.dingtalk.com",)):
            raise Refused("webhook-host", "a webhook outside DingTalk is not called")
        return url

    def _file_url(self, address: str) -> yarl.URL:
        url = _url(address)
        if url.origin() not in self._own and not _is_https(url, self._file_hosts):
            raise Refused("file-host", "a file outside the allowed hosts is not fetched")
        return url


def _url(address: str) -> yarl.URL:
    try:
        url = yarl.URL(address)
        url.origin()
    except ValueError:
        raise Refused("url", "not an address") from None
    if url.user is not None or url.password is not None:
        raise Refused("url", "an address with a login is not called")
    return url


def _is_https(url: yarl.URL, hosts: tuple[str, ...]) -> bool:
    host = url.host or ""
    allowed = any(host.endswith(each) if each.startswith(".") else host == each for each in hosts)
    return allowed and url.scheme == "https" and url.port == 443


def _message(msg_key: str, msg_param: Mapping[str, str]) -> dict[str, object]:
    return {"msgKey": msg_key, "msgParam": compact(dict(msg_param))}


def _taken(sent: Sent) -> Sent:
    if not sent.process_query_key:
        raise Unknown("no-key", "the answer to a send holds no processQueryKey")
    return sent


def _events(organiser: str) -> str:
    return f"/v1.0/calendar/users/{quote(organiser, safe='')}/calendars/primary/events"
