"""Pictures of QR codes for pages and documents."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

# Four white modules around a QR code, as ISO/IEC 18004 has it.
QUIET_ZONE = 4
_FONT = Path(__file__).resolve().parent / "assets" / "DejaVuSans-Bold.ttf"
_PIXELS = 6
# The white circle of a badge, of the width of the symbol: small enough for the correction of errors to bridge.
_BADGE = 0.16


@dataclass(frozen=True, slots=True)
class QrPicture:
    """A QR code as one path of an SVG: the side in modules, the dark ones, and the radius of a badge, if any."""

    side: int
    path: str
    badge_radius: float = 0

    @property
    def centre(self) -> str:
        """The middle of the picture, for both of its coordinates; written with a dot in every language."""
        return f"{self.side / 2:g}"

    @property
    def radius(self) -> str:
        """The radius of the badge, written with a dot."""
        return f"{self.badge_radius:g}"

    @property
    def sign_size(self) -> str:
        """The size of the letter within the badge, written with a dot."""
        return f"{self.badge_radius * 1.5:g}"


def qr_picture(symbol: Any, *, badge: bool = False) -> QrPicture:
    """The path of a symbol of segno; each run of dark modules is one rectangle."""
    parts = []
    for row, line in enumerate(symbol.matrix):
        column = 0
        while column < len(line):
            length = 1
            while column + length < len(line) and line[column + length] == line[column]:
                length += 1
            if line[column]:
                parts.append(f"M{column + QUIET_ZONE} {row + QUIET_ZONE}h{length}v1h-{length}z")
            column += length
    modules = len(symbol.matrix)
    return QrPicture(modules + 2 * QUIET_ZONE, "".join(parts), modules * _BADGE / 2 if badge else 0)


def qr_image(symbol: Any, *, badge: str = "") -> str:
    """A symbol of segno as PNG in a `data:` address.

    Args:
        badge: a letter to stand in a white circle in the middle.
    """
    modules = len(symbol.matrix)
    side = modules + 2 * QUIET_ZONE
    cells = bytes(0 if cell else 255 for line in symbol.matrix for cell in line)
    image = Image.new("1", (side, side), 1)
    image.paste(
        Image.frombytes("L", (modules, modules), cells).convert("1", dither=Image.Dither.NONE), (QUIET_ZONE, QUIET_ZONE)
    )
    image = image.resize((side * _PIXELS, side * _PIXELS), Image.Resampling.NEAREST)
    if badge:
        middle, radius = side * _PIXELS / 2, modules * _BADGE / 2 * _PIXELS
        draw = ImageDraw.Draw(image)
        draw.circle((middle, middle), radius, fill=1)
        draw.text((middle, middle), badge, fill=0, font=_font(round(radius * 1.5)), anchor="mm")
    target = BytesIO()
    image.save(target, "PNG")
    return f"data:image/png;base64,{b64encode(target.getvalue()).decode()}"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)
