"""DingTalk to-dos: one task on the list of each executor, ticked off only through this API."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.dingtalk.directory import member_with_union_id
from sandbox.dingtalk.errors import ApiError
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.dingtalk.door import Body
    from sandbox.dingtalk.hub import Hub

SUBJECT_CHARACTERS = 1024
URL_BYTES = 1024
MOST_EXECUTORS = 100
CREATE = "todo.taskCreate.paramError"
UPDATE = "todo.taskUpdate.paramError"
DELETE = "todo.taskDelete.paramError"


@dataclass
class Task:
    """One task; `done` is per executor."""

    id: str
    source: str
    subject: str
    links: tuple[str, ...]
    done: dict[str, bool]


class Todos:
    """Keep the tasks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: dict[str, Task] = {}

    def add(self, task: Task) -> None:
        """Store a task and tell its executors; a source id is used once."""
        if task.source and any(task.source == other.source for other in self._tasks.values()):
            raise ApiError(CREATE, "task exist")
        self._tasks[task.id] = task
        self._tell(task, "待办")

    def task(self, task_id: str, otherwise: str) -> Task:
        """Find a task."""
        if task_id not in self._tasks:
            raise ApiError(otherwise, "task not exist")
        return self._tasks[task_id]

    def finish(self, task: Task, done: dict[str, bool]) -> None:
        """Tick off, or take back, for some executors."""
        task.done |= done

    def remove(self, task: Task) -> None:
        """Take a task off every list."""
        del self._tasks[task.id]

    def _tell(self, task: Task, what: str) -> None:
        for union in task.done:
            person = member_with_union_id(union)
            if person is not None:
                self._world.phones.add(person.id, app="dingtalk", sender="system", kind="text",
                                       text=f"{what}：{task.subject}", links=task.links)  # fmt: skip


async def create(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve POST /v1.0/todo/users/{unionId}/tasks."""
    subject, address = body.get("subject"), body.get("detailUrl") or {}
    executors = [str(one) for one in body.get("executorIds") or [request.match_info["union_id"]]]
    if not isinstance(subject, str) or not subject:
        raise ApiError(CREATE, "subject is empty")
    if len(subject) > SUBJECT_CHARACTERS:
        raise ApiError(CREATE, "subject is oversize")
    links = tuple(dict.fromkeys(str(address[name]) for name in ("pcUrl", "appUrl") if address.get(name)))
    if not links or any(len(link.encode()) > URL_BYTES for link in links):
        raise ApiError(CREATE, "detailUrl is invalid")
    if len(executors) > MOST_EXECUTORS or any(member_with_union_id(one) is None for one in executors):
        raise ApiError(CREATE, "executorIds is invalid")
    source = str(body.get("sourceId", ""))
    done: dict[str, bool] = dict.fromkeys(executors, False)
    task = Task(f"task{uuid.uuid4().hex}", source, subject, links, done)
    hub.todos.add(task)
    return _view(task)


async def update(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve PUT …/tasks/{taskId}."""
    task = hub.todos.task(request.match_info["task_id"], UPDATE)
    finished: Any = body.get("done")
    if isinstance(finished, bool):
        hub.todos.finish(task, dict.fromkeys(task.done, finished))
    if isinstance(body.get("subject"), str):
        task.subject = body["subject"]
    return {"result": True}


async def finish(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve PUT …/tasks/{taskId}/executorStatus."""
    task = hub.todos.task(request.match_info["task_id"], UPDATE)
    states = {str(entry["id"]): bool(entry.get("isDone")) for entry in body.get("executorStatusList") or ()}
    if not states or not set(states) <= set(task.done):
        raise ApiError(UPDATE, "executorStatusList is invalid")
    hub.todos.finish(task, states)
    return {"result": True}


async def delete(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve DELETE …/tasks/{taskId}."""
    hub.todos.remove(hub.todos.task(request.match_info["task_id"], DELETE))
    return {"result": True, "requestId": str(uuid.uuid4())}


def _view(task: Task) -> dict[str, Any]:
    about = {"id": task.id, "requestId": str(uuid.uuid4()), "subject": task.subject, "sourceId": task.source}
    return about | {"executorIds": list(task.done), "done": all(task.done.values())}
