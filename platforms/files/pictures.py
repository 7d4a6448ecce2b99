"""Pictures: decoded as a whole, told apart by how they look, and drawn anew without anything that is not picture."""

import io
import warnings

from PIL import ExifTags, Image, ImageFile, ImageOps, PngImagePlugin

from platforms.files.foreign import refuse_others_inside
from platforms.files.kinds import JPEG, PNG, WEBP
from platforms.files.verdict import Refuse, Shown, Verdict

MOST_PIXELS = 60_000_000  # phones take 50 million at most; Pillow needs four bytes for each
FORMATS = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP"}
GRID = 32  # cells a side of the perceptual hash
STEP = 6  # of 255: a smaller difference between two cells is none, so that flat ground gives no chance bits
LARGE = 4 * GRID
WIDEST, HIGHEST = 1280, 10_000  # what is shown: a long screenshot stays readable
MOST_TEXT = 256 * 1024  # bytes that a PNG's text may unpack to

Image.init()  # every plugin, while files can still be opened
Image.MAX_IMAGE_PIXELS = None  # ours is asked first, and refuses instead of warning
PngImagePlugin.MAX_TEXT_MEMORY = MOST_TEXT
PngImagePlugin.MAX_TEXT_CHUNK = MOST_TEXT
ImageFile.LOAD_TRUNCATED_IMAGES = False


def inspect(content: bytes, media_type: str) -> Verdict:
    """Decode a picture as a whole and return what it is; raises Refuse for a bomb, a film, a torn or a double one."""
    refuse_others_inside(content, content[:16])
    picture = _decoded(content, media_type, (LARGE, LARGE))
    wide, high = picture.info["size"]
    exif = picture.getexif()
    facts = (("wide", wide), ("high", high), ("place", int(bool(exif.get_ifd(ExifTags.IFD.GPSInfo)))))
    upright = ImageOps.exif_transpose(picture)
    turned = bool(exif.get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8))
    shape = 1000 * high // wide if turned else 1000 * wide // high
    return Verdict(media_type=media_type, look=look_of(upright), shape=shape, facts=facts)


def draw(content: bytes, media_type: str) -> Shown:
    """Return the picture as it is shown: upright, on white, no larger than a page, without what stood beside it."""
    picture = _decoded(content, media_type, (WIDEST, HIGHEST))
    exif = picture.getexif()
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", upright.size, "white")
    ground.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=82)
    wide, high = picture.info["size"]
    lines = [("尺寸", f"{wide} × {high}")]
    if taken := exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal):
        lines.append(("拍摄时间（文件自称）", str(taken)[:40]))
    if software := exif.get(ExifTags.Base.Software):
        lines.append(("软件（文件自称）", str(software)[:40]))
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        lines.append(("拍摄位置", "原图里有，这里不显示"))
    return Shown(out.getvalue(), tuple(lines))


def look_of(picture: Image.Image) -> str:
    """Return how a picture looks in 2,048 bits: is each cell of a grid clearly brighter than its right, its lower one?

    Small changes of quality and size leave it nearly as it is; `alike` says how near is near.
    """
    grey = picture.convert("RGBA")
    ground = Image.new("RGBA", grey.size, "white")
    cells = Image.alpha_composite(ground, grey).convert("L").resize((GRID + 1, GRID + 1), Image.Resampling.BOX)
    at = cells.tobytes()
    row = GRID + 1
    places = [y * row + x for y in range(GRID) for x in range(GRID)]
    across = "".join("1" if at[place] - at[place + 1] > STEP else "0" for place in places)
    down = "".join("1" if at[place] - at[place + row] > STEP else "0" for place in places)
    return f"{int(across + down, 2):0{GRID * GRID // 2}x}"


def _decoded(content: bytes, media_type: str, enough: tuple[int, int]) -> Image.Image:
    """Return the picture with all its pixels, a JPEG perhaps at a fraction that is still `enough` on a side."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(content), formats=(FORMATS[media_type],))
            wide, high = picture.size
            if wide * high > MOST_PIXELS:
                raise Refuse("pixels")
            if media_type != JPEG and getattr(picture, "is_animated", False):
                raise Refuse("animated")
            picture.draft("RGB", enough)
            picture.load()
    except (OSError, SyntaxError, ValueError, IndexError, KeyError, EOFError) as error:
        raise Refuse("broken") from error
    picture.info["size"] = (wide, high)
    return picture
