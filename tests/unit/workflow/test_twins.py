"""When two pictures are called alike: rightly when one is sent again, never for two others of what is drawn here."""

import io
from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from PIL import Image

from platforms.files.pictures import look_of
from tests import pictures
from workflow.twins import NEAR, differ

DRAWN: dict[str, Callable[[int], Image.Image]] = {
    "chats": pictures.chat,
    "messages": pictures.message,
    "certificates": pictures.certificate,
    "photographs": pictures.photograph,
}
MANY = 24


def sent_again(picture: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """Yield the picture as platforms and people send it on: packed harder, or as another kind of file."""
    for quality in (90, 75, 60):
        yield f"quality {quality}", Image.open(io.BytesIO(pictures.saved(picture, "JPEG", quality=quality)))
    yield "a webp", Image.open(io.BytesIO(pictures.saved(picture, "WEBP", quality=80)))


@pytest.mark.parametrize("kind", DRAWN)
def test_no_two_different_pictures_of_a_kind_are_called_alike(kind: str) -> None:
    looks = [look_of(DRAWN[kind](seed)) for seed in range(MANY)]
    nearest = min(differ(one, other) for one, other in combinations(looks, 2))
    assert nearest > NEAR, nearest


def test_no_two_different_pictures_of_different_kinds_are_called_alike() -> None:
    looks = [look_of(draw(seed)) for draw in DRAWN.values() for seed in range(4)]
    assert min(differ(one, other) for one, other in combinations(looks, 2)) > NEAR


@pytest.mark.parametrize("kind", DRAWN)
def test_a_picture_that_is_sent_again_in_another_quality_is_called_alike(kind: str) -> None:
    for seed in range(6):
        picture = DRAWN[kind](seed)
        look = look_of(picture)
        assert {how: differ(look, look_of(again)) for how, again in sent_again(picture)} == pytest.approx(
            dict.fromkeys(dict(sent_again(picture)), 0), abs=NEAR
        )


@pytest.mark.parametrize("kind", ["chats", "photographs"])
def test_a_picture_that_is_sent_again_at_half_its_size_is_called_alike(kind: str) -> None:
    for seed in range(6):
        picture = DRAWN[kind](seed)
        half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
        assert differ(look_of(picture), look_of(half)) <= NEAR


def test_empty_pages_are_not_called_alike() -> None:
    white, grey = (look_of(Image.new("RGB", (300, 400), colour)) for colour in ("white", "grey"))
    assert differ(white, white) == differ(white, grey) == 1000


def test_a_cut_picture_is_not_found_and_that_is_the_limit() -> None:
    picture = pictures.chat(1)
    cut = picture.crop((0, picture.height // 20, picture.width, picture.height))
    assert differ(look_of(picture), look_of(cut)) > NEAR
