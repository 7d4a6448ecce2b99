"""Numbers about the audit logs and the doors for whoever watches the program, as Prometheus reads them."""

from aiohttp import web
from tortoise.functions import Max

from bot.refused import Handler, Refused
from models import AuditHead, Checkpoint

GAUGES = {
    "shouyue_audit_records": "Records in the log",
    "shouyue_audit_unsigned": "Records that no checkpoint covers yet",
    "shouyue_audit_unanchored": "Records that nobody outside the database vouches for yet",
}
REFUSED = "shouyue_refused_total"


def answering(refused: Refused) -> Handler:
    """Return what answers with every gauge for each log, and with the refusals of each door."""

    async def metrics(_: web.Request) -> web.Response:
        lines = [*await _of_logs(), *_of_doors(refused)]
        return web.Response(text="\n".join(lines) + "\n", content_type="text/plain", charset="utf-8")

    return metrics


def _of_doors(refused: Refused) -> list[str]:
    lines = [f"# HELP {REFUSED} Requests turned away at an address that anybody can reach."]
    lines.append(f"# TYPE {REFUSED} counter")
    for door, causes in refused.by_door().items():
        lines += [f'{REFUSED}{{door="{door}",cause="{cause}"}} {count}' for cause, count in causes.items()]
    return lines


async def _of_logs() -> list[str]:
    heads = await AuditHead.all().order_by("log")
    anchored = await _anchored()
    found = [(head.log, head.seq, head.seq - head.signed, head.seq - anchored.get(head.log, 0)) for head in heads]
    lines: list[str] = []
    for place, (name, meaning) in enumerate(GAUGES.items(), start=1):
        lines += [f"# HELP {name} {meaning}.", f"# TYPE {name} gauge"]
        lines += [f'{name}{{log="{_escaped(row[0])}"}} {row[place]}' for row in found]
    return lines


async def _anchored() -> dict[str, int]:
    """Return for each log the size of the largest checkpoint that somebody outside keeps."""
    kept = Checkpoint.filter(anchors__id__isnull=False).annotate(largest=Max("size")).group_by("log")
    return {str(log): int(size) for log, size in await kept.values_list("log", "largest")}


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
