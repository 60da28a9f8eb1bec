"""Where the posts come from: the same corpus from archive and folder, and a sentence for everything else."""

import gzip
import io
import os
import shutil
import sys
import tarfile

import numpy as np
import pytest

from helpers import _download, data

GROUPS = sorted(["comp.graphics", "rec.autos", "sci.med", "a.b", "a", *(f"group.{n:02d}" for n in range(15))])


def posts(groups=GROUPS, count=3):
    """Return a small collection; names that sort differently as text, as numbers and as paths."""
    return {f"{group}/{number}": f"Newsgroups: {group}\nSubject: {number}\n\n\xe9\xff body\r\n\0".encode("latin-1")
            for group in groups for number in (9, 10, 100)[:count]}


def write_folder(path, contents):
    for name, content in contents.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return path


def write_archive(path, contents, top="20_newsgroup"):
    """Write the members in an order that is not the sorted one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, content in reversed(contents.items()):
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def failure(kind, call, *args):
    with pytest.raises(kind) as error:
        call(*args)
    assert type(error.value) is kind
    return str(error.value)


@pytest.fixture
def folder(tmp_path, own_cache):
    return tmp_path / "data"


# --- the corpus

def test_archive_and_folder_give_the_same_corpus(folder):
    archived = data._read_posts(write_archive(folder / data.ARCHIVE, posts()))
    unpacked = data._read_posts(write_folder(folder / data.FOLDER, posts()))
    assert archived.texts == unpacked.texts and archived.names == unpacked.names
    assert np.array_equal(archived.labels, unpacked.labels) and archived.class_names == unpacked.class_names
    assert archived.fingerprint == unpacked.fingerprint


def test_what_a_corpus_holds(folder):
    corpus = data._read_posts(write_folder(folder, posts()))
    assert len(corpus) == 60 and corpus.class_names == tuple(GROUPS) and corpus.labels.dtype == np.int64
    # by group and name, as text: "a/9" stands before "a.b/10", and "10" before "9"
    assert corpus.names[:6] == ("a/10", "a/100", "a/9", "a.b/10", "a.b/100", "a.b/9")
    for name, text, label in zip(corpus.names, corpus.texts, corpus.labels):
        assert corpus.class_names[label] == name.split("/")[0]
        assert text.encode("latin-1") == posts()[name], "no byte is lost, carriage returns and NULs included"


@pytest.mark.parametrize("change", ["content", "name", "more", "moved"])
def test_other_posts_have_another_fingerprint(folder, change):
    contents = posts()
    before = data._read_posts(write_folder(folder / "a", contents)).fingerprint
    if change == "content":
        contents["a/9"] += b" "
    elif change == "name":
        contents["a/8"] = contents.pop("a/9")
    elif change == "more":
        contents["a/8"] = b""
    else:
        contents["a/9"], contents["a/10"] = contents["a/10"], contents["a/9"]
    assert data._read_posts(write_folder(folder / "b", contents)).fingerprint != before


STRAY = ["a/.DS_Store", "a/._9", "a/Thumbs.db", "a/desktop.ini", "a/9~", "a/README",
         "__MACOSX/9", ".ipynb_checkpoints/9", "@eaDir/index", "$RECYCLE.BIN/desktop.ini", "backup/notes.txt"]


@pytest.mark.parametrize("write", [write_folder, write_archive])
@pytest.mark.parametrize("stray", STRAY)
def test_what_systems_leave_is_no_post_and_is_named(folder, capsys, write, stray):
    before = data._read_posts(write(folder / "a", posts())).fingerprint
    corpus = data._read_posts(write(folder / "b", posts() | {stray: b"not a post"}))
    assert corpus.fingerprint == before and len(corpus) == 60
    assert capsys.readouterr().out == f"1 files that are not posts were ignored, such as {stray}\n"


def test_files_beside_the_groups_are_no_posts(folder):
    before = data._read_posts(write_folder(folder, posts())).fingerprint
    (folder / "README").write_text("not in a group", encoding="utf-8")
    (folder / "a" / "deeper").mkdir()
    (folder / "lost+found").mkdir()
    assert data._read_posts(folder).fingerprint == before


LAYOUTS = {  # what lies in the folder: what is found for the vectors
    "glove.6B.100d.txt": "glove.6B.100d.txt",
    "glove.6B/glove.6B.100d.txt": "glove.6B/glove.6B.100d.txt",
    "glove/glove.6B.zip": "glove/glove.6B.zip",
    "my vectors ü/glove.6B.zip": "my vectors ü/glove.6B.zip",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_that_people_have(folder, layout):
    write_folder(folder, {layout: b"zip"})
    assert data.find_vectors("full", folder) == folder / LAYOUTS[layout]


@pytest.mark.parametrize("layout", ["news20.tar.gz", "20_newsgroup", "20news-19997.tar.gz", "20_newsgroups",
                                    "news20/20_newsgroup", "news20_extracted/20_newsgroup", "posts/news20.tar.gz"])
def test_layouts_of_the_posts(folder, layout):
    write = write_archive if layout.endswith(".gz") else write_folder
    written = write(folder / layout, posts())
    assert data.find_posts("full", folder) == written
    assert len(data.load_corpus("full", folder)) == 60


@pytest.mark.parametrize("name", ["20_newsgroup", "20_newsgroups"])
def test_the_folder_of_the_posts_itself_may_be_named(folder, name):
    """What lies beside it is found, too; what lies in it comes first."""
    written = write_folder(folder / name, posts())
    write_folder(folder, {"glove.6B.zip": b"zip"})
    assert data.find_posts("full", written) == written
    assert data.find_vectors("full", written) == folder / "glove.6B.zip"
    inner = write_folder(written / name, posts())  # unpacked twice
    assert data.find_posts("full", written) == inner


@pytest.mark.parametrize("neighbor", ["news20.tar.gz", "20_newsgroup", "20_newsgroups"])
@pytest.mark.parametrize("name", ["20_newsgroup", "20_newsgroups"])
def test_the_folder_that_is_named_counts_and_not_its_neighbor(folder, name, neighbor):
    written = write_folder(folder / name, posts())
    if neighbor != name:
        (write_archive if neighbor.endswith(".gz") else write_folder)(folder / neighbor, posts())
    assert data.find_posts("full", written) == written


def test_a_folder_that_may_not_be_read_is_passed_over(folder, monkeypatch):
    """As lost+found at the root of a disk; root may read all, so the answer of the system is replaced."""
    (folder / "lost+found").mkdir(parents=True)
    access = os.access
    monkeypatch.setattr(data.os, "access", lambda path, mode: path.name != "lost+found" and access(path, mode))
    written = write_archive(folder / "lost+found" / data.ARCHIVE, posts())
    with pytest.raises(FileNotFoundError):
        data.find_posts("full", folder)
    written = write_archive(folder / data.ARCHIVE, posts())
    assert data.find_posts("full", folder) == written


def test_an_archive_packed_inside_its_folder(folder):
    write_archive(folder / data.ARCHIVE, posts(), top=".")
    assert len(data.load_corpus("full", folder)) == 60


def test_what_the_folder_lacks_is_said_before_a_download(folder, capsys, monkeypatch):
    write_folder(folder, {"glove.6B.50d.txt": b"a 1", "glove.6B.100d.txt": b""})
    monkeypatch.setattr(_download, "fetch_vectors", lambda target, need_mb: target)
    assert data.find_vectors("full", folder).name == "glove.6B.100d.txt"
    assert capsys.readouterr().out == (
        f"{folder} holds no usable glove.6B.100d.txt or glove.6B.zip (it holds: glove.6B.100d.txt (empty), "
        "glove.6B.50d.txt); looking elsewhere\n")


def test_the_sample_is_found_read_and_told(own_cache, capsys, sample_corpus):
    corpus = data.load_corpus()
    assert capsys.readouterr().out == "1,997 posts in 20 groups, from the bundled sample\n"
    assert corpus.fingerprint == sample_corpus.fingerprint
    assert data.find_vectors() == data.SAMPLE / "glove.6B.zip"


# --- where it looks

def test_the_data_folder_comes_before_the_cache(folder, own_cache):
    cached = write_archive(own_cache / data.ARCHIVE, posts())
    assert data.find_posts("full") == cached
    (own_cache / "glove.6B.100d.txt").write_bytes(b"a 1")
    assert data.find_vectors("full") == own_cache / "glove.6B.100d.txt"
    archive = write_archive(folder / data.ARCHIVE, posts())
    assert data.find_posts("full", folder) == data.find_posts("full", str(folder)) == archive
    assert data.find_vectors("full", folder) == own_cache / "glove.6B.100d.txt", "what the folder lacks"
    (folder / "glove.6B.zip").write_bytes(b"zip")
    assert data.find_vectors("full", folder) == folder / "glove.6B.zip"
    assert data.find_vectors("full", folder, 300) == folder / "glove.6B.zip"


def test_the_variable_names_a_data_folder_and_data_dir_wins(folder, monkeypatch, tmp_path):
    named = write_archive(folder / data.ARCHIVE, posts())
    monkeypatch.setenv("WORD_EMBEDDINGS_DATA", str(folder))
    assert data.find_posts("full") == named
    other = write_folder(tmp_path / "other" / data.FOLDER, posts())
    assert data.find_posts("full", tmp_path / "other") == other


def test_the_home_folder_may_be_written_as_a_tilde(folder, monkeypatch):
    archive = write_archive(folder / data.ARCHIVE, posts())
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("USERPROFILE", str(folder.parent))
    assert data.find_posts("full", "~/data") == archive


def test_the_full_data_is_told_with_its_place(folder, capsys):
    archive = write_archive(folder / data.ARCHIVE, posts())
    data.load_corpus("full", folder)
    assert capsys.readouterr().out == f"60 posts in 20 groups, from {archive}\n"


# --- what is no data folder

@pytest.mark.parametrize("dataset", ["Sample", "FULL", "sample ", "", "20_newsgroup", None])
def test_a_misspelled_data_set_is_not_the_full_one(folder, dataset):
    write_archive(folder / data.ARCHIVE, posts())
    for call in (data.load_corpus, data.find_posts, data.find_vectors):
        message = failure(ValueError, call, dataset, folder)
        assert message == f"The parameter dataset must be one of 'sample', 'full', not {dataset!r}."


def test_a_missing_folder(folder):
    message = failure(FileNotFoundError, data.load_corpus, "full", folder)
    assert message == f"The data folder {folder} does not exist."


def test_a_file_for_a_folder(folder):
    archive = write_archive(folder / data.ARCHIVE, posts())
    message = failure(NotADirectoryError, data.load_corpus, "full", archive)
    assert message == f"data_dir must be a folder, but {archive} is a file. Name the folder it lies in."


def test_an_empty_folder(folder):
    folder.mkdir()
    assert failure(FileNotFoundError, data.load_corpus, "full", folder) == (
        f"The data folder {folder} holds nothing: expected news20.tar.gz or 20_newsgroup/ for the posts, "
        "glove.6B.zip or glove.6B.100d.txt for the vectors.")


def test_a_folder_of_something_else(folder):
    write_folder(folder, {"photo.jpg": b"", "letters/one": b""})
    for call in (data.find_posts, data.find_vectors):
        assert failure(FileNotFoundError, call, "full", folder).startswith(
            f"The data folder {folder} holds letters, photo.jpg (empty): expected news20.tar.gz or 20_newsgroup/")


@pytest.mark.parametrize("number", [19, 21, 1])
@pytest.mark.parametrize("write", [write_folder, write_archive])
def test_another_number_of_groups(folder, write, number):
    groups = (GROUPS + ["one.more"])[:number]
    path = write(folder / (data.FOLDER if write is write_folder else data.ARCHIVE), posts(groups))
    assert failure(ValueError, data.load_corpus, "full", folder) == (
        f"{path} holds {number} groups of posts; expected 20 folders, one per group.")


def test_no_group(folder):
    (folder / data.FOLDER).mkdir(parents=True)
    assert failure(ValueError, data.load_corpus, "full", folder) == (
        f"{folder / data.FOLDER} holds 0 groups of posts; expected 20 folders, one per group.")


def test_an_empty_group(folder):
    write_folder(folder / data.FOLDER, posts(GROUPS[:-1]))
    (folder / data.FOLDER / GROUPS[-1]).mkdir()
    assert failure(ValueError, data.load_corpus, "full", folder) == (
        f"{folder / data.FOLDER} holds 19 groups of posts; expected 20 folders, one per group. Without a post: {GROUPS[-1]}.")


@pytest.mark.parametrize("kept", [0, 1, 9, 40, 0.5, 0.9, -9, -1])
def test_a_truncated_archive(folder, kept):
    path = write_archive(folder / data.ARCHIVE, posts())
    raw = path.read_bytes()
    path.write_bytes(raw[:int(kept * len(raw))] if isinstance(kept, float) else raw[:kept])
    for call in (data._read_posts, data.unpack_posts):
        message = failure(ValueError, call, path)
        assert message.startswith(f"{path} is not a whole tar.gz archive (") and message.endswith(
            "). Delete it and get it again.")


def test_a_tar_that_was_cut_before_it_was_packed(folder):
    path = write_archive(folder / data.ARCHIVE, posts())
    raw = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(raw[:512 * 20]))
    assert failure(ValueError, data._read_posts, path).startswith(f"{path} is not a whole tar.gz archive (it ends ")


def test_something_else_under_the_archives_name(folder):
    path = folder / data.ARCHIVE
    for content in (b"<html>not found</html>", gzip.compress(b"a text")):
        write_folder(folder, {data.ARCHIVE: content})
        assert failure(ValueError, data.load_corpus, "full", folder).startswith(f"{path} is not a whole tar.gz archive (")


def hostile(name, **values):
    """Return an empty member of an archive with these values."""
    member = tarfile.TarInfo(name)
    for key, value in values.items():
        setattr(member, key, value)
    return member


@pytest.mark.parametrize("member", [
    hostile("20_newsgroup/../../a/9"), hostile("/20_newsgroup/a/9"), hostile("20_newsgroup/a/..\\9"), hostile("20_newsgroup/a/c:9"),
    hostile("20_newsgroup/a/9", type=tarfile.SYMTYPE, linkname="/etc/passwd"), hostile("20_newsgroup/a/9", type=tarfile.LNKTYPE, linkname="8"),
    hostile("20_newsgroup/a/9", type=tarfile.CHRTYPE), hostile("20_newsgroup/a/9", type=tarfile.FIFOTYPE),
    hostile("20_newsgroup/a/9", pax_headers={"GNU.sparse.size": "99999999999", "GNU.sparse.map": "99999999999,0"})],
    ids=["parent", "root", "backslash", "drive", "link", "hard link", "device", "pipe", "sparse"])
def test_a_hostile_archive_is_refused_and_nothing_is_written(folder, own_cache, member):
    path = write_archive(folder / data.ARCHIVE, posts())
    with tarfile.open(folder / "plain.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(member)
    path.write_bytes(gzip.compress((folder / "plain.tar").read_bytes()))
    for call in (data._read_posts, data.unpack_posts):
        message = failure(ValueError, call, path)
        assert message.startswith(f"{path} is not trusted: its member {member.name!r} ")
    assert [entry.suffix for entry in own_cache.iterdir()] == [".lock"]


def test_an_archive_that_unpacks_to_more_than_the_memory_for_it_is_refused(folder, monkeypatch):
    path = write_archive(folder / data.ARCHIVE, posts())
    monkeypatch.setattr(data._archives, "MAX_BYTES", 1_000)
    assert "is not trusted: it unpacks to more than" in failure(ValueError, data._read_posts, path)


# --- unpacking

def test_unpacked_once_and_the_same(folder, own_cache, monkeypatch):
    archive = write_archive(folder / data.ARCHIVE, posts())
    unpacked = data.unpack_posts(archive)
    assert unpacked.name == data.FOLDER and unpacked.is_relative_to(own_cache)
    assert {f"{p.parent.name}/{p.name}": p.read_bytes() for p in unpacked.glob("*/*")} == posts()
    monkeypatch.setattr(data._archives, "read_tar", lambda path: pytest.fail("unpacked again"))
    assert data.unpack_posts(archive) == unpacked
    assert data.unpack_posts(unpacked) == unpacked, "a folder is given back as it is"


def test_the_path_of_the_posts_may_be_text(folder):
    archive = write_archive(folder / data.ARCHIVE, posts())
    unpacked = data.unpack_posts(str(archive))
    assert unpacked == data.unpack_posts(archive) == data.unpack_posts(str(unpacked))


def test_another_archive_is_unpacked_elsewhere(folder):
    first = data.unpack_posts(write_archive(folder / "a" / data.ARCHIVE, posts()))
    second = data.unpack_posts(write_archive(folder / "b" / data.ARCHIVE, posts(count=2)))
    assert first != second and len(list(first.glob("*/*"))) == 60 and len(list(second.glob("*/*"))) == 40


@pytest.mark.parametrize("top", ["20_newsgroups", "./20_newsgroup", "news/20_newsgroup"])
def test_another_top_folder_in_the_archive(folder, top):
    """The mirrors' archives are packed under other names: the last two parts count."""
    plain = data._read_posts(write_folder(folder / "plain", posts()))
    other = data._read_posts(write_archive(folder / data.ARCHIVE, posts(), top))
    assert other.fingerprint == plain.fingerprint


def test_unpacking_that_breaks_off_is_not_found(folder, own_cache, monkeypatch):
    archive = write_archive(folder / data.ARCHIVE, posts())
    with monkeypatch.context() as patch:
        patch.setattr(type(archive), "write_bytes", lambda self, content: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            data.unpack_posts(archive)
    assert len(list(data.unpack_posts(archive).glob("*/*"))) == 60
    assert not list(own_cache.glob("*.partial"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a link")
def test_a_link_to_the_data_folder(folder, tmp_path):
    write_archive(folder / data.ARCHIVE, posts())
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert len(data.load_corpus("full", link)) == 60
    shutil.rmtree(folder)
    assert "does not exist" in failure(FileNotFoundError, data.load_corpus, "full", link)
