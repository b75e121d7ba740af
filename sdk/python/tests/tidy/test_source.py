"""The rules of the house that neither ruff nor mypy knows."""

from __future__ import annotations

import ast
import re

import pytest

from tests.tidy.source import Source, sources

MOST_LINES_OF_A_FUNCTION = 70

NAMES = {"Ctrl-C", "Hyperopt", "Kubernetes", "NumPy", "Parzen", "Python", "Redis", "Spark", "Tunewright"}
"""Words that are written with a capital wherever they stand."""

LITERAL = "`x`"


def _functions(source: Source) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_functions_stay_short_enough_to_be_read() -> None:
    long = [
        f"{source.path}:{function.lineno}: {function.name}"
        for source in sources("tunewright", "tests")
        for function in _functions(source)
        if function.end_lineno is not None
        and function.end_lineno - function.lineno + 1 >= MOST_LINES_OF_A_FUNCTION
    ]
    assert not long


def _written(node: ast.expr) -> str | None:
    """The text of a literal, with a literal of ours in place of what is filled in; None if it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else LITERAL for part in node.values)
        return "".join(map(str, parts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _written(node.left), _written(node.right)
        return None if left is None and right is None else (left or LITERAL) + (right or LITERAL)
    return None


def messages(source: Source) -> list[tuple[int, str]]:
    """What the exceptions that a file raises say, with the number of the line."""
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            call = node.exc
            hints = [keyword.value for keyword in call.keywords if keyword.arg in {"hint", "message"}]
            texts = [_written(argument) for argument in [*call.args, *hints]]
            found.extend((node.lineno, text) for text in texts if text is not None)
    return found


def is_in_style(message: str) -> bool:
    """Whether it begins lowercase (or with a name, a literal or an abbreviation) and has no full stop."""
    first = re.match(r"[\w-]*", message)
    word = first[0] if first else ""
    begins_lowercase = not word[:1].isupper() or word in NAMES or (len(word) > 1 and word.isupper())
    return begins_lowercase and not message.endswith((".", "!"))


def test_messages_are_lowercase_and_have_no_full_stop() -> None:
    found = [(source, line, text) for source in sources("tunewright") for line, text in messages(source)]
    assert found, "the exceptions are raised in another way now"
    wrong = [f"{source.path}:{line}: {text}" for source, line, text in found if not is_in_style(text)]
    assert not wrong


@pytest.mark.parametrize(
    "good", ["must be < high", "`C` must be finite", "Redis is away", "TPE has no `x`", ""]
)
def test_the_style_is_kept(good: str) -> None:
    assert is_in_style(good)


@pytest.mark.parametrize("bad", ["Must be < high", "must be < high.", "A study has a name", "failed!"])
def test_the_style_is_missed(bad: str) -> None:
    assert not is_in_style(bad)


def test_messages_are_found_wherever_they_stand() -> None:
    text = 'raise E("a")\nraise E(f"b {x} c", hint="d")\nraise E("e " + x)\nraise E(x, 3)\nraise e\n'
    source = Source("x.py", text, ast.parse(text))
    assert messages(source) == [(1, "a"), (2, "b `x` c"), (2, "d"), (3, "e `x`")]


def test_no_test_is_skipped_without_a_reason() -> None:
    bare = re.compile(r"pytest\.(mark\.)?(skip|xfail)(\(\)|\s*$)", re.MULTILINE)
    found = [source.path for source in sources("tests") if bare.search(source.text)]
    assert not found
