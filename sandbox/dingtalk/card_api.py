"""The card instance calls: create, deliver, both, add spaces, update, and the route of HTTP callbacks."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.dingtalk import card_rules as rules
from sandbox.dingtalk.cards import Card
from sandbox.dingtalk.chats import group_with_id, query_key
from sandbox.dingtalk.door import Body, text_of
from sandbox.dingtalk.errors import ApiError
from sandbox.dingtalk.hub import Hub
from sandbox.phones import Message

NO_SPACE = {"spaceType": "IM", "spaceId": "IM_ALL", "success": False, "errorMsg": "spaces of card is empty"}


async def create(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/card/instances."""
    card = _new_card(hub, body)
    hub.cards.keep(card)
    return {"success": True, "result": card.id}


async def deliver(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/card/instances/deliver."""
    card = _known_card(hub, body)
    spaces = rules.open_spaces(body)
    models = rules.deliver_models(body, spaces)
    return {"success": True, "result": _delivered(hub, card, spaces, models)}


async def create_and_deliver(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/card/instances/createAndDeliver; what failed to arrive is told inside the 200."""
    spaces = rules.open_spaces(body)
    models = rules.deliver_models(body, spaces)
    card = _new_card(hub, body)
    hub.cards.keep(card)
    return {"success": True, "result": {"outTrackId": card.id, "deliverResults": _delivered(hub, card, spaces, models)}}


async def add_spaces(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve PUT /v1.0/card/instances/spaces."""
    card = _known_card(hub, body)
    models = rules.space_models(body)
    if not models:
        raise ApiError("param.openSpaceModelInvalid")
    card.spaces |= models
    return {"success": True, "result": True}


async def update(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve PUT /v1.0/card/instances."""
    rules.size(body)
    card = _known_card(hub, body)
    if body.get("cardData") is None and not body.get("privateData"):
        raise ApiError("param.cardDataAndPrivateDataBothEmpty")
    public = None if body.get("cardData") is None else rules.param_map(body["cardData"])
    private = rules.private_maps(body.get("privateData"), rules.user_id_type(body))
    by_key, private_by_key = rules.options(body)
    hub.cards.update(card, public, private, by_key=by_key, private_by_key=private_by_key)
    return {"success": True, "result": True}


async def register_route(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/card/callbacks/register; a known key keeps its registration unless forced."""
    key = text_of(body, "callbackRouteKey", "param.invalid")
    known = hub.routes.get(key)
    if known is None or body.get("forceUpdate") is True:
        url = text_of(body, "callbackUrl", "param.invalid")
        known = hub.routes[key] = (url, str(body.get("apiSecret") or query_key()))
    return {"success": True, "result": {"callbackUrl": known[0], "apiSecret": known[1]}}


def _new_card(hub: Hub, body: Body) -> Card:
    rules.size(body)
    template_id = body.get("cardTemplateId")
    if not template_id:
        raise ApiError("param.cardTemplateIdEmpty")
    identifier = rules.card_id(body)
    if body.get("cardData") is None:
        raise ApiError("param.cardPublicDataEmpty")
    template = hub.cards.templates.get(template_id)
    if template is None:
        raise ApiError("param.templateNotExist")
    user_id_type = rules.user_id_type(body)
    public, private = rules.param_map(body["cardData"]), rules.private_maps(body.get("privateData"), user_id_type)
    spaces = rules.space_models(body)
    if hub.cards.get(identifier) is not None:
        raise ApiError("param.cardAlreadyExist")
    route, how = str(body.get("callbackRouteKey", "")), str(body.get("callbackType", ""))
    return Card(identifier, template, how, route, user_id_type, public, private, spaces, hub.world.clock.now())


def _known_card(hub: Hub, body: Body) -> Card:
    card = hub.cards.get(rules.card_id(body))
    if card is None:
        raise ApiError("param.cardNotExist")
    return card


def _delivered(
    hub: Hub, card: Card, spaces: list[rules.Space], models: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    if not card.spaces:
        return [dict(NO_SPACE)]
    return [_into(hub, card, space, models[space.type]) for space in spaces]


def _into(hub: Hub, card: Card, space: rules.Space, model: Mapping[str, Any]) -> dict[str, Any]:
    place = {"spaceType": space.type, "spaceId": space.id}
    known = card.carriers.get((space.type, space.id))
    if known is not None:
        return place | {"success": True, "carrierId": known, "errorMsg": ""}
    if space.type not in card.spaces:
        return place | {"success": False, "errorMsg": "spaces of card is empty"}
    if model.get("robotCode", hub.config.robot_code) != hub.config.robot_code:
        return place | {"success": False, "errorMsg": "robot is not exist"}
    error, people, group = _receivers(hub, card, space, model)
    if error:
        return place | {"success": False, "errorMsg": error}
    carrier = hub.chats.keep(_shown(hub, card, people, group)).key
    card.carriers[(space.type, space.id)] = carrier
    return place | {"success": True, "carrierId": carrier, "errorMsg": ""}


def _receivers(
    hub: Hub, card: Card, space: rules.Space, model: Mapping[str, Any]
) -> tuple[str, tuple[str, ...], str | None]:
    if space.type == "IM_GROUP":
        return _group_receivers(space, model)
    try:
        person = rules.person_of(space.id, card.user_id_type)
    except ApiError:
        return "user is not exist", (), None
    if person in hub.unreachable:
        return "chatbot is not allowed to send to this user", (), None
    return "", (person,), None


def _group_receivers(space: rules.Space, model: Mapping[str, Any]) -> tuple[str, tuple[str, ...], str | None]:
    group = group_with_id(space.id)
    if group is None:
        return "robot is not a member of the group", (), None
    chosen = model.get("recipients")
    people = tuple(user for user in group.members if not chosen or user in chosen)
    return "", people, group.name


def _shown(hub: Hub, card: Card, people: tuple[str, ...], group: str | None) -> dict[str, Message]:
    at = hub.world.clock.now()
    for person in people:
        card.viewers.setdefault(person, at)
    add = hub.world.phones.add
    return {
        person: add(person, app="dingtalk", sender="bot", kind="card", card=card.id, group=group) for person in people
    }


def conversation_of(card: Card, person: str) -> str | None:
    """Tell in which group, if any, a person sees a card."""
    for kind, identifier in card.carriers:
        group = group_with_id(identifier) if kind == "IM_GROUP" else None
        if group is not None and person in group.members:
            return group.conversation_id
    return None
