"""The calls about tokens, members, departments, addresses and temporary media."""

from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import quote

from aiohttp import web

from sandbox.wecom import directory
from sandbox.wecom.api import Call
from sandbox.wecom.errors import WecomError


async def gettoken(call: Call) -> dict[str, object]:
    """Answer gettoken (O:91039)."""
    return call.corp.tokens.issue(call.query.get("corpid", ""), call.query.get("corpsecret", ""))


async def user_get(call: Call) -> dict[str, object]:
    """Answer user/get (O:90196)."""
    return directory.profile(call.query.get("userid"), call.corp.world.left)


async def user_list(call: Call) -> dict[str, object]:
    """Answer user/list (O:90201): a department's own members."""
    return {"userlist": directory.members_of(call.query.get("department_id", ""), call.corp.world.left)}


async def user_getuserid(call: Call) -> dict[str, object]:
    """Answer user/getuserid (O:95402)."""
    return {"userid": directory.userid_of_mobile(call.body.get("mobile"))}


async def department_list(call: Call) -> dict[str, object]:
    """Answer department/list (O:90208)."""
    return {"department": directory.departments(call.query.get("id", ""))}


async def getcallbackip(call: Call) -> dict[str, object]:
    """Answer getcallbackip: pushes come from this machine."""
    return {"ip_list": ["127.0.0.1"]}


async def media_upload(call: Call) -> dict[str, object]:
    """Keep a file for three days (O:90253); `created_at` is a string."""
    kind, part = call.query.get("type", ""), _part(await call.request.read(), call.request.headers["Content-Type"])
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    medium = call.corp.media.add(kind, part.get_filename() or "", part.get_content_type(), data)
    return {"errmsg": "", "type": kind, "media_id": medium.media_id, "created_at": str(int(medium.at))}


async def media_get(call: Call) -> web.StreamResponse:
    """Hand out a file, or the range of it that is asked for (O:90254)."""
    medium = call.corp.media.find(call.query.get("media_id"))
    name = f"attachment; filename*=UTF-8''{quote(medium.name)}"
    headers = {"Content-Type": medium.content_type, "Content-disposition": name}
    span = call.request.http_range
    if span.start is None and span.stop is None:
        return web.Response(body=medium.data, headers=headers)
    start, stop, _ = span.indices(len(medium.data))
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(medium.data)}"
    return web.Response(status=206, body=medium.data[start:stop], headers=headers)


def _part(data: bytes, content_type: str) -> EmailMessage:
    """Find the form field `media`; the body was read whole before, so it is parsed from memory."""
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    form: EmailMessage = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + data)
    for part in form.iter_parts():
        if part.get_param("name", header="content-disposition") == "media":
            assert isinstance(part, EmailMessage)
            return part
    raise WecomError(44001, "media")
