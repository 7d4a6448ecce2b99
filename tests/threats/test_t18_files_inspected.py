"""T18: what a stranger's file does, it does in a process of its own; each attack is a real file, named and refused."""

import asyncio
import hashlib
import io
import os
import resource
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from platforms.files import child, kinds, mails, pdfs
from platforms.files import pictures as reading
from platforms.files.inspecting import Inspector, Unopenable
from platforms.files.verdict import Refuse, Verdict
from tests import pictures
from tests.threats import hostile_files
from tests.threats.hostile_files import REFUSED

TAKEN = {
    "png": (pictures.png(), kinds.PNG),
    "jpeg": (hostile_files.JPEG, kinds.JPEG),
    "webp": (pictures.saved(pictures.blocks(4), "WEBP"), kinds.WEBP),
    "a photograph with a second picture behind it": (hostile_files.JPEG + hostile_files.JPEG, kinds.JPEG),
    "a photograph of a phone": (hostile_files.located(), kinds.JPEG),
    "pdf": (hostile_files.pdf(), kinds.PDF),
    "pdf of fifty pages": (hostile_files.pdf(50), kinds.PDF),
    "pdf with an object stream": (hostile_files.hidden_in_object_stream({"/S": "/Named", "/N": "/Print"}), kinds.PDF),
    "mail": (pictures.MAIL, kinds.MAIL),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_could_hurt_a_reader_is_refused_by_its_name(what: str) -> None:
    content, code, seen = REFUSED[what]
    found = await Inspector().inspect(content)
    assert (found.refused, found.seen, found.media_type, found.look) == (code, seen, "", "")


@pytest.mark.parametrize("what", TAKEN)
async def test_what_people_send_is_taken(what: str) -> None:
    content, media_type = TAKEN[what]
    found = await Inspector().inspect(content)
    assert (found.refused, found.media_type) == ("", media_type)
    assert bool(found.look) == media_type.startswith("image/")


async def test_the_picture_that_is_shown_is_upright_and_says_nothing_of_where_it_was_taken() -> None:
    content = hostile_files.located()
    assert b"Exif" in content
    shown = await Inspector().draw(content)
    assert Image.open(io.BytesIO(shown.picture)).size == (300, 400)
    assert Image.open(io.BytesIO(shown.picture)).getexif() == {}
    assert b"Exif" not in shown.picture
    assert ("拍摄位置", "原图里有，这里不显示") in shown.lines
    assert ("拍摄时间（文件自称）", "2026:11:23 08:00:00") in shown.lines


async def test_what_is_hidden_in_a_picture_is_not_in_the_one_that_is_shown() -> None:
    content = hostile_files.with_chunk(b"prVt", b"a secret that no decoder reads")
    shown = await Inspector().draw(content)
    assert b"a secret" not in shown.picture
    assert shown.picture.startswith(b"\xff\xd8\xff")


async def test_a_mail_is_shown_as_text_and_fetches_nothing() -> None:
    shown = await Inspector().draw(pictures.MAIL)
    lines = dict(shown.lines)
    assert lines["发件人"] == "张伟 <zhang.wei@example.com>"
    assert lines["主题"] == "取消面试"
    assert lines["DKIM 签名"] == "有（域名自称 example.com），没有联网验证"
    assert lines["附件"] == f"note.pdf，8 字节，SHA-256 {hashlib.sha256(b'%PDF-1.7').hexdigest()}"
    assert shown.text.strip() == "我来不了了"


async def test_a_refused_file_is_not_drawn_either() -> None:
    with pytest.raises(Unopenable) as stopped:
        await Inspector().draw(REFUSED["a moving png"][0])
    assert stopped.value.verdict == Verdict("animated")


async def test_a_file_that_never_comes_to_an_end_is_stopped_and_refused() -> None:
    began = time.monotonic()
    found = await Inspector(waits_s=0.05).inspect(pictures.png())
    assert found == Verdict("heavy")
    assert time.monotonic() - began < 10


async def inside(code: str) -> tuple[int | None, str]:
    """Run code where a stranger's file would be opened, after everything was shut off."""
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-c",
            f"import socket, os, subprocess\nfrom platforms.files.child import shut_off\nshut_off()\n{code}",
        ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(child.__file__).parents[2])},
    )
    _, said = await process.communicate()
    return process.returncode, said.decode()


@pytest.mark.parametrize(
    ("deed", "end"),
    [
        ("open('/etc/passwd')", "Too many open files"),
        ("socket.socket()", "Too many open files"),
        ("subprocess.run(['true'])", "Too many open files"),
        ("bytearray(2 << 30)", "MemoryError"),
    ],
)
async def test_in_there_is_no_file_no_socket_no_program_and_no_endless_memory(deed: str, end: str) -> None:
    code, said = await inside(deed)
    assert code != 0
    assert end in said


async def test_in_there_time_ends() -> None:
    code, _ = await inside("import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass")
    assert code in (-9, -24)  # SIGKILL or SIGXCPU


def test_this_process_is_not_limited_by_it() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0


def test_a_picture_that_looks_the_same_in_another_quality_has_nearly_the_same_look() -> None:
    one = pictures.chat(1)
    again = Image.open(io.BytesIO(pictures.saved(one, "JPEG", quality=60)))
    assert reading.look_of(one) != reading.look_of(pictures.chat(2))
    difference = int(reading.look_of(one), 16) ^ int(reading.look_of(again), 16)
    assert difference.bit_count() < 40


@pytest.mark.parametrize("cut", range(0, 2000, 97))
def test_a_torn_file_only_ever_ends_in_a_refusal(cut: int) -> None:
    for content, look in ((hostile_files.JPEG, reading.inspect), (hostile_files.PNG, reading.inspect)):
        media = kinds.media_type(content)
        torn = content[:cut] + content[cut + 40 :]
        try:
            look(torn, media)
        except Refuse:
            continue
    for content, examine in ((hostile_files.pdf(), pdfs.inspect), (pictures.MAIL, mails.inspect)):
        try:
            examine(content[:cut] + content[cut + 40 :])
        except Refuse:
            continue
