"""Draw the diagrams' pictures, helpers/figures/NAME.png, anew from their sources, NAME.svg.

    python tools/draw_figures.py [NAME ...]

Chromium draws a picture at twice the size of its source. The PNG keeps the source's digest, which
a test compares. The alternative text of a diagram is its source's <title> and <desc>.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright

from helpers._cache import file_digest

FIGURES = Path(__file__).resolve().parent.parent / "helpers" / "figures"
COLORS = 128  # few colors make a small file


def draw(page, source):
    """Write the PNG of an SVG beside it, and return its path."""
    page.set_content(f'<body style="margin: 0">{source.read_text(encoding="utf-8")}')
    shot = page.locator("svg").screenshot(omit_background=True)
    picture = Image.open(io.BytesIO(shot)).convert("RGBA")
    card = Image.new("RGBA", picture.size, "#fbfbf9")
    small = Image.alpha_composite(card, picture).convert("RGB").quantize(COLORS - 1)
    # the last color is the transparent one outside the rounded corners
    small.putpalette([*small.getpalette()[:3 * (COLORS - 1)], 255, 255, 255])
    small.paste(COLORS - 1, mask=picture.getchannel("A").point(lambda alpha: 255 * (alpha < 128)))
    digest = PngInfo()
    digest.add_text("source", file_digest(source))
    target = source.with_suffix(".png")
    small.save(target, optimize=True, transparency=COLORS - 1, pnginfo=digest)
    return target


def main(names):
    """Draw the named diagrams, or all."""
    with sync_playwright() as driver:
        # without a Chromium on the path: the one that `playwright install chromium` fetched
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(device_scale_factor=2)
        for name in names or sorted(path.stem for path in FIGURES.glob("*.svg")):
            picture = draw(page, FIGURES / f"{name}.svg")
            print(f"{picture.name}: {picture.stat().st_size:,} bytes")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
