"""Draw the diagrams' pictures, helpers/figures/NAME.png, anew from their sources, NAME.svg.

    python tools/draw_figures.py [NAME ...] [--chromium COMMAND]

Chromium draws a picture at twice the size of its source. The PNG keeps the source's digest, which
a test compares. The alternative text of a diagram is its source's <title> and <desc>.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

FIGURES = Path(__file__).resolve().parent.parent / "helpers" / "figures"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--force-device-scale-factor=2", "--default-background-color=00000000")
COLORS = 128


def few_colors(picture, colors):
    """Return a picture with its most frequent colors only, which makes its file small.

    Parameters
    ----------
    picture : PIL.Image.Image
        In mode RGB.
    colors : int
        At most 256.

    Returns
    -------
    PIL.Image.Image
        In mode P. Each other color became the nearest frequent one.
    """
    frequent = sorted(picture.getcolors(picture.width * picture.height), reverse=True)[:colors]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for _, color in frequent for value in color])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def draw(source, chromium):
    """Write the PNG of an SVG.

    Parameters
    ----------
    source : pathlib.Path
        The SVG; its first element sets width and height.
    chromium : str
        The browser's command.

    Returns
    -------
    pathlib.Path
        The PNG, beside the SVG.
    """
    drawing = source.read_bytes()
    width, height = re.search(rb'width="(\d+)" height="(\d+)"', drawing).groups()
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        page.write_bytes(b'<meta charset="utf-8"><body style="margin: 0">' + drawing)
        subprocess.run(
            [chromium, *FLAGS, f"--user-data-dir={folder}/profile", f"--screenshot={shot}",
             f"--window-size={int(width)},{int(height)}", page.as_uri()],
            check=True, capture_output=True, timeout=120)
        with Image.open(shot) as opened:
            picture = opened.convert("RGBA")
    if picture.size != (2 * int(width), 2 * int(height)):  # seen once on a busy machine
        raise RuntimeError(f"Chromium cut {source.name} off at {picture.size}. Run this again.")
    card = Image.new("RGBA", picture.size, "#fbfbf9")
    small = few_colors(Image.alpha_composite(card, picture).convert("RGB"), COLORS - 1)
    # the last color is the transparent one outside the rounded corners
    small.putpalette([*small.getpalette()[:3 * (COLORS - 1)], 255, 255, 255])
    small.paste(COLORS - 1, mask=picture.getchannel("A").point(lambda alpha: 255 * (alpha < 128)))
    digest = PngInfo()
    digest.add_text("source", hashlib.sha256(drawing).hexdigest())
    target = source.with_suffix(".png")
    small.save(target, optimize=True, transparency=COLORS - 1, pnginfo=digest)
    return target


def main(arguments=None):
    """Draw the named diagrams, or all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--chromium", default="chromium")
    options = parser.parse_args(arguments)
    for name in options.names or sorted(path.stem for path in FIGURES.glob("*.svg")):
        picture = draw(FIGURES / f"{name}.svg", options.chromium)
        print(f"{picture.name}: {picture.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
