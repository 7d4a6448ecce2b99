"""What the program says by itself: a name that stands in an example of the help is no leak of a person called so."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPOKEN_BY_US = ("handlers", "cards", "notifier", "workflow", "models", "platforms", "bot")
THE_CAST = ("bot/company.py", "bot/story.py", "bot/demo.py", "bot/demo_home.py")


@cache
def our_sentences() -> frozenset[str]:
    """Return every text in the program's sources but for the demo's people."""
    files = [file for folder in SPOKEN_BY_US for file in sorted((ROOT / folder).rglob("*"))]
    told = [file for file in files if str(file.relative_to(ROOT)) not in THE_CAST]
    return frozenset(text for file in told for text in _texts(file))


def _texts(file: Path) -> Iterator[str]:
    if file.suffix == ".py":
        nodes = ast.walk(ast.parse(file.read_text("utf-8")))
        yield from (each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str))
    elif file.suffix in (".html", ".json"):
        yield from map(str.strip, file.read_text("utf-8").splitlines())


@cache
def sentences_with(value: str) -> tuple[bytes, ...]:
    """Return our own sentences in which a value stands, as they may lie in a file, the longest first."""
    found = sorted((each for each in our_sentences() if value in each), key=len, reverse=True)
    return tuple(form for each in found for form in (each.encode(), _escaped(each)))


def _escaped(text: str) -> bytes:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"').encode()


def without_us(content: bytes, value: str | bytes) -> bytes:
    """Return a content without our own sentences in which a value stands."""
    if isinstance(value, str):
        for each in sentences_with(value):
            content = content.replace(each, b"")
    return content
