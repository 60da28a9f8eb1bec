"""The exercises of each notebook: the stubs as committed, and the solutions that stand folded in the text.

A solution is kept in the notebook only. It is taken from there, and the whole notebook is executed, with each check
run three times: on the stub as it stands, on a mistake, on the solution.
"""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from run_lessons import EXECUTION

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
FEWEST, MOST = 3, 5  # exercises in a lesson
SECONDS = 600  # for one cell
SOLUTION = re.compile(
    r"<details><summary>Solution</summary>\n\n```python\n(.*?)\n```\n\n(.+?)\n\n</details>", re.DOTALL)  # code, why
PLACE = re.compile(r"(?m)^(guess_\w+) = \.\.\.")
COMPARED = re.compile(r"(?m)^checks\.compare_guess\((guess_\w+), .+\)$")

MISTAKES = {  # each check: what a learner might write, and words of the hint; test_checks.py holds many more
    "read_bytes": ("lambda raw: raw.decode('utf-8')", "each of the 256 bytes"),
    "cross_posts": ("across / len(ids)", "you counted Message-IDs"),
    "best_possible": (
        "lambda texts, labels: np.mean([len({*labels[np.array(texts) == text]}) == 1 for text in texts])",
        "not lost whole"),
    "still_named": ("np.mean([corpus.class_names[label] in text for label, text in zip(corpus.labels, corpus.texts)])",
                    "drop ten lines before"),
    "cut_header": (r"lambda text: '\n'.join(text.split('\n')[10:])", "eats the body's beginning"),
    "own_words": (r"lambda body: '\n'.join(line for line in body.split('\n') if line[:1] != '>')", "who is quoted"),
    "integers": ("[5, 4, 2, 1, 4, 3]", "fill the row up"),
    "coverage": ("np.mean([word.decode() in vocabulary[2:1000] for word in counts])", "each different word counts once"),
    "learn_words": ("lambda texts, split, n: vectorization.learn_vocabulary(texts, n)", "it has seen the exam"),
    "cosine": ("lambda a, b: a @ b", "scalar product"),
    "build_matrix": ("lambda vocabulary, vectors, dim: np.array([vectors.get(w, np.zeros(dim)) for w in vocabulary])",
                     "still zero"),
    "analogy": (
        "lambda a, b, c, words, rows: glove.nearest_words(rows, words, "
        "rows[words.index(b)] - rows[words.index(a)] + rows[words.index(c)], k=1)[0][0]", "leave the three given"),
    "stopped_epoch": ("val_loss.index(min(val_loss)) + 1", "nobody ever saw"),
    "conv_parameters": ("3 * embedding_dim * 64", "a bias as well"),
    "choose": ("lambda validation, test: max((test(name), name) for name in validation)[::-1]", "touched 3 times"),
    "top_three": ("lambda p, names: [names[i] for i in np.argsort(p)[:3]]", "least likely"),
    "same_answers": ("lambda a, b: bool((a.argmax(axis=1) == b.argmax(axis=1)).all())", "likeliest groups agree"),
    "answer_or_abstain": ("lambda texts, p, names, threshold: [names[i] for i in p.argmax(axis=1)]", "0.4 is below"),
}

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def exercises(notebook):
    """Return the three cells of each exercise: task with solution, stub, check."""
    cells = notebook.cells
    numbers = [number for number, cell in enumerate(cells) if "exercise" in cell.metadata.get("tags", [])]
    return [cells[number - 1:number + 2] for number in numbers]


def printed(check):
    """Return what a check cell has printed: one line and nothing else."""
    (output,) = check.outputs
    assert output.name == "stdout" and output.text.count("\n") == 1
    return output.text


@each_notebook
def test_form_and_stubs(path):
    found = exercises(nbformat.read(path, as_version=4))
    assert FEWEST <= len(found) <= MOST
    for number, (task, stub, check) in enumerate(found, start=1):
        assert re.search(rf"^### Exercise {number} \(\d+ minutes\)$", task.source, re.MULTILINE)
        assert len(SOLUTION.findall(task.source)) == 1
        assert "..." in stub.source and len(stub.source.splitlines()) <= 6
        assert re.fullmatch(r"checks\.\w+\(.+\)", check.source)
        assert printed(check).startswith("not done yet: ")


@each_notebook
def test_each_guess_has_a_place_and_meets_its_outcome(path):
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    places = [(name, number) for number, cell in enumerate(code) for name in PLACE.findall(cell.source)]
    compared = {name: number for number, cell in enumerate(code) for name in COMPARED.findall(cell.source)}
    assert 2 <= len(places) == len(compared) <= 4
    for name, number in places:
        assert re.search(rf"(?m)^{name} = \.\.\.  # \w", code[number].source), "what to write stands behind it"
        assert 0 <= compared[name] - number <= 2
        assert ("guess" in code[number].metadata.get("tags", [])) == (len(code[number].source.splitlines()) == 1)
        text = "".join(output.get("text", "") for output in code[compared[name]].outputs)
        assert text and "you said" not in text


@each_notebook
def test_each_exercise_answers_stub_mistake_and_solution(path):
    """And a guess stands beside what came out."""
    notebook = nbformat.read(path, as_version=4)
    tried = []
    for task, _, check in exercises(notebook):
        name, answer = re.match(r"checks\.(\w+)\((\w+)", check.source).groups()
        mistake, hint = MISTAKES[name]
        ((solution, _why),) = SOLUTION.findall(task.source)
        added = [new_code_cell(source) for source in (f"{answer} = {mistake}", check.source, solution, check.source)]
        place = notebook.cells.index(check) + 1
        notebook.cells[place:place] = added
        tried.append((check, added[1], hint, added[3]))
    results = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = PLACE.sub(r"\1 = 0.75", cell.source)
            results += [cell] if COMPARED.search(cell.source) else []
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=where, **EXECUTION).execute()
    for stub, mistake, hint, solution in tried:
        assert printed(stub).startswith("not done yet: ")
        assert printed(mistake).startswith("hint: ") and hint in printed(mistake)
        assert printed(solution).startswith("correct: ")
    for cell in results:
        assert "you said 0.75; it is " in "".join(output.get("text", "") for output in cell.outputs)
