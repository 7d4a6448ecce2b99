"""DingTalk on localhost: its gateway, its APIs under /dingtalk, and the app on people's phones."""

from aiohttp import web

from sandbox.dingtalk import account, calendar, card_api, directory, group_robot, robot, todo
from sandbox.dingtalk.door import Api, new_api, old_api
from sandbox.dingtalk.errors import injected
from sandbox.dingtalk.extras import departures, extra_routes
from sandbox.dingtalk.hub import Hub, hub_for
from sandbox.dingtalk.phone import DingTalkPhone
from sandbox.world import World

PREFIX = "/dingtalk"
EVENTS = "/v1.0/calendar/users/{union_id}/calendars/primary/events"
TASKS = "/v1.0/todo/users/{union_id}/tasks"
CARDS = "/v1.0/card/instances"

FREE: tuple[tuple[str, str, Api], ...] = (
    ("POST", "/v1.0/oauth2/accessToken", account.access_token),
    ("POST", "/v1.0/oauth2/{corp_id}/token", account.corp_token),
    ("POST", account.OPEN_PATH, account.open_connection),
)
COUNTED: tuple[tuple[str, str, Api], ...] = (
    ("POST", "/v1.0/robot/oToMessages/batchSend", robot.batch_send),
    ("GET", "/v1.0/robot/oToMessages/readStatus", robot.read_status),
    ("POST", "/v1.0/robot/otoMessages/batchRecall", robot.batch_recall),
    ("POST", "/v1.0/robot/groupMessages/send", robot.group_send),
    ("POST", "/v1.0/robot/groupMessages/query", robot.group_query),
    ("POST", "/v1.0/robot/groupMessages/recall", robot.group_recall),
    ("POST", "/v1.0/robot/messageFiles/download", robot.download),
    ("POST", CARDS, card_api.create),
    ("PUT", CARDS, card_api.update),
    ("POST", CARDS + "/deliver", card_api.deliver),
    ("POST", CARDS + "/createAndDeliver", card_api.create_and_deliver),
    ("PUT", CARDS + "/spaces", card_api.add_spaces),
    ("POST", "/v1.0/card/callbacks/register", card_api.register_route),
    ("POST", EVENTS, calendar.create),
    ("GET", EVENTS + "/{event_id}", calendar.get),
    ("PUT", EVENTS + "/{event_id}", calendar.change),
    ("DELETE", EVENTS + "/{event_id}", calendar.delete),
    ("POST", TASKS, todo.create),
    ("PUT", TASKS + "/{task_id}", todo.update),
    ("PUT", TASKS + "/{task_id}/executorStatus", todo.finish),
    ("DELETE", TASKS + "/{task_id}", todo.delete),
)
DIRECTORY: tuple[tuple[str, Api], ...] = (
    ("/topapi/v2/user/get", directory.user_get),
    ("/topapi/v2/user/list", directory.user_list),
    ("/topapi/v2/user/getbymobile", directory.user_by_mobile),
    ("/topapi/user/getbyunionid", directory.user_by_union_id),
    ("/topapi/v2/user/getuserinfo", directory.user_info),
    ("/topapi/user/listid", directory.user_ids),
    ("/topapi/v2/department/get", directory.department_get),
    ("/topapi/v2/department/listsub", directory.department_children),
    ("/topapi/v2/department/listsubid", directory.department_child_ids),
    ("/topapi/v2/department/listparentbydept", directory.department_parents),
    ("/topapi/v2/department/listparentbyuser", directory.user_departments),
)


def register(world: World) -> None:
    """Make DingTalk part of a world."""
    hub = hub_for(world)
    world.parts["dingtalk"] = hub
    world.apps["dingtalk"] = DingTalkPhone(hub)
    world.links["dingtalk"] = hub.gateway
    world.faults.bodies["dingtalk"] = injected
    world.on_close.append(hub.gateway.close)
    world.when_left.append(departures(hub))


def routes(world: World) -> list[web.RouteDef]:
    """List DingTalk's addresses."""
    hub = hub_of(world)
    free = [web.route(method, PREFIX + path, new_api(hub, api, free=True, counted=False)) for method, path, api in FREE]
    counted = [web.route(method, PREFIX + path, new_api(hub, api)) for method, path, api in COUNTED]
    old = [web.post(PREFIX + path, old_api(hub, api)) for path, api in DIRECTORY]
    plain = [
        web.get(PREFIX + "/connect", hub.gateway.connect),
        web.get(PREFIX + "/gettoken", account.old_token(hub)),
        web.post(PREFIX + "/robot/sendBySession", robot.send_by_session(hub)),
        web.post(PREFIX + "/robot/send", group_robot.GroupRobots(hub).send),
        web.get(PREFIX + "/files/{address}", robot.file_at(hub)),
    ]
    return [*free, *counted, *old, *plain, *extra_routes(hub, DingTalkPhone(hub))]


def hub_of(world: World) -> Hub:
    """Find the DingTalk of a world."""
    hub = world.parts["dingtalk"]
    assert isinstance(hub, Hub)
    return hub
