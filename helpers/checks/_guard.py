"""How a check runs a learner's answer, and finds the sentence that helps.

No check raises, prints more than one line (two for an input that fails), or takes much longer than
`LIMIT_SECONDS`. On Linux an answer runs in a process of its own: it can always be stopped, and no
variable of the notebook changes. Elsewhere, and with Keras, it runs in a thread, which cannot be
stopped within a single call, such as that of an endless regular expression.
"""

import contextlib
import copy
import ctypes
import dis
import functools
import io
import math
import multiprocessing
import os
import pickle
import reprlib
import sys
import threading
import types
import warnings

import numpy as np

LIMIT_SECONDS = 10
_CAN_FORK = sys.platform == "linux"  # macOS can, but its own libraries may not survive it
_NO_FORK = {"tensorflow", "keras", "torch", "jax"}  # their threads are missing in a forked process
_ANY_ERROR = (Exception, SystemExit, KeyboardInterrupt)  # what an answer may raise


class Hint(Exception):
    """The sentence that helps with a wrong answer."""

    kind = "hint"


class NotDone(Hint):
    """The same for no answer."""

    kind = "not done yet"


class _TimeUp(BaseException):
    """Raised in a thread that takes too long."""


def guarded(check):
    """Print the line of a check that returns what to say of a right answer, and raises hints."""
    def line(answer, given):
        try:
            if answer is ... or type(answer) in (list, tuple) and any(x is ... for x in answer):
                raise NotDone("put your answer in place of the `...` above; run it, then this.")
            with np.errstate(all="ignore"):
                return f"correct: {check(answer, *given)}"
        except Hint as hint:
            return f"{hint.kind}: {hint}"
        except _ANY_ERROR as error:  # from the methods of an answer
            return f"hint: this answer cannot be read ({type(error).__name__}); what type has it?"

    @functools.wraps(check)
    def guarded(answer, *given):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), \
                warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                said = _runner(answer)(functools.partial(line, answer, given))
            except KeyboardInterrupt:
                said = "hint: the check was interrupted before its end; run the cell again."
        print(said or f"hint: this takes more than {LIMIT_SECONDS} seconds; "
              "does a loop never end, or run too often?")
    return guarded


def _runner(answer):
    for value in _read_globals(answer).values():
        origin = getattr(value, "__module__", None) or getattr(value, "__name__", None)
        if str(origin).split(".")[0] in _NO_FORK:
            return _in_thread
    return _in_child if _CAN_FORK else _in_thread


def _in_child(work):
    """Run in a copy of this process, which can be killed and changes nothing here."""
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)

    def child():
        for stream in (1, 2):  # what other programs and C code print
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        sender.send(work())

    process = fork.Process(target=child, daemon=True)
    try:
        process.start()
    except OSError:  # no room for a process
        return _in_thread(work)
    sender.close()
    try:
        return receiver.recv() if receiver.poll(LIMIT_SECONDS) else None
    except EOFError:
        return "hint: your code ended Python itself, or used up all memory."
    finally:
        process.kill()
        process.join()


def _in_thread(work):
    """Run in a thread of this process."""
    lines = []

    def target():
        with contextlib.suppress(_TimeUp):
            lines.append(work())

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    try:
        thread.join(LIMIT_SECONDS)
    finally:
        if thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident), ctypes.py_object(_TimeUp))
            thread.join(1)
    return lines[0] if lines else None


def _read_globals(function):
    """Return the notebook's variables that a function reads, by name."""
    found, codes = {}, [getattr(function, "__code__", None)]
    for code in codes:
        if isinstance(code, types.CodeType):
            codes += code.co_consts  # functions within the function
            found |= {step.argval: function.__globals__[step.argval]
                      for step in dis.get_instructions(code)
                      if step.opname == "LOAD_GLOBAL" and step.argval in function.__globals__}
    return found


_REPR = reprlib.Repr()
_REPR.maxlist = _REPR.maxtuple = 10
_REPR.maxstring = _REPR.maxother = 90


def show(value):
    """Return a value in a few characters, whatever it is."""
    try:
        line = " ".join(_REPR.repr(_plain(value)).split())
        return line if len(line) <= 200 else f"{line[:196]} ..."
    except Exception:
        return f"a {type(value).__name__}"


def _plain(value):
    if isinstance(value, (np.ndarray, np.generic)) and value.size < 200:
        return _plain(value.tolist())
    if type(value) in (list, tuple) and len(value) < 200:
        return type(value)(map(_plain, value))
    if type(value) is dict and len(value) < 200:
        return {key: _plain(item) for key, item in value.items()}
    return float(f"{value:.5g}") if type(value) is float else value


def hint_if(wrong, sentence):
    """Raise a hint if something is wrong."""
    if wrong:
        raise Hint(sentence)


def number(answer):
    """Read one finite number of any type, of an array of one too."""
    if isinstance(answer, np.ndarray) and answer.size == 1:
        answer = answer.item()
    odd = isinstance(answer, (bool, np.bool_)) or not hasattr(answer, "__float__")
    hint_if(odd or np.ndim(answer) > 0, f"expected one number, not {show(answer)}.")
    value = float(answer)
    hint_if(not math.isfinite(value),
            f"expected an ordinary number, not {value}; was something divided by zero?")
    return value


def array(answer, n_dims=1):
    """Read finite numbers in a list, tuple, array or Series."""
    values = np.zeros(())
    if isinstance(answer, (list, tuple)) or hasattr(answer, "__array__"):  # a range may be endless
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            values = np.asarray(answer)
            values = values.astype(float) if values.dtype.kind in "biufO" else np.zeros(())
    kind = ("number", "list or array", "table")[n_dims]
    hint_if(values.ndim != n_dims, f"expected a {kind} of numbers, not {show(answer)}.")
    hint_if(not np.isfinite(values).all(), "it holds NaN or infinity; did you divide by zero?")
    return values


def table(answer):
    """Read finite numbers in two dimensions."""
    return array(answer, 2)


def text(answer):
    """Read a str."""
    hint_if(not isinstance(answer, str), f"expected text (str), not {show(answer)}.")
    return str(answer)


def names(answer):
    """Read a list of str."""
    answer = answer.tolist() if hasattr(answer, "__array__") else answer
    good = isinstance(answer, (list, tuple)) and all(isinstance(name, str) for name in answer)
    hint_if(not good, f"expected a list of names (str), not {show(answer)}.")
    return [str(name) for name in answer]


def _same(got, truth):
    """Say whether two outcomes agree: errors in their type, numbers in three decimals."""
    if isinstance(got, Hint):
        return repr(got) == repr(truth)
    if isinstance(got, BaseException) or isinstance(truth, BaseException):
        return type(got) is type(truth)
    if not isinstance(got, (float, np.ndarray)):
        return got == truth
    return np.shape(got) == np.shape(truth) and bool(
        np.allclose(got, truth, rtol=1e-4, atol=5.01e-4, equal_nan=True))


def of_share(reference):
    """Return the mistakes that a function to a share invites."""
    rounded = "this is rounded; return all digits."
    return [("this is per cent; a share lies between 0 and 1.", lambda *x: 100 * reference(*x)),
            ("this is the share of all the others; take it from 1.", lambda *x: 1 - reference(*x)),
            *((rounded, lambda *x, n=n: round(reference(*x), n)) for n in (1, 2))]


def check_value(answer, truth, mistakes, otherwise):
    """Accept the whole number `truth`.

    Otherwise raise the hint of the mistake, one of the pairs (hint, number), that leads to it.
    """
    value = number(answer)
    for hint, wrong in mistakes:
        hint_if(value == wrong != truth, hint)
    hint_if(value != truth, otherwise)


def check_share(answer, truth, mistakes, otherwise, *, n_all):
    """Accept the share `truth` of `n_all` in three decimals; otherwise do as `check_value` does."""
    value = number(answer)

    def agrees(other):  # a mistake in all digits is no coincidence, however near the truth it is
        return math.isclose(value, other, rel_tol=1e-6) or value in (
            round(other, n) for n in (3, 4, 5))

    if not agrees(truth):
        count = "this is a count; divide it by the number of all."
        usual = [(hint, wrong()) for hint, wrong in of_share(lambda: truth)]
        for hint, wrong in [*mistakes, *usual, (count, n_all * truth)]:
            hint_if(agrees(wrong), hint)
    hint_if(not 0 <= value <= 1, "a share lies between 0 and 1; is this per cent, or a count?")
    hint_if(abs(value - truth) > 5.01e-4, otherwise)


def _expected(case, got, truth):
    return None if _same(got, truth) else show(truth)


def check_function(answer, reference, cases, mistakes, *, read, judge=_expected, call=None):
    """Try a learner's function on copies of many inputs; raise the hint that helps if one fails.

    `cases` are tuples of arguments. `read` turns a result into what is compared, and raises a hint
    for a wrong type. A mistake is a pair (hint, function); the hint is given only if that function
    agrees with the learner's for all cases, otherwise the shortest case that fails is shown. With
    more than one right answer, `judge` takes a case, a result and that of `reference`, and returns
    what was expected, or None if the result is right. `call` calls a function in its own way.
    """
    hint_if(not callable(answer),
            f"expected a function, not {show(answer)}; give its name without brackets.")
    changed = []

    def outcome(function, case):
        """Return the result of a call, or the exception that it led to."""
        given = copy.deepcopy(case)
        before = pickle.dumps(given)
        try:
            got = call(function, *given) if call else function(*given)
        except _ANY_ERROR as error:
            return error
        if pickle.dumps(given) != before:
            changed.append(case)
        if got is None or got is ...:
            return NotDone("your function returns None; replace the `...`, and end with `return`.")
        try:
            return read(got)
        except Hint as hint:
            return hint

    came = [outcome(answer, case) for case in cases]
    if all(isinstance(got, NotDone) for got in came):
        raise came[0]
    name = getattr(answer, "__name__", "")
    name = name if name.isidentifier() else "your function"
    failing = []
    for case, got in zip(cases, came):
        if isinstance(got, NotDone):
            said = "returns None"
        elif isinstance(got, Hint):
            said = f"does not fit: {got}"
        elif isinstance(got, BaseException):
            error = " ".join(f"{type(got).__name__}: {got}".split())
            said = f"stops with {error[:100].rstrip(': ')}"
        else:
            expected = judge(case, got, outcome(reference, case))
            if expected is None:
                continue
            said = f"gives {show(got)}, expected {expected}"
        failing.append((f"{name}({', '.join(map(show, case))})", said))
    if failing:
        for hint, mistake in mistakes:
            hint_if(all(_same(got, outcome(mistake, case)) for case, got in zip(cases, came)), hint)
        shown, said = min(failing, key=lambda failure: len(failure[0]))
        outside = [name for name, value in _read_globals(answer).items()
                   if not callable(value) and not isinstance(value, types.ModuleType)]
        if outside:
            said += f" (it reads `{outside[0]}` from the notebook; use the arguments alone)"
        space = " " if len(shown + said) < 90 else "\n  "
        raise Hint(f"{shown}{space}{said.rstrip('.?')}.")
    hint_if(changed, "right, but your function changes what it is given; work on a copy.")
