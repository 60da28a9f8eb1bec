"""Lesson 06: one model from raw post to group name, the same in each format, process and version of Keras."""

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from helpers import _cache, export, formats, predict
from helpers.headers import clean_text
from helpers.models import build_attention_network, set_seed, with_score_table
from helpers.vectorization import learn_vocabulary, texts_to_sequences

LENGTH, WIDTH = 60, 8
OLDEST, NEWEST = "3.13.2", "3.15.1"
HEADER = "From: a@example.org\nSubject: gulls\n"
HOSTILE = [
    "", " ", "...", HEADER, HEADER + "\n", HEADER + "\nthe church and the car\n\nsci.space: orbit", "Note: a body?\nyes",
    "nothing of a header\n\nFrom: here", HEADER.replace("\n", "\r\n") + "\r\nthe car\r\n\r\nan engine\r\n", "a:\n\r", "a: b\n \n\nc",
    ": no name\n\ncar", "a b: c\n\ncar", "\na: b\n\ncar", "¿qué? 图形\u00a0orbit\u2028\x85gun", "a\0b\0\0 car", "é: a\n\nb", "\ufeffa: b\n\nc",
    "x: y\n" * 40_000, "orbit " * 33_333, "o" * 200_000, HEADER + "\n" + "> gun\n" * 33_000, "\U0001f6f0\u200d\u0301 orbit\n" * 20]
TOLERANCE = {"keras": 1e-5, "savedmodel": 1e-5, "onnx": 1e-5, "litert": 1e-5, "litert, float16": 1e-3}
RUNTIME = {"onnx": "onnxruntime", "litert": "ai_edge_litert"}


@pytest.fixture(scope="module")
def posts(sample_corpus):
    return sample_corpus.texts[::2]


@pytest.fixture(scope="module")
def trained(sample_corpus, posts):
    """Lesson 05's classifier in small, trained on the same posts until it is sure of something."""
    texts, labels = [clean_text(post, "body") for post in posts], sample_corpus.labels[::2]
    vocabulary = learn_vocabulary(texts, 3_000)
    set_seed(3)
    matrix = np.random.RandomState(3).standard_normal((len(vocabulary), WIDTH)).astype(np.float32)
    model = build_attention_network(matrix, len(sample_corpus.class_names))
    model.fit(texts_to_sequences(texts, vocabulary, LENGTH), labels, epochs=8, batch_size=16, verbose=0)
    return SimpleNamespace(model=model, vocabulary=vocabulary, class_names=sample_corpus.class_names,
                           test_accuracy=0.75, test_posts=posts[:7])


@pytest.fixture(scope="module")
def in_memory(trained, posts):
    """The probabilities of posts and hostile texts, step by step."""
    texts = [clean_text(post, "body") for post in [*posts, *HOSTILE]]
    return trained.model.predict(texts_to_sequences(texts, trained.vocabulary, LENGTH), verbose=0)


@pytest.fixture(scope="module")
def paths(trained, tmp_path_factory):
    about = {"posts": "fingerprint of the posts", "split": {"by": "thread", "seed": 3}}
    return export.save(trained, tmp_path_factory.mktemp("export"), sequence_length=LENGTH, text="body", about=about)


def available(name):
    if name in RUNTIME:
        pytest.importorskip(RUNTIME[name])


def named(probabilities, trained):
    return [trained.class_names[i] for i in probabilities.argmax(axis=1)]


def run(*arguments, stdin="", **options):
    return subprocess.run([sys.executable, *map(str, arguments)], input=stdin, capture_output=True, text=True,
                          encoding="utf-8", **options)


# --- the text rule

@pytest.mark.parametrize("rule", ["full", "reference", "body"])
def test_tensorflow_cuts_as_python_does(rule, sample_corpus):
    texts = [*sample_corpus.texts, *HOSTILE]
    cut = tf.strings.regex_replace(tf.constant(texts), export.RULES[rule], "", replace_global=False)
    assert [text.decode("utf-8") for text in cut.numpy()] == [clean_text(text, rule) for text in texts]


def test_a_header_is_cut_from_bytes_that_are_no_utf8_too():
    cut = tf.strings.regex_replace(b"From: \xe9\xff\n\nbody \xe9", export.RULES["body"], "", replace_global=False)
    assert cut.numpy() == b"body \xe9"


@pytest.mark.parametrize("rule", ["full", "reference", "strict"])
def test_each_rule_reaches_the_files(rule, trained, posts, tmp_path):
    quoting = [post for post in posts if "\n>" in post][:20]
    texts = [*quoting, *HOSTILE, HEADER + "\n> quoted\nNote: mine\n\nand more"]
    assert len(quoting) == 20
    about = export.describe(trained, sequence_length=LENGTH, text=rule, about={})
    whole = export.end_to_end(trained.model, trained.vocabulary, trained.class_names, LENGTH)
    export.save_keras(whole, tmp_path / "a.keras", about)
    export.save_savedmodel(whole, tmp_path / "a", about)
    cleaned = texts_to_sequences([clean_text(text, rule) for text in texts], trained.vocabulary, LENGTH)
    expected = trained.model.predict(cleaned, verbose=0)
    for name in ("a.keras", "a"):
        predictor = predict.load(tmp_path / name)
        assert np.allclose(predictor(texts)[1], expected, atol=1e-5)
    assert ("quotes" in predictor.about["takes"]) == (rule == "strict")


# --- the same answers everywhere

@pytest.mark.parametrize("name", TOLERANCE)
def test_same_answers_in_a_new_process(name, paths, posts, in_memory, trained):
    available(name.partition(",")[0])
    there = formats.ask(paths[name], [*posts, *HOSTILE])
    assert len(posts) + len(HOSTILE) > 1_000 and there["probabilities"].shape == in_memory.shape
    assert np.abs(there["probabilities"] - in_memory).max() <= TOLERANCE[name]
    assert np.array_equal(there["probabilities"].argmax(axis=1), in_memory.argmax(axis=1))
    assert there["groups"] == named(there["probabilities"], trained)
    assert len(set(there["groups"])) > 10, "otherwise this shows little"
    if name.partition(",")[0] in RUNTIME:
        assert there["imported"] == []


def test_keras_file_by_keras_alone(paths, posts, in_memory, trained, tmp_path):
    program = """
import json, sys
import keras, tensorflow as tf
model = keras.saving.load_model(sys.argv[1], safe_mode=True)
answer = model.predict(tf.constant(json.load(sys.stdin)), verbose=0)
assert not any(name.startswith("helpers") for name in sys.modules)
print(json.dumps([[name.decode() for name in answer["group"]], answer["probabilities"].tolist()]))
"""
    bodies = [clean_text(post, "body") for post in [*posts, *HOSTILE]]
    done = run("-c", program, paths["keras"], stdin=json.dumps(bodies), cwd=tmp_path)
    groups, probabilities = json.loads(done.stdout.splitlines()[-1])
    assert np.allclose(probabilities, in_memory, atol=1e-5)
    assert groups == named(in_memory, trained)


def test_savedmodel_by_tensorflow_alone(paths, posts, in_memory, trained, tmp_path):
    program = """
import json, sys
sys.modules["keras"] = None  # not installed
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
answer = model.signatures["serving_default"](text=tf.constant(json.load(sys.stdin)))
assert not any(name.startswith(("keras.", "helpers")) for name in sys.modules)
print(json.dumps([[name.decode() for name in answer["group"].numpy()], answer["probabilities"].numpy().tolist()]))
"""
    done = run("-c", program, paths["savedmodel"] / "1", stdin=json.dumps([*posts, *HOSTILE]), cwd=tmp_path)
    groups, probabilities = json.loads(done.stdout.splitlines()[-1])
    assert np.allclose(probabilities, in_memory, atol=1e-5)
    assert groups == named(in_memory, trained)


def test_savedmodel_is_what_a_server_looks_for(paths, trained):
    assert [path.name for path in paths["savedmodel"].iterdir()] == ["1"]
    loaded = tf.saved_model.load(str(paths["savedmodel"] / "1"))
    signature = loaded.signatures["serving_default"]
    ((name, taken),) = signature.structured_input_signature[1].items()
    assert (name, taken.dtype, taken.shape.as_list()) == ("text", tf.string, [None])
    assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in signature.structured_outputs.items()} == {
        "group": (tf.string, [None]), "probabilities": (tf.float32, [None, len(trained.class_names)])}


def test_tensorflow_s_own_tool_reads_the_signature(paths, trained):
    done = run("-m", "tensorflow.python.tools.saved_model_cli", "show", "--dir", paths["savedmodel"] / "1",
               "--tag_set", "serve", "--signature_def", "serving_default")
    assert done.returncode == 0, done.stderr
    shown = re.findall(r"puts\['(\w+)'\] tensor_info:\s+dtype: (\w+)\s+shape: (.*)", done.stdout)
    assert shown == [("text", "DT_STRING", "(-1)"), ("group", "DT_STRING", "(-1)"),
                     ("probabilities", "DT_FLOAT", f"(-1, {len(trained.class_names)})")]
    assert "Method name is: tensorflow/serving/predict" in done.stdout


def test_the_scores_table_is_in_no_weight_is_written_twice_and_no_optimizer(paths, trained):
    floats = 4 * sum(weight.size for weight in with_score_table(trained.model).get_weights())
    stored = formats.size_mb(paths["savedmodel"] / "1" / "variables") * 1e6
    assert floats <= stored < 1.1 * floats
    with zipfile.ZipFile(paths["keras"]) as archive:
        assert archive.getinfo("model.weights.h5").file_size < 1.1 * floats + 100_000
        assert b"optimizer" not in archive.read("config.json")
    network = keras.saving.load_model(paths["keras"]).get_layer("network")
    assert "scores" in {layer.name for layer in network.layers}


def test_the_newest_number_is_taken(paths, tmp_path):
    shutil.copytree(paths["savedmodel"] / "1", tmp_path / "9")
    shutil.copytree(paths["savedmodel"] / "1", tmp_path / "10")
    (tmp_path / "9" / "assets.extra" / "about.json").write_text("{}", encoding="utf-8")
    assert predict.load(tmp_path).about["text"] == "body"


@pytest.mark.parametrize("name", TOLERANCE)
def test_a_file_says_what_it_is(name, paths, trained):
    available(name.partition(",")[0])
    about = predict.load(paths[name]).about
    assert about["class_names"] == list(trained.class_names) and about["text"] == "body"
    assert (about["test_accuracy"], about["test_posts"], about["sequence_length"]) == (0.75, 7, LENGTH)
    assert about["posts"] == "fingerprint of the posts" and about["split"] == {"by": "thread", "seed": 3}
    assert about["versions"]["keras"] == keras.__version__
    assert (about["takes"] == "whole posts") == (name == "savedmodel")


def test_no_texts_one_text_and_half_a_surrogate(paths):
    available("litert")
    predictor = predict.load(paths["litert"])
    groups, probabilities = predictor([])
    assert groups == [] and probabilities.shape == (0, 20)
    assert np.array_equal(predictor(["orbit \ud800"])[1], predictor(["orbit ?"])[1])
    likeliest = predictor.likeliest("orbit")
    assert len(likeliest) == 3 and list(likeliest.values()) == sorted(likeliest.values(), reverse=True)


# --- other versions of Keras

@pytest.fixture(scope="module")
def other_keras():
    """A folder with the oldest supported Keras, or with the newest where the oldest is installed."""
    version = NEWEST if keras.__version__ == OLDEST else OLDEST
    folder = _cache.cache_dir() / f"keras-{version}"
    with _cache.locked(folder):
        if not folder.exists():
            with _cache.partial(folder) as path:
                done = run("-m", "pip", "install", "-q", "--no-deps", "--target", path, f"keras=={version}")
                if done.returncode:
                    pytest.skip(f"pip cannot install Keras {version}")
    return folder


def test_other_keras_reads_and_writes(other_keras, paths, posts, in_memory, tmp_path):
    assert keras.__version__.startswith("3.15") or keras.__version__ == OLDEST
    for name in ("keras", "savedmodel"):
        there = formats.ask(paths[name], [*posts, *HOSTILE], first_on_path=[other_keras])
        assert np.abs(there["probabilities"] - in_memory).max() < 1e-5
    program = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import keras
assert Path(keras.__file__).is_relative_to(sys.argv[1])
from helpers import export, predict
model, about = keras.saving.load_model(sys.argv[2]), predict.load(sys.argv[2]).about
export.save_keras(model, Path(sys.argv[3]) / "written.keras", about)
export.save_savedmodel(model, Path(sys.argv[3]) / "written", about)
"""
    done = run("-c", program, other_keras, paths["keras"], tmp_path, cwd=Path(export.__file__).parent.parent)
    assert done.returncode == 0, done.stderr[-2000:]
    for name in ("written.keras", "written"):
        assert np.abs(predict.load(tmp_path / name)([*posts, *HOSTILE])[1] - in_memory).max() < 1e-5


# --- what must not be loaded

def rewritten(source, target, **members):
    with zipfile.ZipFile(source) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in {**kept, **members}.items():
            archive.writestr(name, content)
    return target


def test_program_code_in_a_keras_file_is_refused(trained, tmp_path):
    text = keras.Input((), dtype="string", name="text")
    coded = layers.Lambda(lambda texts: texts, output_shape=())(text)
    about = export.describe(trained, sequence_length=LENGTH, text="body", about={})
    export.save_keras(keras.Model(text, coded), tmp_path / "a.keras", about)
    with pytest.raises(ValueError, match=r"cannot be loaded.*[Ll]ambda"):
        predict.load(tmp_path / "a.keras")


def test_nothing_is_pickled(paths):
    for path in paths.values():
        if path.is_file():
            with zipfile.ZipFile(path) as archive:
                assert {Path(name).suffix for name in archive.namelist()} <= {".json", ".h5", ".onnx", ".tflite", ".txt"}


def damaged(content, how):
    if how == "a byte flipped":
        middle = len(content) // 2
        return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1:]
    return {"cut off": content[:len(content) // 2], "empty": b"", "something else": b"\x89PNG\r\n" * 100}[how]


@pytest.mark.parametrize("how", ["cut off", "a byte flipped", "empty", "something else"])
def test_damage_gives_a_sentence(how, paths, tmp_path, capsys, monkeypatch):
    victims = []
    for name, path in paths.items():
        if path.is_file() and "," not in name:
            victims.append(tmp_path / path.name)
            victims[-1].write_bytes(damaged(path.read_bytes(), how))
    for number, part in enumerate(("saved_model.pb", "variables/variables.index", "assets.extra/about.json",
                                   "variables/variables.data-00000-of-00001")):
        victims.append(shutil.copytree(paths["savedmodel"], tmp_path / str(number) / "model"))
        file = victims[-1] / "1" / part
        file.write_bytes(damaged(file.read_bytes(), how))
    for victim in victims:
        assert predict.main([str(victim)]) == 1, victim
        printed = capsys.readouterr()
        assert printed.out == "" and "damaged" in printed.err and "Traceback" not in printed.err


def test_one_changed_word_in_a_graph_is_noticed(paths, trained, tmp_path):
    model = shutil.copytree(paths["savedmodel"], tmp_path / "model")
    word = max(trained.vocabulary, key=len).encode()
    graph = (model / "1" / "saved_model.pb").read_bytes()
    assert word in graph
    (model / "1" / "saved_model.pb").write_bytes(graph.replace(word, word[::-1], 1))
    with pytest.raises(ValueError, match="not what was saved"):
        predict.load(model)


def test_no_model_other_version_and_no_library_give_a_sentence(paths, tmp_path, capsys, monkeypatch):
    (tmp_path / "text.keras").write_text("no model", encoding="utf-8")
    plain = tmp_path / "plain.keras"
    keras.Sequential([keras.Input((2,)), layers.Dense(1)]).save(plain)
    about = json.dumps({**predict.load(paths["keras"]).about, "format": 99})
    later = rewritten(paths["keras"], tmp_path / "later.keras", **{"about.json": about})
    alien = rewritten(paths["keras"], tmp_path / "alien.keras", **{"config.json": "{}"})
    for given, said in ((tmp_path / "none", "There is no model"), (tmp_path, "no model of this course"),
                        (tmp_path / "text.keras", "no model of this course"), (plain, "no model of this course"),
                        (later, "another version of this course"), (alien, "of a version that is not read here")):
        assert predict.main([str(given)]) == 1
        printed = capsys.readouterr()
        assert said in printed.err and str(given) in printed.err and printed.out == ""
        assert printed.err.count("\n") == 1
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    assert predict.main([str(paths["litert"])]) == 1
    assert "needs the package ai_edge_litert" in capsys.readouterr().err


# --- from the shell

def test_a_post_on_standard_input(paths, posts, in_memory):
    available("litert")
    done = run("-m", "helpers.predict", paths["litert"], stdin=posts[0], cwd=Path(predict.__file__).parent.parent)
    assert done.returncode == 0 and done.stderr == ""
    best = np.argsort(-in_memory[0])[:3]
    names = predict.load(paths["litert"]).class_names
    said = [line.split() for line in done.stdout.splitlines()]
    assert [name for _, name in said] == [names[i] for i in best]
    # half a thousandth is lost in rounding
    assert [float(number) for number, _ in said] == pytest.approx(in_memory[0][best].tolist(), abs=6e-4)
    assert all(len(number) == len("0.123") for number, _ in said)


def test_a_failure_in_the_shell_is_one_sentence_and_no_traceback(paths, tmp_path):
    for victim in (tmp_path / "none.keras", shutil.copytree(paths["savedmodel"], tmp_path / "model")):
        file = victim / "1" / "variables" / "variables.index"
        if file.exists():
            file.write_bytes(b"")
        done = run("-m", "helpers.predict", victim, stdin="a", cwd=Path(predict.__file__).parent.parent)
        assert done.returncode == 1 and done.stdout == ""
        assert "Traceback" not in done.stderr and done.stderr.strip().splitlines()[-1].startswith(("There is no", str(victim)))


def test_a_folder_gives_json_lines_in_order(paths, posts, tmp_path, capsys):
    for name, content in (("b.txt", posts[1].encode()), ("a.txt", posts[0].encode("latin-1")), ("c.txt", b"\xe9\xff"), ("d", b"")):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    available("litert")
    assert predict.main([str(paths["litert"]), str(tmp_path)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file"] for line in lines] == ["a.txt", "b.txt", "c.txt", "d"]
    predictor = predict.load(paths["litert"])
    assert [line["group"] for line in lines[:2]] == predictor(posts[:2])[0]
    assert all(len(line["probabilities"]) == 3 for line in lines)
    assert predict.main([str(paths["litert"]), str(tmp_path / "none")]) == 1
    assert "none" in capsys.readouterr().err


def test_posts_are_read_as_utf8_or_else_as_latin1(paths, capsys, monkeypatch):
    assert predict.read_post("é".encode()) == predict.read_post("é".encode("latin-1")) == "é"
    available("litert")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"\xe9")))
    assert predict.main([str(paths["litert"])]) == 0 and len(capsys.readouterr().out.splitlines()) == 3


# --- the table

def test_formats_side_by_side(paths, posts, in_memory, monkeypatch, capsys):
    available("litert")
    some = {name: paths[name] for name in ("litert", "litert, float16")}
    rows = formats.compare(some, posts[:50], in_memory[:50])
    assert list(rows) == list(some) and rows["litert"]["difference"] < 1e-5 < rows["litert, float16"]["difference"]
    assert rows["litert"]["other_groups"] == 0 and rows["litert, float16"]["size_mb"] < rows["litert"]["size_mb"]
    assert all(rows["litert"][key] > 0 for key in ("first_s", "one_ms", "posts_per_s"))
    lines = formats.table(rows).splitlines()
    assert len(lines) == 3 and len({len(line) for line in lines}) == 1
    monkeypatch.setattr(formats, "ask", lambda path, posts: (_ for _ in ()).throw(RuntimeError("x is not installed.")))
    assert formats.compare(some, posts[:1], in_memory[:1]) == {} and "left out" in capsys.readouterr().out


def test_what_is_installed_is_weighed_with_what_it_needs():
    assert formats.installed_mb("numpy") > 5
    assert formats.installed_mb("keras") > formats.installed_mb("numpy") + formats.installed_mb("h5py") - 60
    assert formats.installed_mb("tensorflow") > 300


def test_onnx_is_left_out_where_its_converter_is_missing(trained, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(export, "save_keras", lambda *given: None)
    monkeypatch.setattr(export, "save_savedmodel", lambda *given: None)
    monkeypatch.setattr(export, "_write_archive", lambda *given: None)
    assert "onnx" not in export.save(trained, tmp_path, sequence_length=LENGTH, text="body", about={})
