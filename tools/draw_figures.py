"""Draw the diagrams' pictures, helpers/figures/NAME.png, anew from their sources, NAME.svg.

    python tools/draw_figures.py [NAME ...] [--chromium PATH]

A picture is drawn with Chromium at twice the size of its source and keeps the source's digest: a
test compares the two. The alternative text of a diagram is its source's <title> and <desc>.
"""

import argparse
import hashlib
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

FIGURES = Path(__file__).resolve().parent.parent / "helpers" / "figures"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=2",
         "--default-background-color=00000000")
COLORS = 128


def draw(source, chromium):
    """Write the PNG beside an SVG.

    Parameters
    ----------
    source : pathlib.Path
        The SVG; its width and height are set on its first element.
    chromium : str
        The browser's command.

    Returns
    -------
    pathlib.Path
        The PNG.
    """
    width, height = re.search(r'width="(\d+)" height="(\d+)"', source.read_text(encoding="utf-8")).groups()
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        page.write_text(f'<body style="margin: 0"><img src="{source.as_uri()}" style="display: block">', encoding="utf-8")
        subprocess.run([chromium, *FLAGS, f"--user-data-dir={folder}/profile", f"--window-size={width},{height}",
                        f"--screenshot={shot}", page.as_uri()], check=True, capture_output=True, timeout=120)
        picture = Image.open(io.BytesIO(shot.read_bytes())).convert("RGBA")
    # few colors keep the file small: the most frequent ones, so that fills stay as they are, and
    # one more, the transparent one outside the rounded corners
    card = Image.new("RGBA", picture.size, "#fbfbf9")
    opaque = Image.alpha_composite(card, picture).convert("RGB")
    frequent = sorted(opaque.getcolors(picture.width * picture.height), reverse=True)[:COLORS - 1]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for _, color in frequent for value in color])
    small = opaque.quantize(palette=palette, dither=Image.Dither.NONE)
    small.paste(COLORS - 1, mask=picture.getchannel("A").point(lambda alpha: 255 * (alpha < 128)))
    text = PngInfo()
    text.add_text("source", hashlib.sha256(source.read_bytes()).hexdigest())
    target = source.with_suffix(".png")
    small.save(target, optimize=True, transparency=COLORS - 1, pnginfo=text)
    return target


def main(arguments=None):
    """Draw the named diagrams, or all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--chromium", default="chromium")
    options = parser.parse_args(arguments)
    for source in sorted(FIGURES.glob("*.svg")):
        if not options.names or source.stem in options.names:
            print(f"{draw(source, options.chromium).name}: {source.with_suffix('.png').stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
