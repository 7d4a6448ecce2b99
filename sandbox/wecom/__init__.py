"""WeCom and WeChat customer service on localhost: one corp, one self-built app, one customer-service account."""

from aiohttp import web

from sandbox.errors import SandboxError
from sandbox.wecom import kf_api, messages, resources, updates
from sandbox.wecom.api import Endpoint, fault_body, served
from sandbox.wecom.corp import Corp
from sandbox.wecom.errors import WecomError
from sandbox.wecom.kf_account import NAME
from sandbox.wecom.kf_phone import WechatPhone
from sandbox.wecom.phone import MemberPhone
from sandbox.world import World

ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "gettoken", resources.gettoken),
    ("GET", "getcallbackip", resources.getcallbackip),
    ("GET", "user/get", resources.user_get),
    ("GET", "user/list", resources.user_list),
    ("POST", "user/getuserid", resources.user_getuserid),
    ("GET", "department/list", resources.department_list),
    ("POST", "media/upload", resources.media_upload),
    ("GET", "media/get", resources.media_get),
    ("POST", "message/send", messages.send),
    ("POST", "message/update_template_card", updates.update_template_card),
    ("POST", "message/recall", messages.recall),
    ("POST", "kf/account/list", kf_api.account_list),
    ("POST", "kf/add_contact_way", kf_api.add_contact_way),
    ("POST", "kf/sync_msg", kf_api.sync_msg),
    ("POST", "kf/send_msg", kf_api.send_msg),
    ("POST", "kf/send_msg_on_event", kf_api.send_msg_on_event),
    ("POST", "kf/service_state/get", kf_api.state_get),
    ("POST", "kf/service_state/trans", kf_api.state_trans),
    ("POST", "kf/customer/batchget", kf_api.customer_batchget),
)

KF_PAGE = f"""<!doctype html><html lang="zh"><meta charset="utf-8"><title>微信客服 · {NAME}</title>
<p>这是微信客服链接，请在候选人的手机里打开（open-link）。</p></html>"""


def register(world: World) -> None:
    """Put WeCom and WeChat on the phones, let the seeded candidates in, and start verifying the callback URL."""
    corp = Corp(world)
    world.apps["wecom"], world.apps["wechat"] = MemberPhone(corp), WechatPhone(corp.kf)
    world.links["wecom"] = corp.door
    world.faults.bodies["wecom"] = fault_body
    corp.kf.seed()
    world.when_left.append(corp.tell_departure)

    async def start() -> None:
        world.spawn(corp.door.keep_verified())

    world.on_start.append(start)


def routes(world: World) -> list[web.RouteDef]:
    """Serve the platform's calls under /wecom/cgi-bin/, its pages, and two knobs of ours."""
    if "wecom" not in world.apps:
        register(world)
    phone = world.apps["wecom"]
    assert isinstance(phone, MemberPhone)
    corp = phone.corp
    calls = [web.route("*", f"/wecom/cgi-bin/{path}", served(corp, method, call)) for method, path, call in ENDPOINTS]
    return [*calls, *_pages(corp), *_knobs(corp)]


def _pages(corp: Corp) -> list[web.RouteDef]:
    async def picture(request: web.Request) -> web.Response:
        try:
            medium = corp.media.find(request.match_info["media_id"])
        except WecomError:
            raise web.HTTPNotFound from None
        return web.Response(body=medium.data, content_type=medium.content_type)

    async def kf_page(request: web.Request) -> web.Response:
        return web.Response(text=KF_PAGE, content_type="text/html")

    return [web.get("/wecom/pic/{media_id}", picture), web.get("/kf/{link}", kf_page)]


def _knobs(corp: Corp) -> list[web.RouteDef]:
    async def invalidate_tokens(request: web.Request) -> web.Response:
        corp.tokens.invalidate()
        return web.json_response({"ok": True})

    async def change_settings(request: web.Request) -> web.Response:
        value = (await request.json()).get("passive_card_reply")
        if value not in ("honour", "ignore"):
            raise SandboxError(400, "passive_card_reply is honour or ignore", '{"passive_card_reply": "honour"}')
        corp.passive_card_reply = value
        return web.json_response({"passive_card_reply": value})

    return [
        web.delete("/sandbox/wecom/tokens", invalidate_tokens),
        web.post("/sandbox/wecom/settings", change_settings),
    ]
