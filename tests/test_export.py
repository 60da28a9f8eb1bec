"""Lessons 06 and 09: one model from text to group name, the same in each format, process and version of Keras."""

import importlib.util
import json
import os
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
import yaml
from keras import layers

from helpers import _cache, _parameters, export, predict
from helpers.headers import TEXT_RULES, clean_text, split_post
from helpers.models import build_one_token_network, set_seed
from helpers.splits import SPLITS
from helpers.vectorization import learn_vocabulary, texts_to_sequences, tokenize

ROOT = Path(export.__file__).parents[1]
LENGTH, WIDTH = 60, 8
OLDEST, NEWEST = "3.13.2", "3.15.1"
HEADER = "From: a@example.org\nSubject: gulls\n"
HOSTILE = [
    "", " ", "...", HEADER, HEADER + "\n", HEADER + "\nthe church and the car\n\nsci.space: orbit", "Note: a body?\nyes",
    "\n" + HEADER + "\nthe car", "\ufeff" + HEADER + "\nthe car", "Question: which car?", "Subject: orbit\n\nthe car",
    "nothing of a header\n\nFrom: here", HEADER.replace("\n", "\r\n") + "\r\nthe car\r\n\r\nan engine\r\n", "a:\n\r", "a: b\n \n\nc",
    ": no name\n\ncar", "a b: c\n\ncar", "\na: b\n\ncar", "¿qué? 图形\u00a0orbit\u2028\x85gun", "a\0b\0\0 car", "é: a\n\nb", "\ufeffa: b\n\nc",
    "From: y\n" * 40_000, "orbit " * 33_333, "o" * 200_000, HEADER + "\n" + "> gun\n" * 33_000, "\U0001f6f0\u200d\u0301 orbit\n" * 20]
RUNTIME = {"onnx": "onnxruntime", "litert": "ai_edge_litert"}
ABOUT = {
    "dataset": "sample", "fingerprint": "f1e2d3", "split_by": "thread", "seed": 41, "validation_split": 0.23, "test_split": 0.17,
    "max_tokens": 777, "embedding_dim": 50, "epochs": 3, "batch_size": 64, "temperature": 1.25, "ece": 0.0834, "threshold": 0.65}


@pytest.fixture(scope="module")
def posts(sample_corpus):
    return sample_corpus.texts[::2]


@pytest.fixture(scope="module")
def trained(sample_corpus, posts):
    """Lesson 05's classifier in small, trained until it is sure of something."""
    texts, labels = [clean_text(post, "body") for post in posts], sample_corpus.labels[::2]
    vocabulary = learn_vocabulary(texts, 3_000)
    set_seed(3)
    matrix = np.random.RandomState(3).standard_normal((len(vocabulary), WIDTH)).astype(np.float32)
    model = build_one_token_network(matrix, len(sample_corpus.class_names), trainable=True)
    model.optimizer.learning_rate = 0.01
    model.fit(texts_to_sequences(texts, vocabulary, LENGTH), labels, epochs=12, batch_size=16, verbose=0)
    return SimpleNamespace(model=model, vocabulary=vocabulary, class_names=sample_corpus.class_names,
                           test_accuracy=0.61234, test_posts=posts[:7])


@pytest.fixture(scope="module")
def in_memory(trained, posts):
    """The probabilities of posts and hostile texts, step by step."""
    texts = [clean_text(post, "body") for post in [*posts, *HOSTILE]]
    return trained.model.predict(texts_to_sequences(texts, trained.vocabulary, LENGTH), verbose=0)


@pytest.fixture(scope="module")
def description(trained):
    return export.describe(trained, about={**ABOUT, "sequence_length": LENGTH, "text": "body"})


@pytest.fixture(scope="module")
def paths(trained, description, tmp_path_factory):
    return export.save(trained, tmp_path_factory.mktemp("export"), description)


def available(name):
    if name in RUNTIME:
        pytest.importorskip(RUNTIME[name])


def named(probabilities, trained):
    return [trained.class_names[i] for i in probabilities.argmax(axis=1)]


def run(*arguments, stdin="", **options):
    return subprocess.run([sys.executable, *map(str, arguments)], input=stdin, capture_output=True, text=True,
                          encoding="utf-8", **options)


# --- the text rule

@pytest.mark.parametrize("rule", TEXT_RULES)
def test_tensorflow_cuts_the_header_as_python_does(rule, sample_corpus):
    texts = [*sample_corpus.texts, *HOSTILE]
    python = {"full": lambda text: text, "reference": TEXT_RULES["reference"]}.get(rule, lambda text: split_post(text)[1])
    cut = export._cut_header(tf.constant(texts), rule)
    assert [text.decode("utf-8") for text in cut.numpy()] == [python(text) for text in texts]


@pytest.mark.full
def test_tensorflow_cuts_the_headers_of_all_real_posts(full_folder):
    from helpers import data

    texts = data.load_corpus("full", str(full_folder)).texts
    for start in range(0, len(texts), 1_000):
        some = texts[start:start + 1_000]
        cut = export._cut_header(tf.constant(some), "body").numpy()
        assert [text.decode("utf-8") for text in cut] == [split_post(text)[1] for text in some]


def test_a_header_is_cut_from_bytes_that_are_no_utf8_too():
    cut = export._cut_header(tf.constant([b"From: \xe9\xff\nSubject: a\n\nbody \xe9"]), "body").numpy()[0]
    assert cut.decode("utf-8") == "body \ufffd"


# --- the same answers everywhere

@pytest.mark.parametrize("name", predict.FORMATS)
def test_same_answers_in_a_new_process(name, paths, posts, in_memory, trained):
    available(name)
    there = export._ask(paths[name], [*posts, *HOSTILE])
    assert len(posts) > 900 and there["probabilities"].shape == in_memory.shape
    assert np.abs(there["probabilities"] - in_memory).max() <= 1e-5
    read = [bool(tokenize(clean_text(post, "body"))) for post in [*posts, *HOSTILE]]
    assert there["groups"] == [group if words else None for group, words in zip(named(in_memory, trained), read)]
    assert len(set(there["groups"])) > 10, "otherwise this shows little"
    assert there["first_s"] > 0


@pytest.mark.parametrize("name", RUNTIME)
def test_a_format_without_tensorflow_imports_none_of_it(name, paths):
    available(name)
    program = """
import sys
from helpers import predict
print(predict.load(sys.argv[1])(["the car"])[0])
assert not {"tensorflow", "keras"} & set(sys.modules)
"""
    done = run("-c", program, paths[name], cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]


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


def test_savedmodel_by_tensorflow_alone_cuts_headers_itself(paths, posts, in_memory, trained, tmp_path):
    program = """
import json, sys
sys.modules["keras"] = None  # not installed
import tensorflow as tf
model, texts = tf.saved_model.load(sys.argv[1]), tf.constant(json.load(sys.stdin))
whole, as_is = model.signatures["serving_default"](text=texts), model.signatures["as_is"](text=texts[:50])
assert not any(name.startswith(("keras.", "helpers")) for name in sys.modules)
print(json.dumps([[name.decode() for name in whole["group"].numpy()], whole["probabilities"].numpy().tolist(),
                  as_is["probabilities"].numpy().tolist()]))
"""
    done = run("-c", program, paths["savedmodel"] / "1", stdin=json.dumps([*posts, *HOSTILE]), cwd=tmp_path)
    groups, probabilities, as_is = json.loads(done.stdout.splitlines()[-1])
    assert np.allclose(probabilities, in_memory, atol=1e-5) and groups == named(in_memory, trained)
    with_headers = trained.model.predict(texts_to_sequences(posts[:50], trained.vocabulary, LENGTH), verbose=0)
    assert np.allclose(as_is, with_headers, atol=1e-5)


def test_savedmodel_is_what_a_server_looks_for(paths, trained):
    assert [path.name for path in paths["savedmodel"].iterdir()] == ["1"]
    signature = tf.saved_model.load(str(paths["savedmodel"] / "1")).signatures["serving_default"]
    ((name, taken),) = signature.structured_input_signature[1].items()
    assert (name, taken.dtype, taken.shape.as_list()) == ("text", tf.string, [None])
    assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in signature.structured_outputs.items()} == {
        "group": (tf.string, [None]), "probabilities": (tf.float32, [None, len(trained.class_names)])}


def test_onnx_files_are_all_that_a_page_in_the_browser_needs(paths, posts, in_memory):
    onnxruntime = pytest.importorskip("onnxruntime")
    folder = paths["onnx"]
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    lines = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    index = {token: number for number, token in enumerate(lines)}
    ids = np.zeros((20, about["sequence_length"]), np.int32)
    for row, post in zip(ids, posts):
        tokens = tokenize(clean_text(post, about["text"]))[:len(row)]
        row[:len(tokens)] = [index.get(token, 1) for token in tokens]
    (probabilities,) = onnxruntime.InferenceSession(folder / "network.onnx").run(None, {"ids": ids})
    assert np.allclose(probabilities, in_memory[:20], atol=1e-5) and probabilities.shape[1] == len(about["class_names"])


@pytest.mark.parametrize("rule", ["full", "reference", "strict"])
def test_each_rule_reaches_the_predictor(rule, trained, description, posts, tmp_path):
    available("litert")
    texts = [*[post for post in posts if "\n>" in post][:20], *HOSTILE, HEADER + "\n> quoted\nNote: mine\n\nand more"]
    export.save_network(trained.model, tmp_path / "a", "litert", trained.vocabulary, {**description, "text": rule})
    cleaned = texts_to_sequences([clean_text(text, rule) for text in texts], trained.vocabulary, LENGTH)
    assert np.allclose(predict.load(tmp_path / "a")(texts)[1], trained.model.predict(cleaned, verbose=0), atol=1e-5)


def test_no_weight_is_written_twice_and_no_optimizer(paths, trained):
    floats = 4 * sum(weight.size for weight in trained.model.get_weights())
    assert floats <= export.size_mb(paths["savedmodel"] / "1" / "variables") * 1e6 < 1.1 * floats
    with zipfile.ZipFile(paths["keras"]) as archive:
        assert archive.getinfo("model.weights.h5").file_size < 1.1 * floats + 50_000
        assert b"optimizer" not in archive.read("config.json")


def test_the_newest_number_is_taken(paths, tmp_path):
    for number in ("9", "10"):
        shutil.copytree(paths["savedmodel"] / "1", tmp_path / number)
    (tmp_path / "9" / "about.json").write_text("{}", encoding="utf-8")
    assert predict.load(tmp_path, trust=True).about["text"] == "body"
    for number in ("11", "2024", "\u0663"):  # no network is in them
        (tmp_path / number).mkdir()
    (tmp_path / "2024" / "about.json").write_text("{}", encoding="utf-8")
    assert predict.load(tmp_path, trust=True).about["text"] == "body"


@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_a_folder_with_a_number_for_a_name_hides_no_network(name, paths, tmp_path):
    available(name)
    model = shutil.copytree(paths[name], tmp_path / "model")
    (model / "2024").mkdir()
    (model / "7").mkdir()
    (model / "7" / "notes.txt").touch()
    assert predict.load(model).about["text"] == "body"


@pytest.mark.parametrize("part", ["onnx/network.onnx", "onnx/vocabulary.txt", "onnx/about.json", "litert/network.tflite",
                                  "savedmodel/1/saved_model.pb", "savedmodel/1/variables"])
def test_a_part_of_a_model_names_the_folder(part, paths):
    name, _, inside = part.partition("/")
    available(name)
    part = paths[name] / inside
    with pytest.raises(ValueError) as error:
        predict.load(part)
    assert str(error.value) == (f"{part} is not a model of this course, or damaged. "
                                f"It is a part of one: name its folder, {part.parent}.")


@pytest.mark.parametrize("name", ["a.txt", "a.keras.zip", "a", "a.KERAS"])
def test_a_keras_file_under_another_name_gets_a_sentence(name, paths, tmp_path):
    shutil.copy(paths["keras"], tmp_path / name)
    with pytest.raises(ValueError, match=r"under another name.* Rename it so that it ends with \.keras\.$"):
        predict.load(tmp_path / name)


def test_a_tilde_in_a_model_s_path_names_the_home_folder(paths, monkeypatch):
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(paths["keras"].parent))
    for path in ("~/classifier.keras", Path("~") / "classifier.keras"):
        assert predict.load(path).about["text"] == "body"
    with pytest.raises(FileNotFoundError, match=r"There is no model ~\$a\.keras\."):
        predict.load("~$a.keras")


@pytest.mark.parametrize("text", ["Body", "", "boddy", None])
def test_an_unknown_text_rule_gets_no_description(text, trained):
    with pytest.raises(ValueError, match="There is no text rule"):
        export.describe(trained, about={**ABOUT, "sequence_length": LENGTH, "text": text})


@pytest.mark.parametrize("name", predict.FORMATS)
def test_a_model_says_what_it_is(name, paths, description):
    available(name)
    about = predict.load(paths[name], trust=True).about
    about.pop("sha256", None)
    assert about == description and description["versions"]["keras"] == keras.__version__
    assert (description["text"], description["sequence_length"], description["test_accuracy"], description["test_posts"]) == ("body", LENGTH, 0.61234, 7)


def test_the_lesson_s_way_a_plain_file_and_then_its_note(trained, description, posts, in_memory, tmp_path):
    classifier = export._build_classifier(trained.model, trained.vocabulary, trained.class_names, LENGTH)
    classifier.save(tmp_path / "a.keras")
    with pytest.raises(ValueError, match="not a model of this course"):
        predict.load(tmp_path / "a.keras")
    export.add_description(tmp_path / "a.keras", description)
    predictor = predict.load(tmp_path / "a.keras")
    assert predictor.about == description and np.allclose(predictor(posts[:50])[1], in_memory[:50], atol=1e-5)


def test_what_fails_leaves_the_earlier_model(trained, description, tmp_path, monkeypatch):
    classifier = export._build_classifier(trained.model, trained.vocabulary, trained.class_names, LENGTH)
    for write, path in ((export._save_keras, tmp_path / "a.keras"), (export.save_savedmodel, tmp_path / "a")):
        write(classifier, path, description)
        with pytest.raises(TypeError):
            write(classifier, path, {**description, "odd": object()})
        assert predict.load(path, trust=True).about["seed"] == 41
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a", "a.keras"]


def test_savedmodel_may_be_saved_again(trained, description, tmp_path):
    classifier = export._build_classifier(trained.model, trained.vocabulary, trained.class_names, LENGTH)
    for seed in (1, 2):
        export.save_savedmodel(classifier, tmp_path / "a", {**description, "seed": seed})
    assert predict.load(tmp_path / "a", trust=True).about["seed"] == 2


def test_where_a_lesson_keeps_its_model(tmp_path, monkeypatch):
    monkeypatch.setenv("WORD_EMBEDDINGS_OUTPUT", str(tmp_path / "by variable"))
    assert export.output_folder() == tmp_path / "by variable" and (tmp_path / "by variable").is_dir()
    assert export.output_folder(str(tmp_path / "deep" / "one")).is_dir()
    monkeypatch.delenv("WORD_EMBEDDINGS_OUTPUT")
    monkeypatch.setattr(export, "__file__", str(tmp_path / "clone" / "helpers" / "export.py"))
    monkeypatch.chdir(tmp_path)
    assert export.output_folder() == tmp_path / "my"  # installed: no clone
    (tmp_path / "clone" / "notebooks").mkdir(parents=True)
    assert export.output_folder() == tmp_path / "clone" / "my"


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


@pytest.mark.slow
def test_other_keras_reads_and_writes(other_keras, paths, posts, in_memory, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(other_keras))
    for name in ("keras", "savedmodel"):
        there = export._ask(paths[name], [*posts, *HOSTILE])
        assert np.abs(there["probabilities"] - in_memory).max() < 1e-5
    program = """
import sys
from pathlib import Path
import keras
assert Path(keras.__file__).is_relative_to(sys.argv[1])
from helpers import export, predict
model, about = keras.saving.load_model(sys.argv[2]), predict.load(sys.argv[2]).about
export._save_keras(model, Path(sys.argv[3]) / "written.keras", about)
export.save_savedmodel(model, Path(sys.argv[3]) / "written", about)
words = [layer for layer in model.layers if layer.name == "text_vectorization"][0].get_vocabulary()
for name in ("onnx", "litert"):
    export.save_network(model.get_layer("network"), Path(sys.argv[3]) / name, name, words, about)
"""
    done = run("-c", program, other_keras, paths["keras"], tmp_path, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "", "Keras says where it wrote, though it was asked not to"
    for name in ("written.keras", "written", "onnx", "litert"):
        assert np.abs(predict.load(tmp_path / name, trust=True)([*posts, *HOSTILE])[1] - in_memory).max() < 1e-5


# --- what must not be loaded

def test_program_code_in_a_keras_file_is_refused(description, tmp_path):
    text = keras.Input((), dtype="string", name="text")
    coded = layers.Lambda(lambda texts: texts, output_shape=())(text)
    keras.Model(text, coded).save(tmp_path / "a.keras")
    export.add_description(tmp_path / "a.keras", description)
    with pytest.raises(ValueError, match=r"cannot be loaded.*[Ll]ambda"):
        predict.load(tmp_path / "a.keras")


def test_a_savedmodel_can_write_files_so_it_is_loaded_only_when_trusted(description, tmp_path):
    """What the sentence says is true: this one writes a file when it is asked."""
    victim = str(tmp_path / "written by the model")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def as_is(text):
        tf.io.write_file(victim, "here")
        return {"probabilities": tf.ones((tf.size(text), 20))}

    tf.saved_model.save(tf.Module(), str(tmp_path / "a" / "1"), signatures=as_is)
    export._write_description(tmp_path / "a" / "1", description, [])
    with pytest.raises(ValueError, match="A SavedModel is a program.*trust=True.*--trust"):
        predict.load(tmp_path / "a")
    assert not Path(victim).exists()


def test_nothing_is_pickled(paths):
    with zipfile.ZipFile(paths["keras"]) as archive:
        assert {Path(name).suffix for name in archive.namelist()} == {".json", ".h5"}
    for name in ("onnx", "litert"):
        assert {file.suffix for file in paths[name].iterdir()} <= {".json", ".onnx", ".tflite", ".txt"}


def damaged(content, how):
    if how == "a byte flipped":
        middle = len(content) // 2
        return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1:]
    return {"cut off": content[:len(content) // 2], "empty": b"", "something else": b"\x89PNG\r\n" * 100}[how]


@pytest.mark.parametrize("how", ["cut off", "a byte flipped", "empty", "something else"])
def test_damage_gives_a_sentence(how, paths, tmp_path, capsys):
    victims = [tmp_path / "a.keras"]
    victims[0].write_bytes(damaged(paths["keras"].read_bytes(), how))
    for name, parts in (("savedmodel", ("1/saved_model.pb", "1/variables/variables.index", "1/about.json",
                                        "1/variables/variables.data-00000-of-00001")),
                        ("onnx", ("network.onnx", "vocabulary.txt")), ("litert", ("network.tflite", "about.json"))):
        available(name)
        for part in parts:
            victims.append(shutil.copytree(paths[name], tmp_path / name / part / "model"))
            file = victims[-1] / part
            file.write_bytes(damaged(file.read_bytes(), how))
    for victim in victims:
        assert predict.main(["--trust", str(victim)]) == 1, victim
        printed = capsys.readouterr()
        assert printed.out == "" and "damaged" in printed.err and printed.err.count("\n") == 1


def test_no_model_other_version_other_backend_and_no_library_give_a_sentence(paths, tmp_path, capsys, monkeypatch):
    (tmp_path / "text.keras").write_text("no model", encoding="utf-8")
    keras.Sequential([keras.Input((2,)), layers.Dense(1)]).save(tmp_path / "plain.keras")
    shutil.copy(paths["keras"], tmp_path / "later.keras")
    export.add_description(tmp_path / "later.keras", {"format": 99})
    for given, said in (("none", "There is no model"), ("", "not a model of this course"), ("text.keras", "not a model of this course"),
                        ("plain.keras", "not a model of this course"), ("later.keras", "another version of this course")):
        assert predict.main([str(tmp_path / given)]) == 1
        printed = capsys.readouterr()
        assert said in printed.err and str(tmp_path / given) in printed.err and printed.out == ""
        assert printed.err.count("\n") == 1
    assert predict.main([str(paths["keras"].parent)]) == 1
    assert "Name a model in it: classifier.keras, classifier_savedmodel" in capsys.readouterr().err
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert predict.main([str(paths["keras"])]) == 1
    assert "Keras runs on jax here, and only TensorFlow reads text" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    assert predict.main([str(paths["litert"])]) == 1
    assert "needs the package ai_edge_litert" in capsys.readouterr().err


# --- from the shell

def test_the_command_line_whatever_the_backend(paths, posts, in_memory, trained, tmp_path):
    (tmp_path / "post.txt").write_text(posts[0], encoding="utf-8")
    done = run("-m", "helpers.predict", paths["keras"], tmp_path / "post.txt", cwd=ROOT, env={**os.environ, "KERAS_BACKEND": "jax"})
    assert done.returncode == 0 and done.stderr.count("\n") == 1 and "header" in done.stderr
    best = np.argsort(-in_memory[0])[:3]
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [name for _, name in lines] == [trained.class_names[i] for i in best]
    assert [float(number) for number, _ in lines] == pytest.approx(in_memory[0][best].tolist(), abs=6e-4)  # three digits


def test_a_failure_in_the_shell_is_one_sentence_and_no_traceback(tmp_path):
    done = run("-m", "helpers.predict", tmp_path / "none.keras", stdin="a", cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"There is no model {tmp_path / 'none.keras'}.\n")


@pytest.mark.parametrize("files", [["post.txt"], ["post.txt", "post.txt"], ["none.txt", "post.txt"], ["."]])
def test_a_reader_that_has_enough_sees_no_traceback(files, paths, tmp_path):
    available("litert")
    (tmp_path / "post.txt").write_text("an orbit", encoding="utf-8")
    process = subprocess.Popen([sys.executable, "-m", "helpers.predict", paths["litert"], *files], cwd=tmp_path, text=True,
                               env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()  # as `head` does when it has its lines
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1 and said == ("There is no text none.txt.\n" if "none.txt" in files else "")


# --- the table of formats

def test_formats_side_by_side(paths, posts, in_memory, monkeypatch, capsys):
    available("litert")
    off = in_memory[:50].copy()
    off[7] = np.roll(off[7], 1)
    table = export.compare_formats({"litert": paths["litert"]}, posts[:50], off)
    assert list(table.index) == ["litert"]
    row = table.loc["litert"]
    assert row["largest difference"] == pytest.approx(np.abs(in_memory[7] - off[7]).max(), abs=1e-5) and row["other groups"] == 1
    assert row["file, MB"] == pytest.approx(sum(file.stat().st_size for file in paths["litert"].iterdir()) / 1e6)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert export.compare_formats({"onnx": "a"}, posts[:1], in_memory[:1]).empty
    assert "onnx is left out: it needs onnxruntime" in capsys.readouterr().out


def test_a_failing_process_shows_what_it_said(tmp_path):
    with pytest.raises(RuntimeError, match="(?s)failed:.*There is no model"):
        export._ask(tmp_path / "none", ["a"])


def test_what_is_installed_is_weighed_with_what_it_needs():
    assert export.installed_mb("keras") > export.installed_mb("numpy") + export.installed_mb("h5py") - 60 > 0
    assert export.installed_mb("tensorflow") > 300


def test_onnx_is_left_out_where_its_converter_is_missing(trained, description, tmp_path, monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *more: None if name == "tf2onnx" else find(name, *more))
    (tmp_path / "classifier_onnx").mkdir()  # an earlier model
    saved = export.save(trained, tmp_path, description)
    assert list(saved) == ["keras", "savedmodel", "litert"] and not (tmp_path / "classifier_onnx").exists()
    assert "ONNX is left out: it needs the packages tf2onnx and onnx" in capsys.readouterr().out


# --- the model card

INTERVAL = (0.598, 0.627)


def card(description, **changed):
    _, head, body = export.model_card({**description, **changed}, interval=INTERVAL).split("---\n", 2)
    return yaml.safe_load(head), body


@pytest.mark.parametrize("dataset", sorted(export.WORDS["data"]))
def test_the_hub_s_own_library_reads_the_card(description, dataset, tmp_path):
    hub = pytest.importorskip("huggingface_hub")
    (tmp_path / "README.md").write_text(export.model_card({**description, "dataset": dataset}, interval=INTERVAL), encoding="utf-8")
    loaded = hub.ModelCard.load(tmp_path / "README.md").data
    (result,) = loaded.eval_results
    assert isinstance(result, hub.EvalResult) and (result.metric_type, result.metric_value) == ("accuracy", 0.6123)
    assert (result.dataset_type, result.dataset_revision) == (export.WORDS["data"][dataset]["type"], "f1e2d3")
    assert result.dataset_args == {"split_by": "thread", "seed": 41, "validation_split": 0.23, "test_split": 0.17}
    assert (loaded.license, loaded.library_name, loaded.pipeline_tag) == ("mit", "keras", "text-classification")
    assert (loaded.datasets is None) == (dataset == "sample")


def test_the_card_s_figures_are_the_run_s(description):
    _, body = card(description)
    for expected in ("**Accuracy 0.612** on the 7 posts of the test set (95% interval over threads: 0.598 to 0.627)", "seed 41",
                     "Validation set: 23%", "choosing: 17%", "thread-wise", "one of 20 newsgroups", "first 60 tokens", "`f1e2d3`",
                     "temperature 1.25", "test set: 0.083 (5 bins)", "confidence of 0.65", f"keras {keras.__version__}",
                     "-p dataset sample -p text body -p split_by thread -p seed 41 -p validation_split 0.23 -p test_split 0.17 "
                     "-p max_tokens 777 -p sequence_length 60 -p embedding_dim 50 -p epochs 3 -p batch_size 64\n"):
        assert expected in body, expected
    _, body = card(description, validation_split=0.125, test_split=0.015)
    assert "Validation set: 12.5%" in body and "choosing: 1.5%" in body


def test_no_figure_of_the_card_is_typed():
    """Without its fields the template holds no number but those of titles, licenses and links."""
    prose = (ROOT / "helpers" / "model_card.md").read_text(encoding="utf-8")
    prose = re.sub(r"\{[^}]*\}|\(?https?://\S+", "", prose).replace("PDDL 1.0", "").replace("others, 2017", "").replace("95% interval", "").replace("notebooks/09_", "")
    assert re.findall(r"\d[\d.]*\d", prose) == []


def test_what_differs_with_the_data_and_the_text(description):
    _, sample = card(description)
    _, full = card(description, dataset="full", split_by="one date", text="reference")
    assert "say nothing about real ones" in sample and "CC BY 4.0" in sample and "data_dir" not in sample and "leaked" not in sample and not re.search("1993|[Cc]ross-post|[Ww]riter", sample)
    assert "copyright is their writers'" in full and "-p data_dir /path/to/data" in full and "leaked" in full and "**Cross-posts.**" in full and "1993" in full
    assert "-p split_by 'one date'" in full


def test_what_the_card_needs_is_named(description):
    with pytest.raises(ValueError, match="does not say its seed, epochs"):
        export.model_card({name: description[name] for name in description if name not in ("seed", "epochs")}, interval=INTERVAL)


def test_without_the_hub_s_library_the_card_has_no_metadata_and_says_so(description, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert export.model_card(description, interval=INTERVAL).startswith("# Which newsgroup?") and "huggingface_hub" in capsys.readouterr().out


def test_every_rule_split_and_data_set_has_its_sentence():
    assert set(export.WORDS["text"]) == set(TEXT_RULES) and set(export.WORDS["split_by"]) == set(SPLITS)
    assert set(export.WORDS["data"]) == set(_parameters.DATASETS)
