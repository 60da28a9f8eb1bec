"""The site, made of the notebooks as committed: links, anchors, described pictures, and what a browser says of it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import browser
import make_site
import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
PHONE, DESK = 375, 1280  # pixels

in_a_browser = pytest.mark.skipif(not browser.chromium_path(), reason=browser.HOW)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    assert make_site.main(["--output", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return sorted(site.rglob("*.html"))


class Tags(HTMLParser):
    """Every tag of a page with its attributes, in order."""

    def __init__(self, path):
        super().__init__()
        self.found = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def dead_links(folder):
    """Return what leads nowhere: a page that is not there, or an anchor that its page lacks."""
    tags = {path: Tags(path).found for path in folder.rglob("*.html")}
    ids = {path: {attributes.get("id") for _, attributes in found} for path, found in tags.items()}
    dead = []
    for path, found in tags.items():
        for _, attributes in found:
            link = attributes.get("href", "")
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if link and not re.match(r"\w+:", link) and (
                    not target.is_file() or anchor and anchor not in ids.get(target, ())):
                dead.append(f"{path.name}: {link}")
    return dead


def test_each_lesson_and_each_teaching_page_is_there(site, pages):
    names = {str(page.relative_to(site)) for page in pages}
    assert {"index.html", *(f"{lesson.stem}.html" for lesson in LESSONS)} <= names
    assert {f"teaching/{page.stem}.html" for page in (ROOT / "teaching").glob("*.md")} <= names


def test_no_link_is_dead(site):
    assert dead_links(site) == []


@pytest.mark.parametrize("link", ["nowhere.html", "other.html#nowhere", "#nowhere"])
def test_a_dead_link_would_be_noticed(tmp_path, link):
    (tmp_path / "other.html").write_text('<h1 id="here">', encoding="utf-8")
    (tmp_path / "page.html").write_text(f'<a href="{link}"><a href="other.html#here">', encoding="utf-8")
    assert dead_links(tmp_path) == [f"page.html: {link}"]


def test_links_lead_to_pages_and_not_to_files(pages):
    for page in pages:
        for tag, attributes in Tags(page).found:
            link = attributes.get("href") or attributes.get("src") or ""
            assert link.startswith("http") or not re.search(r"\.(ipynb|md)\b", link), (page.name, link)
            assert tag in ("a", "nav") or not re.match(r"(https?:)?//", link), f"{page.name} loads {link}"


def test_each_page_knows_its_neighbours_and_its_headings(site):
    order = ["index.html", *(f"{lesson.stem}.html" for lesson in LESSONS)]
    for number, name in enumerate(order):
        text = (site / name).read_text(encoding="utf-8")
        turn = re.findall(r'href="([^"]+)"', text.partition('class="turn"')[2])
        assert turn == order[max(0, number - 1):number] + order[number + 1:number + 2]
        contents = text.partition('<nav aria-label="On this page">')[2].partition("</nav>")[0]
        headings = re.findall(r'<h[23] id="([^"]+)">', text)
        assert re.findall(r'href="#([^"]+)"', contents) == headings
        assert len(headings) == len(set(headings)) and (len(headings) >= 5 or name == "index.html")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_pictures_keep_their_description(site, lesson):
    outputs = [output for cell in nbformat.read(lesson, as_version=4).cells for output in cell.get("outputs", [])]
    said = [output.metadata["image/png"]["alt"] for output in outputs if "image/png" in output.get("data", {})]
    found = [attributes["alt"] for tag, attributes in Tags(site / f"{lesson.stem}.html").found if tag == "img"]
    assert found == said and all(len(alt) > 40 for alt in found)


def test_anchors_are_those_of_github():
    page, contents = make_site.anchored(
        "<h1>A</h1><h2>What <em>the</em> `x` says, twice</h2><h3>GloVe</h3><h2>GloVe</h2><pre>x</pre>")
    assert contents == [
        (2, "what-the-x-says-twice", "What <em>the</em> `x` says, twice"), (3, "glove", "GloVe"), (2, "glove-1", "GloVe")]
    assert '<h3 id="glove">GloVe</h3>' in page and '<pre tabindex="0">x' in page


# ---- in a browser

@pytest.fixture(params=[DESK, PHONE])
def opened(request):
    """A browser's page, with a list of what it asked for."""
    with browser.page(request.param, 720) as page:
        asked = []
        page.on("request", lambda sent: asked.append(sent.url))
        yield request.param, page, asked


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")


@in_a_browser
def test_pages_fit_the_window_and_load_nothing_from_a_network(opened, pages):
    width, page, asked = opened
    for path in pages:
        page.goto(path.as_uri())
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
    assert len(asked) >= len(pages) and all(url.startswith(("file:", "data:")) for url in asked), asked


@in_a_browser
def test_axe_finds_no_serious_fault(site):
    """In the light with all rules; in the dark only colours can be worse, and they are the same on all pages."""
    axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    in_the_light = [f"{lesson.stem}.html" for lesson in LESSONS] + ["index.html", "teaching/glossary.html"]
    in_the_dark = [in_the_light[0], "teaching/troubleshooting.html"]
    with browser.page(DESK, 720) as page:
        for scheme, names, rules in (("light", in_the_light, {}), ("dark", in_the_dark, {"runOnly": ["color-contrast"]})):
            page.emulate_media(color_scheme=scheme)
            for name in names:
                page.goto((site / name).as_uri())
                unfold(page)
                found = axe_playwright.Axe().run(page, options={"resultTypes": ["violations"], **rules}).response
                faults = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found["violations"]
                          if fault["impact"] in ("serious", "critical")]
                assert not faults, f"{name}, {scheme}"


@in_a_browser
def test_the_reader_chooses_light_or_dark(opened, site):
    _, page, _ = opened
    ground = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    page.goto((site / "index.html").as_uri())
    light = page.evaluate(ground)
    page.click("#theme")
    dark = page.evaluate(ground)
    assert dark != light
    page.wait_for_timeout(1500)  # Chromium hands what was stored to the next page a moment later
    page.goto((site / f"{LESSONS[0].stem}.html").as_uri())
    assert page.evaluate(ground) == dark, "and the next page remembers it"
    page.click("#theme")
    assert page.evaluate(ground) == light
    page.evaluate("localStorage.clear()")
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert page.evaluate(ground) == dark


@in_a_browser
def test_contents_stand_open_beside_the_text_and_folded_above_it(opened, site):
    width, page, _ = opened
    page.goto((site / f"{LESSONS[0].stem}.html").as_uri())
    assert page.locator("#contents").evaluate("folded => folded.open") == (width == DESK)
    page.locator("#contents").evaluate("folded => folded.open = true")
    page.click("#contents a >> text=Exercises")
    page.wait_for_url("**#exercises")
    page.wait_for_function("Math.abs(document.getElementById('exercises').getBoundingClientRect().top) < 100")
