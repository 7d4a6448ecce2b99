"""Where a line of Chinese text may end: between characters, not inside Latin words, no 。 at a line's start (禁则)."""

import re
from collections.abc import Callable, Iterator

NEVER_FIRST = frozenset("，。、；：！？）］｝】》〉」』〕”’…—～·％,.;:!?)]}%°")
NEVER_LAST = frozenset("（［｛【《〈「『〔“‘￥＄([{")
ATOM = re.compile(r"[!-~]+|\s|.", re.DOTALL)

Measure = Callable[[str], float]


def broken(text: str, width: float, measure: Measure) -> list[str]:
    """Return the text in lines no wider than `width`; `measure` gives a text's width in the same unit.

    A word that is wider than a line is broken anywhere. An empty text is one empty line.
    """
    return [line for paragraph in text.split("\n") for line in _lines(paragraph, width, measure)]


def _lines(paragraph: str, width: float, measure: Measure) -> list[str]:
    lines, line = [], ""
    for atom in _fitting(_atoms(paragraph), width, measure):
        if line and measure(line + atom.rstrip()) > width:
            lines.append(line.rstrip())
            line = atom.lstrip()
        else:
            line += atom
    return [*lines, line.rstrip()]


def _atoms(paragraph: str) -> list[str]:
    """Return the pieces that stay together: a word, or a character with the marks that cling to it."""
    atoms: list[str] = []
    for piece in ATOM.findall(paragraph):
        clings = piece[0] in NEVER_FIRST or (atoms and atoms[-1][-1] in NEVER_LAST)
        if atoms and clings and not atoms[-1].isspace():
            atoms[-1] += piece
        else:
            atoms.append(piece)
    return atoms


def _fitting(atoms: list[str], width: float, measure: Measure) -> Iterator[str]:
    for atom in atoms:
        yield from [atom] if measure(atom) <= width else _cut(atom, width, measure)


def _cut(atom: str, width: float, measure: Measure) -> Iterator[str]:
    piece = ""
    for character in atom:
        if piece and measure(piece + character) > width:
            yield piece
            piece = ""
        piece += character
    yield piece
