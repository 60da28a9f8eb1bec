"""How a check runs a learner's answer, and finds the sentence that helps.

Whatever the answer is, no check raises, changes a variable of the notebook, prints more than one
line (two for an input that fails), or takes much longer than `LIMIT_SECONDS`.
"""

import contextlib
import copy
import ctypes
import dis
import functools
import gc
import io
import math
import multiprocessing
import os
import pickle
import reprlib
import signal
import sys
import threading
import types
import warnings

import numpy as np

LIMIT_SECONDS = 10
_CAN_FORK = sys.platform == "linux"  # macOS can, but its own libraries may not survive it
_NO_FORK = {"tensorflow", "keras", "torch", "jax"}  # their threads are missing in a forked process
_GOOD, _ERROR, _BAD = "a result", "an error", "a wrong type"


class Hint(Exception):
    """The sentence that helps with a wrong answer."""

    kind = "hint"


class NotDone(Hint):
    """The same for no answer."""

    kind = "not done yet"


class _TimeUp(BaseException):
    pass


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
        except _TimeUp:
            raise
        except BaseException as error:  # the methods of an answer may raise anything
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
    origins = (getattr(value, "__module__", None) or getattr(value, "__name__", None)
               for value in _read_globals(answer).values())
    if _CAN_FORK and not {str(name).split(".")[0] for name in origins} & _NO_FORK:
        return _in_child
    main = threading.current_thread() is threading.main_thread()
    return _with_alarm if main and hasattr(signal, "setitimer") else _in_thread


def _in_child(work):
    """Run in a copy of this process, which can be killed and changes nothing here."""
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)

    def child():
        try:
            gc.freeze()
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the parent
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
            sender.send(work())
        finally:
            os._exit(0)

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
        receiver.close()


def _with_alarm(work):
    def raise_again(frame, event, _):
        if event == "line":
            raise _TimeUp
        return raise_again

    def stop(_, frame):
        while frame and frame.f_code.co_filename != __file__:  # an answer may catch the first one
            frame.f_trace, frame = raise_again, frame.f_back
        sys.settrace(raise_again)
        raise _TimeUp

    tracer, handler = sys.gettrace(), signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS, 0.05)
        try:
            return work()
        finally:
            sys.settrace(tracer)
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TimeUp:
        return None
    finally:
        signal.signal(signal.SIGALRM, handler)


def _in_thread(work):
    lines = []

    def target():
        with contextlib.suppress(_TimeUp):
            lines.append(work())

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(LIMIT_SECONDS)
    for _ in range(40 * thread.is_alive()):  # again: an answer may catch it
        stop = ctypes.pythonapi.PyThreadState_SetAsyncExc
        stop(ctypes.c_ulong(thread.ident), ctypes.py_object(_TimeUp))
        thread.join(0.05)
    return lines[0] if lines else None


def _read_globals(function):
    """Return the notebook's variables that a function reads, by name."""
    found, codes = {}, [getattr(function, "__code__", None)]
    for code in codes:
        if isinstance(code, types.CodeType):
            codes += code.co_consts
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
    odd = isinstance(answer, (str, bytes, bool, np.bool_)) or not hasattr(answer, "__float__")
    hint_if(odd or np.ndim(answer) > 0, f"expected one number, not {show(answer)}.")
    try:
        value = float(answer)
    except OverflowError:
        value = math.inf
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


def same(got, truth):
    """Say whether texts or lists are equal, and numbers in three decimals."""
    if not isinstance(got, (float, np.ndarray)):
        return got == truth
    return np.shape(got) == np.shape(truth) and bool(
        np.allclose(got, truth, rtol=1e-4, atol=5.01e-4, equal_nan=True))


def of_share(reference):
    """Return the mistakes that a function to a share invites."""
    rounded = "this is rounded; return all digits."
    return [("this is per cent; a share lies between 0 and 1.", lambda *x: 100 * reference(*x)),
            ("this is the share of all the others; take it from 1.", lambda *x: 1 - reference(*x)),
            *((rounded, lambda *x, n=n: round(reference(*x), n)) for n in (0, 1, 2))]


def check_value(answer, truth, mistakes, otherwise, *, n_all=None):
    """Accept the number `truth`, in three decimals if it is a share of `n_all`.

    Otherwise raise the hint of the mistake, one of the pairs (hint, number), that leads to it.
    """
    value, tolerance = number(answer), 5.01e-4 if n_all else 0
    if n_all:
        value = truth if value == round(truth, 3) else value
        count = "this is a count; divide it by the number of all."
        usual = [*of_share(lambda: truth), (count, lambda: n_all * truth)]
        mistakes = [*mistakes, *((hint, wrong()) for hint, wrong in usual)]
        otherwise = "a share lies between 0 and 1." if not 0 <= value <= 1 else otherwise
        value = 100 * truth if value > 1 and abs(value - 100 * truth) < 0.6 else value  # rounded
    # a mistake shares the digits that are given; one with all its digits is no coincidence
    digits = next((0.501 * 10.0**-n for n in (3, 4, 5) if value == round(value, n)), 1e-6)
    near = [(abs(wrong - value), hint) for hint, wrong in [("", truth), *mistakes]
            if abs(wrong - value) <= min(tolerance, digits if hint else 1)]
    hint_if(not near, otherwise)
    hint = min(near)[1]
    hint_if(hint, hint)


def check_function(answer, reference, cases, mistakes, *, read, judge=None, call=None):
    """Try a learner's function on copies of many inputs; raise the hint that helps if one fails.

    `cases` are tuples of arguments. `read` turns a result into what is compared, and raises a hint
    for a wrong type. A mistake is a pair (hint, function); the hint is given only if that function
    agrees with the learner's for all cases, otherwise the shortest case that fails is shown. With
    more than one right answer, `judge` takes a case, a result and that of `reference`, and returns
    what was expected, or None if the result is right. `call` calls a function in its own way.
    """
    hint_if(not callable(answer),
            f"expected a function, not {show(answer)}; give its name without brackets.")

    def outcome(function, case, changed=()):
        given = copy.deepcopy(case)
        before = [pickle.dumps(value) for value in given]
        try:
            got = call(function, *given) if call else function(*given)
        except _TimeUp:
            raise
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            return _ERROR, " ".join(f"{type(error).__name__}: {error}".split())[:100].rstrip(": ")
        if [pickle.dumps(value) for value in given] != before and changed != ():
            changed.append(case)
        try:
            return (_BAD, None) if got is None or got is ... else (_GOOD, read(got))
        except Hint as hint:
            return _BAD, str(hint)

    def agree(mistake, case, result):
        kind, value = outcome(mistake, case)
        if kind != result[0] or kind == _BAD:
            return (kind, value) == result
        return same(result[1], value) if kind == _GOOD else value[:9] == result[1][:9]  # its type

    changed, failing = [], []
    came = [outcome(answer, case, changed) for case in cases]
    if all(result == (_BAD, None) for result in came):
        raise NotDone("your function returns None; replace the `...`, and end with `return`.")
    for case, (kind, got) in zip(cases, came, strict=True):
        truth = outcome(reference, case)[1]
        expected = None if kind == _GOOD and same(got, truth) else show(truth)
        if judge and kind == _GOOD:
            expected = judge(case, got, truth)
        said = {_ERROR: f"stops with {got}", _GOOD: f"gives {show(got)}, expected {expected}",
                _BAD: "returns None" if got is None else f"does not fit: {got}"}[kind]
        if expected:
            name = getattr(answer, "__name__", "")
            name = name if name.isidentifier() else "your function"
            failing.append((f"{name}({', '.join(map(show, case))})", said))
    if failing:
        for hint, mistake in mistakes:
            hint_if(all(agree(mistake, *pair) for pair in zip(cases, came)), hint)
        shown, said = min(failing, key=lambda failure: len(failure[0]))
        outside = [name for name, value in _read_globals(answer).items()
                   if not callable(value) and not isinstance(value, types.ModuleType)]
        if outside:
            said += f" (it reads `{outside[0]}` from the notebook; use the arguments alone)"
        space = " " if len(shown + said) < 90 else "\n  "
        raise Hint(f"{shown}{space}{said.rstrip('.?')}.")
    hint_if(changed, "right, but your function changes what it is given; work on a copy.")
