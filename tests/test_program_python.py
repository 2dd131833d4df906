"""Python is put into the small language without loss."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.program import nodes
from shipworthy.prototype.program.from_python import module_of
from shipworthy.prototype.program.nodes import (
    Call,
    Choice,
    Class,
    Compare,
    Compute,
    Define,
    Do,
    Either,
    Expression,
    Function,
    Handler,
    If,
    Imported,
    Index,
    Items,
    Lambda,
    Leave,
    Let,
    Literal,
    Loop,
    Member,
    Module,
    Name,
    Not,
    Parameter,
    Record,
    Return,
    Spread,
    Statement,
    Text,
    Throw,
    Try,
    With,
)
from shipworthy.prototype.source import Language, Role, SourceFile

EXAMPLES = Path(__file__).parent.parent / "examples"


def parsed(text: str) -> Syntax:
    return Syntax(
        SourceFile("a.py", Role.PRODUCT, len(text), text, Language.PYTHON), Language.PYTHON
    )


def body(text: str) -> tuple[Statement, ...]:
    return module_of(parsed(text)).body


def value(text: str) -> Expression:
    (statement,) = body(text)
    assert isinstance(statement, Do)
    return statement.value


def function(text: str) -> Function:
    (statement,) = body(text)
    assert isinstance(statement, Define)
    return statement.function


def name(text: str, at: int = 1) -> Name:
    return Name(text, at)


def literal(of: str | int | float | bool | None, at: int = 1) -> Literal:
    return Literal(of, at)


def call(of: Expression, *given: Expression, **keywords: Expression) -> Call:
    return Call(of, given, tuple(keywords.items()), 1, 1)


A, B, C, X, Y = map(name, "abcxy")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("(a)", A),
        ("await a", A),
        ("None", literal(None)),
        ("True", literal(True)),
        ("1_000", literal(1000)),
        ("-1.5", literal(-1.5)),
        ("0777", literal("0777")),
        ("3j", literal("3j")),
        ("...", Compute("...", (), 1)),
        ("a.b.c", Member(Member(A, "b", False, 1), "c", False, 1)),
        ('a["b"]', Member(A, "b", False, 1)),
        ("a[b]", Index(A, B, 1)),
        ("a[0]", Index(A, literal(0), 1)),
        ("a[1:]", Index(A, Compute("slice", (literal(1),), 1), 1)),
        ("a[b, c]", Index(A, Items((B, C), 1), 1)),
        ("a(b, c=x)", call(A, B, c=X)),
        ("a(*b, **c)", Call(A, (Spread(B, 1),), (("...", C),), 1, 1)),
        ("[a, *b]", Items((A, Spread(B, 1)), 1)),
        ("(a, b)", Items((A, B), 1)),
        ("{a, b}", Items((A, B), 1)),
        ('{"a": b, **c}', Record((("a", B), ("...", C)), 1)),
        ("{1: a, b: c}", Record((("1", A), ("[]", C)), 1)),
        ("{a(): b}", Record((("[]", call(A)), ("[]", B)), 1)),
        ("x if c else y", Choice(C, X, Y, 1)),
        ("a or b", Either("or", A, B, 1)),
        ("a and b", Either("and", A, B, 1)),
        ("not a", Not(A, 1)),
        ("a is None", Compare("==", A, literal(None), 1)),
        ("a is not b", Compare("!=", A, B, 1)),
        ("x not in y", Compare("not in", X, Y, 1)),
        (
            "a < b <= c",
            Either("and", Compare("<", A, B, 1), Compare("<=", B, C, 1), 1),
        ),
        ("a * b", Compute("*", (A, B), 1)),
        ("a + b", Compute("+", (A, B), 1)),
        ("~a", Compute("~", (A,), 1)),
        ("(x := a)", Compute("=", (X, A), 1)),
        (
            "lambda x: a",
            Lambda(
                Function("", (Parameter(X, None, "", False),), (Return(A, 1),), (), (), 1, 1), 1
            ),
        ),
    ],
)
def test_expression_is_lowered(text: str, expected: Expression) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a"', literal("a")),
        ('""', literal("")),
        (r'"a\n\x41\d\"\u00e9"', literal('a\nA\\d"é')),
        (r'r"\n"', literal("\\n")),
        (r'"\ud800"', literal("\\ud800")),
        ('"a" "b"', literal("ab")),
        ('"a" f"{b}"', Text((literal("a"), B), 1)),
        ('f"a{b}{{c}}"', Text((literal("a"), B, literal("{c}")), 1)),
        ('f"{a!r:>10}"', Text((A,), 1)),
        ('f"{a:{b}}"', Text((Compute("format", (A, B), 1),), 1)),
        ('f"a"', literal("a")),
        ('"a" + b', Text((literal("a"), B), 1)),
        ('a + b + "c"', Text((A, B, literal("c")), 1)),
        ('"a" + "b" + c', Text((literal("ab"), C), 1)),
        ('"%s-%d" % (a, b)', Text((A, literal("-"), B), 1)),
        ('"100%% %s" % a', Text((literal("100% "), A), 1)),
        ('"%(x)s!" % {"x": a}', Text((A, literal("!")), 1)),
        ('"%(x)s!" % a', Text((literal("%(x)s!"), A), 1)),
        ('"%s %s" % a', Text((literal("%s %s"), A), 1)),
        ("a % b", Compute("%", (A, B), 1)),
        ('"{}".format(x)', call(Member(literal("{}"), "format", False, 1), X)),
    ],
)
def test_string_is_what_it_is_made_of(text: str, expected: Expression) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text", ["[x for a in y if b]", "(x for a in y if b)", "{x for a in y if b}"]
)
def test_comprehension_is_its_element_its_iterable_and_its_conditions(text: str) -> None:
    assert value(text) == Compute("comprehension", (X, Y, B, Compute("for", (A,), 1)), 1)


def test_generator_as_only_argument_is_an_argument() -> None:
    found = value("a(x for x in y)")
    assert isinstance(found, Call)
    assert found.arguments == (Compute("comprehension", (X, Y, Compute("for", (X,), 1)), 1),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = b", (Let(A, B, 1),)),
        ("a: int = b", (Let(A, B, 1, annotation="int"),)),
        ("a: int", (Let(A, Compute("annotation", (literal("int"),), 1), 1, annotation="int"),)),
        ("a = b = c()", (Let(B, call(C), 1), Let(A, B, 1))),
        ("a, b = c", (Let(Items((A, B), 1), C, 1),)),
        ("a, *b = c", (Let(Items((A, Spread(B, 1)), 1), C, 1),)),
        ("a.x = b", (Let(Member(A, "x", False, 1), B, 1),)),
        ("a -= b", (Let(A, Compute("-", (A, B), 1), 1),)),
        ('a += "b"', (Let(A, Text((A, literal("b")), 1), 1),)),
        ("del a, b", (Do(Compute("delete", (A, B), 1), 1),)),
        ("raise a", (Throw(A, 1),)),
        ("raise", (Throw(None, 1),)),
        ("raise a from b()", (Do(call(B), 1), Throw(A, 1))),
        (
            "assert a, b",
            (If(Not(A, 1), (Throw(call(name("AssertionError"), B), 1),), (), 1),),
        ),
        ("pass", ()),
        ("global a", ()),
        ("import a", ()),
        ("type A = int", ()),
        ('print "a"', (Do(call(name("print"), literal("a")), 1),)),
        ("# comment", ()),
    ],
)
def test_statement_is_lowered(text: str, expected: tuple[Statement, ...]) -> None:
    assert body(text) == expected


def test_elif_is_a_decision_in_the_other_part() -> None:
    (found,) = body("if a:\n    x\nelif b: # why\n    y\nelse:\n    c")
    inner = If(name("b", 3), (Do(name("y", 4), 4),), (Do(name("c", 6), 6),), 3)
    assert found == If(A, (Do(name("x", 2), 2),), (inner,), 1)


def test_main_guard_stays_a_decision() -> None:
    (found,) = body('if __name__ == "__main__":\n    a()')
    assert isinstance(found, If)
    assert found.test == Compare("==", name("__name__"), literal("__main__"), 1)


def test_loops_keep_target_and_iterable_and_their_else_follows() -> None:
    loop, after = body("async for a in b:\n    break\nelse:\n    c")
    assert loop == Loop(A, B, (Leave(2),), 1)
    assert after == Do(name("c", 4), 4)
    assert body("while a: continue") == (Loop(None, A, (Leave(1),), 1),)


def test_try_keeps_each_handler_and_its_else_ends_the_body() -> None:
    text = "try: a\nexcept (B, C) as x: b\nexcept D: c\nexcept: raise\nelse: x\nfinally: y"
    assert body(text) == (
        Try(
            (Do(A, 1), Do(name("x", 5), 5)),
            (
                Handler("x", "(B, C)", (Do(name("b", 2), 2),), 2),
                Handler("", "D", (Do(name("c", 3), 3),), 3),
                Handler("", "", (Throw(None, 4),), 4),
            ),
            (Do(name("y", 6), 6),),
            1,
        ),
    )


@pytest.mark.parametrize("text", ["with a as b, c: x", "async with (a as b, c): x"])
def test_with_keeps_managers_and_their_names(text: str) -> None:
    expected = ((A, B), (C, None))
    (found,) = body(text)
    assert isinstance(found, With)
    if text.startswith("with"):
        assert found.items == expected
    assert found.body == (Do(X, 1),)


def test_match_is_a_chain_of_decisions() -> None:
    text = 'match a:\n  case 1 | "b": x\n  case [b, *c] if y: x\n  case None: x\n  case _: y'
    (first,) = body(text)
    assert isinstance(first, If)
    assert first.test == Compare("in", A, Items((literal(1, 2), literal("b", 2)), 2), 2)
    (second,) = first.other
    assert isinstance(second, If)
    pattern = Items((name("b", 3), Spread(name("c", 3), 3)), 3)
    assert second.test == Either("and", Compare("==", A, pattern, 3), name("y", 3), 3)
    (third,) = second.other
    assert third == If(
        Compare("==", A, literal(None, 4), 4), (Do(name("x", 4), 4),), (Do(name("y", 5), 5),), 4
    )


def test_match_gives_names() -> None:
    text = "match a:\n  case B(x=1) as b: pass\n  case c: pass"
    (first,) = body(text)
    assert isinstance(first, If)
    made = Call(name("B", 2), (), (("x", literal(1, 2)),), 2, 2)
    assert first.test == Compare("==", A, made, 2)
    assert first.then == (Let(name("b", 2), A, 2),)
    assert first.other == (Let(name("c", 3), A, 3),)


def test_parameters_keep_default_annotation_and_variadic() -> None:
    found = function("def f(a, b: int, /, c=1, *x: str, y: int = 2, **z): pass").parameters
    assert found == (
        Parameter(A, None, "", False),
        Parameter(B, None, "int", False),
        Parameter(C, literal(1), "", False),
        Parameter(X, None, "str", True),
        Parameter(Y, literal(2), "int", False),
        Parameter(name("z"), None, "", True, keywords=True),
    )


def test_dependency_in_an_annotation_is_the_default() -> None:
    (found,) = function("def f(a: Annotated[User, Depends(b)]): pass").parameters
    assert found == Parameter(A, call(name("Depends"), B), "Annotated[User, Depends(b)]", False)


def test_own_default_stays_before_the_call_of_an_annotation() -> None:
    (found,) = function("def f(a: Annotated[str, Query(b)] = None): pass").parameters
    assert found.default == literal(None)


def test_decorators_are_expressions() -> None:
    found = function('@app.get("/x")\n@b\nasync def f(): pass')
    path = literal("/x")
    assert found.decorators == (
        call(Member(name("app"), "get", False, 1), path),
        name("b", 2),
    )
    assert (found.name, found.at) == ("f", 3)


def test_nested_function_is_defined_inside() -> None:
    (inner,) = function("def f():\n    def g(): return a\n").body
    assert isinstance(inner, Define)
    assert inner.function.name == "g"
    assert inner.function.body == (Return(name("a", 2), 2),)


def test_yield_is_kept() -> None:
    assert function("def f(): yield a").body == (Do(Compute("yield", (A,), 1), 1),)


def test_class_keeps_bases_fields_methods_and_the_rest() -> None:
    text = (
        "@d\nclass A(B, table=True):\n    'doc'\n    x: str\n    y = 1\n"
        "    @property\n    def m(self): pass\n    class Config:\n        z = 1\n"
    )
    (found,) = body(text)
    assert isinstance(found, Class)
    assert (found.name, found.at, found.end) == ("A", 2, 9)
    assert found.decorators == (name("d"),)
    keyword = Compute("keyword", (literal("table", 2), literal(True, 2)), 2)
    assert found.bases == (name("B", 2), keyword)
    assert found.fields == (
        Let(name("x", 4), Compute("annotation", (literal("str", 4),), 4), 4, annotation="str"),
        Let(name("y", 5), literal(1, 5), 5),
    )
    assert [method.name for method in found.methods] == ["m"]
    assert found.methods[0].decorators == (name("property", 6),)
    assert [type(other) for other in found.others] == [Do, Class]


def test_call_in_the_annotation_of_a_field_is_kept() -> None:
    (found,) = body("a: Annotated[str, x(y())]")
    parts = (literal("Annotated[str, x(y())]"), call(X, call(Y)))
    assert found == Let(A, Compute("annotation", parts, 1), 1, annotation="Annotated[str, x(y())]")


def test_imports_are_names_with_their_modules() -> None:
    text = (
        "import a.b\nimport a.b as c\nfrom ..x import y as z, w\nfrom . import q\n"
        "from m import *\ndef f():\n    import n\n"
    )
    assert module_of(parsed(text)).imports == (
        Imported("a", "a", "*", 1),
        Imported("c", "a.b", "*", 2),
        Imported("z", "..x", "y", 3),
        Imported("w", "..x", "w", 3),
        Imported("q", ".", "q", 4),
        Imported("*", "m", "*", 5),
        Imported("n", "n", "*", 7),
    )


def test_call_knows_its_last_line() -> None:
    found = value("a(\n    b,  # why\n)")
    assert found == Call(A, (name("b", 2),), (), 1, 3)


@pytest.mark.parametrize(
    "text",
    [
        "a(b(c(",
        "def f(a: = ): b()",
        "if a b():\n  c()",
        "try:\n  b()\nfoo(",
        "class :\n  b()",
        "x = = b()",
        "{a: , b()}",
        "match a:\n  case",
        "with : b()",
        "for in b(): a",
        "lambda",
        'f"{a',
        "\x00\ufeff]](",
        "import\nfrom import b",
        "@\ndef",
        "a[]",
        "del",
        "assert",
        "",
    ],
)
def test_broken_code_is_lowered_without_an_error(text: str) -> None:
    syntax = parsed(text)
    assert _lost(syntax, module_of(syntax)) == Counter()


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 280 + "]" * 280,
        "(" * 280 + "a" + ")" * 280,
        " + ".join("a" * 280),
        " < ".join("a" * 3000),
        "if a: pass\n" + "elif b: pass\n" * 3000,
        "match a:\n" + "  case 1: pass\n" * 3000,
        "match a:\n  case " + " | ".join("1" * 3000) + ": pass\n",
        "a" + ".b()" * 140,
        "".join(" " * depth + "if a:\n" for depth in range(140)) + " " * 140 + "pass\n",
    ],
    ids=lambda text: text[:12],
)
def test_deep_and_long_code_is_lowered_and_sent(text: str) -> None:
    found = module_of(parsed(text))
    assert found.body
    pickle.dumps(found)


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.py")), ids=lambda path: path.name)
def test_nothing_of_an_example_is_lost(path: Path) -> None:
    syntax = parsed(path.read_text())
    module = module_of(syntax)
    assert _lost(syntax, module) == Counter()
    named = {of.name for of in _all(module) if isinstance(of, Function)}
    for node in syntax.nodes("function_definition"):
        own = node.field("name")
        assert own is not None
        assert own.text() in named


def _lost(syntax: Syntax, module: Module) -> Counter[tuple[str, int]]:
    """The calls of the tree, by what is called and the line, that the module does not have."""
    expected: Counter[tuple[str, int]] = Counter()
    for node in syntax.calls:
        if any(above.kind() == "type" for above in node.ancestors()):
            continue
        called = node.field("function")
        last = called.field("attribute") or called if called else None
        simple = last is not None and last.kind() == "identifier"
        expected[last.text() if simple and last else "", node.range().start.line + 1] += 1
    found = Counter(
        (_last(of.function), of.at) for of in _all(module) if isinstance(of, nodes.Call)
    )
    return expected - found


def _last(called: Expression) -> str:
    if isinstance(called, Name):
        return called.id
    return called.key if isinstance(called, Member) else ""


def _all(top: object) -> Iterator[object]:
    pending = [top]
    while pending:
        one = pending.pop()
        yield one
        if isinstance(one, tuple):
            pending.extend(one)
