"""Pictures and mails as people send them: drawn in the test, the same ones each time."""

import io
import lzma
import random
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from platforms.printing.fonts import FILE

WORDS = (
    "面试取消时间公司您好收到明天下午抱歉家里有事不能参加谢谢医院检查报告发烧请假通知请问可以改期吗感谢理解联系电话地址"
)


def png(seed: int = 1, size: tuple[int, int] = (300, 400)) -> bytes:
    """Return a small real PNG."""
    return saved(blocks(seed, size), "PNG")


def saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def blocks(seed: int, size: tuple[int, int] = (300, 400)) -> Image.Image:
    """Draw a picture of coloured blocks."""
    chance = random.Random(seed)
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        draw.rectangle((x, y, x + size[0] // 6, y + size[1] // 9), fill=_colour(chance))
    return picture


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


@lru_cache(maxsize=4)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return our own font at a size."""
    return ImageFont.truetype(io.BytesIO(lzma.decompress(FILE.read_bytes())), size)


def chat(seed: int) -> Image.Image:
    """Draw a screenshot of a chat: bubbles left and right, as many and as long as chance says."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (540, 1170), (237, 237, 237))
    draw, top = ImageDraw.Draw(picture), 120
    draw.text((210, 40), "张伟", fill="black", font=font(21))
    while top < 1000:
        own, said = chance.random() < 0.5, _said(chance, chance.randrange(4, 45))
        lines = [said[start : start + 16] for start in range(0, len(said), 16)]
        wide, high = len(lines[0]) * 21 + 25, len(lines) * 28 + 20
        left = 540 - 70 - wide if own else 70
        draw.rounded_rectangle((left, top, left + wide, top + high), 8, fill=(149, 236, 105) if own else "white")
        draw.rectangle((480, top, 525, top + 45) if own else (15, top, 60, top + 45), fill=(90, 120, 160))
        for place, line in enumerate(lines):
            draw.text((left + 12, top + 10 + 28 * place), line, fill="black", font=font(21))
        top += high + 25
    return picture


def message(seed: int) -> Image.Image:
    """Draw a screenshot of one text message on an empty page: only the words differ from the next one."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (540, 1170), "white")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((30, 200, 450, 320), 12, fill=(230, 230, 235))
    for place in range(3):
        draw.text((45, 210 + 30 * place), _said(chance, 16), fill="black", font=font(21))
    return picture


def certificate(seed: int) -> Image.Image:
    """Draw a page with a title, twenty lines and a stamp."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (620, 877), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((210, 50), "疾病证明书", fill="black", font=font(27))
    for line in range(20):
        draw.text((60, 125 + 30 * line), _said(chance, chance.randrange(8, 34)), fill="black", font=font(15))
    draw.ellipse((400, 700, 525, 825), outline="red", width=4)
    return picture


def photograph(seed: int) -> Image.Image:
    """Draw soft light and shade, as in a photograph."""
    chance = random.Random(seed)
    picture = Image.frombytes("L", (24, 18), chance.randbytes(24 * 18))
    return picture.resize((960, 720), Image.Resampling.BICUBIC).convert("RGB")


def _said(chance: random.Random, length: int) -> str:
    return "".join(chance.choice(WORDS) for _ in range(length))


MAIL = (
    "From: =?utf-8?B?5byg5Lyf?= <zhang.wei@example.com>\r\n"
    "To: hr@example.cn\r\n"
    "Date: Mon, 23 Nov 2026 09:12:00 +0800\r\n"
    "Subject: =?utf-8?B?5Y+W5raI6Z2i6K+V?=\r\n"
    "Message-ID: <1@example.com>\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; b=abcd\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    '<p>我来不了了</p><img src="http://tracker.example/x.gif"><script>steal()</script>\r\n'
    "--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    'Content-Disposition: attachment; filename="note.pdf"\r\n\r\nJVBERi0xLjc=\r\n--b--\r\n'
).encode()
