"""Small faults put into source, one at a time: what each looks like, and where it is.

A mutant changes a piece of text between two positions of a file, so what is reported is what anybody would read there.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
_CALCULATED: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.MatMult: ("@", "+"),
    ast.Pow: ("**", "*"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
}
_CALLED = {"any": "all", "all": "any", "min": "max", "max": "min"}
_ASKED = {"startswith": "endswith", "endswith": "startswith", "lower": "upper", "match": "search"}
_TYPES = {"Literal", "Union", "Callable", "Mapping", "Sequence", "frozenset", "tuple", "dict", "list"}
_SENTENCE = re.compile(r"(?<=[.!?:])\s+")
_CHOICE = re.compile(r"\(([^()|]+(?:\|[^()|]+)+)\)")
"""A choice of words in a regular expression."""
_SHOWN = 160
_BESIDE = 60


@dataclass(frozen=True)
class Mutant:
    """One fault: the file, the function around it, the lines before and after, and the whole source with it."""

    path: str
    function: str
    before: str
    after: str
    source: str
    number: int = 1
    """Which one of those that read alike."""

    @property
    def name(self) -> str:
        """What tells it apart, and stays the same while lines move."""
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.path} {self.function}: {self.before} => {self.after}{again}"


def mutants_of(root: Path, path: str, left_out: frozenset[str] = frozenset()) -> list[Mutant]:
    """All mutants of a file, but for the names in `left_out`, in the order of their places."""
    source = (root / path).read_text(encoding="utf-8")
    found = list(_Places(path, source, left_out).mutants())
    seen: Counter[str] = Counter()
    numbered = []
    for mutant in found:
        seen[mutant.name] += 1
        numbered.append(replace(mutant, number=seen[mutant.name]))
    return numbered


@dataclass(frozen=True)
class _Change:
    start: int
    end: int
    text: str


class _Places:
    """Walks a file's tree and makes its mutants."""

    def __init__(self, path: str, source: str, left_out: frozenset[str]) -> None:
        self._path = path
        self._source = source
        self._left_out = left_out
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def mutants(self) -> Iterator[Mutant]:
        for function, change in self._walk(ast.parse(self._source), "module"):
            mutated = self._source[: change.start] + change.text + self._source[change.end :]
            try:
                compile(mutated, self._path, "exec")
            except SyntaxError:
                continue
            yield Mutant(self._path, function, *self._shown(change), mutated)

    def _walk(self, node: ast.AST, function: str) -> Iterator[tuple[str, _Change]]:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            function = node.name if function == "module" else f"{function}.{node.name}"
            inside: list[ast.AST] = [*node.args.defaults, *node.args.kw_defaults] if hasattr(node, "args") else []
            inside += node.body
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id in self._left_out for target in targets):
                return
            inside = [*targets, node.value] if node.value else []
        elif _is_type(node) or isinstance(node, (ast.JoinedStr, ast.Import, ast.ImportFrom)):
            return
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        else:
            inside = list(ast.iter_child_nodes(node))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cast":
                inside = list(node.args[1:])  # what stands first is a type
        for change in self._changes(node):
            yield function, change
        if _words(node) is None:
            for child in inside:
                if child is not None:
                    yield from self._walk(child, function)

    def _changes(self, node: ast.AST) -> Iterator[_Change]:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for operator, left, right in zip(node.ops, sides, sides[1:]):
                yield self._between(left, right, f" {_COMPARED[type(operator)]} ")
        elif isinstance(node, ast.BoolOp):
            word = " or " if isinstance(node.op, ast.And) else " and "
            for left, right in zip(node.values, node.values[1:]):
                yield self._operator(left, right, "and" if isinstance(node.op, ast.And) else "or", word.strip())
        elif isinstance(node, ast.BinOp) and type(node.op) in _CALCULATED:
            yield self._operator(node.left, node.right, *_CALCULATED[type(node.op)])
        elif isinstance(node, ast.AugAssign) and type(node.op) in _CALCULATED:
            old, new = _CALCULATED[type(node.op)]
            yield self._operator(node.target, node.value, f"{old}=", f"{new}=")
        elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
            yield self._at(node, self._text(node.operand))
        elif isinstance(node, ast.Call):
            yield from self._called(node)
        elif isinstance(node, ast.Constant):
            yield from (self._at(node, text) for text in _other_constants(node.value))
        elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            yield self._at(node.value, "None")
        elif isinstance(node, ast.Continue):
            yield self._at(node, "break")
        elif isinstance(node, ast.Break):
            yield self._at(node, "continue")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield self._at(node, "pass")
        for test in _plain_tests(node):
            yield self._at(test, f"(not {self._text(test)})")

    def _called(self, node: ast.Call) -> Iterator[_Change]:
        words = _words(node)
        if words is not None:
            for at in range(len(words)):
                yield self._at(node, repr(" ".join(words[:at] + words[at + 1 :])) + ".split()")
        elif isinstance(node.func, ast.Name) and node.func.id in _CALLED:
            yield self._at(node.func, _CALLED[node.func.id])
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _ASKED:
            yield self._at(node.func, f"{self._text(node.func.value)}.{_ASKED[node.func.attr]}")

    def _offset(self, line: int, column: int) -> int:
        start = self._lines[line - 1]
        text = self._source[start : self._lines[line]]
        return start + len(text.encode()[:column].decode())  # the tree counts in bytes

    def _span(self, node: ast.AST) -> tuple[int, int]:
        assert isinstance(node, (ast.expr, ast.stmt)) and node.end_lineno and node.end_col_offset is not None
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _text(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._source[start:end]

    def _at(self, node: ast.AST, text: str) -> _Change:
        return _Change(*self._span(node), text)

    def _between(self, left: ast.AST, right: ast.AST, text: str) -> _Change:
        """Between two sides there may be brackets: only what is no bracket changes."""
        start, end = self._span(left)[1], self._span(right)[0]
        while self._source[start] == ")":
            start += 1
        while self._source[end - 1] == "(":
            end -= 1
        return _Change(start, end, text)

    def _operator(self, left: ast.AST, right: ast.AST, old: str, new: str) -> _Change:
        start, end = self._span(left)[1], self._span(right)[0]
        at = self._source.index(old, start, end)
        return _Change(at, at + len(old), new)

    def _shown(self, change: _Change) -> tuple[str, str]:
        """The lines around a change, before and after it; of long ones what is next to it."""
        start = self._source.rfind("\n", 0, change.start) + 1
        end = self._source.find("\n", change.end)
        head, tail = self._source[start : change.start].lstrip(), self._source[change.end : end]
        old, new = self._source[change.start : change.end], change.text
        if len(head) + len(old) + len(tail) > _SHOWN:
            alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new)))
            head, old, new = head + old[:alike], old[alike:], new[alike:]
            head = head if len(head) <= _BESIDE else "…" + head[-_BESIDE:]
            tail = tail if len(tail) <= _BESIDE else tail[:_BESIDE] + "…"
            old, new = (text if len(text) <= _SHOWN else text[:_SHOWN] + "…" for text in (old, new))
        return " ".join((head + old + tail).split()), " ".join((head + new + tail).split())


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_type(node: ast.AST) -> bool:
    """Whether this is a type written where a value stands."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in _TYPES


def _words(node: ast.AST) -> list[str] | None:
    """The words of a list that is written as one string and split."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
        value = node.func.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value.split()
    return None


def _plain_tests(node: ast.AST) -> Iterator[ast.expr]:
    """What is asked without a comparison, which has mutants of its own."""
    tests: list[ast.expr] = []
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        tests = [node.test]
    elif isinstance(node, ast.comprehension):
        tests = node.ifs
    elif isinstance(node, ast.BoolOp):
        tests = node.values
    for test in tests:
        if not isinstance(test, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)):
            yield test


def _other_constants(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield repr(not value)
    elif isinstance(value, (int, float)):
        yield repr(value + 1)
    elif isinstance(value, str):
        yield repr(f"XX{value}XX")
        sentences = _SENTENCE.split(value)
        if len(sentences) > 1:
            for at in range(len(sentences)):
                yield repr(" ".join(sentences[:at] + sentences[at + 1 :]))
        for choice in _CHOICE.finditer(value):
            options = choice.group(1).split("|")
            for at in range(len(options)):
                fewer = "|".join(options[:at] + options[at + 1 :])
                yield repr(f"{value[: choice.start(1)]}{fewer}{value[choice.end(1) :]}")
