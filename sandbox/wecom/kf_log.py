"""What a customer-service account has to tell, in order, read through cursors."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.wecom.errors import WecomError

HORIZON_S = 3 * 86400


@dataclass
class Log:
    """Messages and events of one account, oldest first, each with its moment on the business clock."""

    _items: list[tuple[float, Mapping[str, object]]] = field(default_factory=list)
    _cursors: dict[str, int] = field(default_factory=dict)

    def append(self, item: Mapping[str, object], at: float) -> None:
        """Add what happened last."""
        self._items.append((at, item))

    def cursor(self, position: int | None = None, name: str | None = None) -> str:
        """Return a cursor after the first `position` items, by default after all of them."""
        name = name or secrets.token_urlsafe(24)
        self._cursors[name] = len(self._items) if position is None else position
        return name

    def page(self, cursor: str, limit: int, now: float) -> tuple[list[Mapping[str, object]], str, bool]:
        """Return items after the cursor, the next cursor, and whether more wait.

        An empty cursor means the oldest message of the last three days; older ones are never returned.
        """
        if cursor and cursor not in self._cursors:
            raise WecomError(50100)
        start = max(self._cursors.get(cursor, 0), self._first_within(now - HORIZON_S))
        end = min(start + limit, len(self._items))
        items = [item for _, item in self._items[start:end]]
        unmoved = cursor and end == self._cursors[cursor]
        return items, cursor if unmoved else self.cursor(end), end < len(self._items)

    def _first_within(self, since: float) -> int:
        return next((n for n, (at, _) in enumerate(self._items) if at >= since), len(self._items))
