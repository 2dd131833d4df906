"""TypeScript, TSX and JavaScript as the small language sees them."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipworthy.prototype.code.syntax import Syntax, callee
from shipworthy.prototype.program.from_javascript import module_of
from shipworthy.prototype.program.nodes import (
    Call,
    Choice,
    Class,
    Compare,
    Compute,
    Default,
    Define,
    Do,
    Either,
    Expression,
    Function,
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
    Record,
    Return,
    Spread,
    Statement,
    Text,
    Throw,
    Try,
)
from shipworthy.prototype.source import Language, Role, SourceFile

EXAMPLES = Path(__file__).parent.parent / "examples"
A, B, C = Name("a", 1), Name("b", 1), Name("c", 1)


def lowered(text: str, language: Language = Language.TYPESCRIPT) -> Module:
    return module_of(Syntax(SourceFile("a.ts", Role.PRODUCT, len(text), text, language), language))


def value(text: str, language: Language = Language.TYPESCRIPT) -> Expression:
    (only,) = lowered(f"x(\n{text})", language).body
    assert isinstance(only, Do)
    assert isinstance(only.value, Call)
    return _on_line_one(only.value.arguments[0])


def _on_line_one(node: object) -> object:
    """The same with all lines one less, as the text stands on the second."""
    if not isinstance(node, tuple):
        return node
    made = [_on_line_one(part) for part in node]
    if not hasattr(node, "_fields"):
        return tuple(made)
    lines = {n: getattr(node, n) - 1 for n in ("at", "end") if n in node._fields}
    return type(node)(*made)._replace(**lines)


def statements(text: str) -> tuple[Statement, ...]:
    return lowered(text).body


def only(text: str) -> Statement:
    (found,) = statements(text)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(await a)!", A),
        ("a as unknown as B", A),
        ("a satisfies B", A),
        ("<B>a", A),
        ("this.b", Member(Name("this", 1), "b", False, 1)),
        ("a?.b", Member(A, "b", True, 1)),
        ("a['b']", Member(A, "b", False, 1)),
        ("a?.['b']", Member(A, "b", True, 1)),
        ("a[b]", Index(A, B, 1)),
        ("a?.(b)", Call(A, (B,), (), 1, 1)),
        ("new a<T>(...b)", Call(A, (Spread(B, 1),), (), 1, 1)),
        ("new a", Call(A, (), (), 1, 1)),
        ("import('a')", Call(Name("import", 1), (Literal("a", 1),), (), 1, 1)),
        ("a`x${b}`", Call(A, (Text((Literal("x", 1), B), 1, tagged=True),), (), 1, 1)),
        ("a`x`", Call(A, (Text((Literal("x", 1),), 1, tagged=True),), (), 1, 1)),
        ("`x`", Literal("x", 1)),
        ("``", Literal("", 1)),
        (r"'\x41\u00e9\u{42}\n\'\q'", Literal("AéB\n'q", 1)),
        ("undefined", Literal(None, 1)),
        ("true", Literal(True, 1)),
        ("1_000", Literal(1000, 1)),
        ("-0xff", Literal(-255, 1)),
        (".5", Literal(0.5, 1)),
        ("10n", Literal(10, 1)),
        ("/a+/g", Literal("/a+/g", 1)),
        ("'x' + a + `${b}y`", Text((Literal("x", 1), A, B, Literal("y", 1)), 1)),
        ("a + b", Compute("+", (A, B), 1)),
        (
            "a + b + 'x'",
            Text((Compute("+", (A, B), 1), Literal("x", 1)), 1),
        ),
        ("a || b && c", Either("or", A, Either("and", B, C, 1), 1)),
        ("a ?? b", Either("??", A, B, 1)),
        ("a ? b : c", Choice(A, B, C, 1)),
        ("!a", Not(A, 1)),
        ("a === b", Compare("==", A, B, 1)),
        ("a !== b", Compare("!=", A, B, 1)),
        ("a in b", Compare("in", A, B, 1)),
        ("a instanceof b", Compute("instanceof", (A, B), 1)),
        ("typeof a", Compute("typeof", (A,), 1)),
        ("void a", Compute("void", (A,), 1)),
        ("delete a.b", Compute("delete", (Member(A, "b", False, 1),), 1)),
        ("(a = b)", Compute("=", (A, B), 1)),
        ("(a, b)", Compute(",", (A, B), 1)),
        ("a++", Compute("++", (A,), 1)),
        ("[a, , ...b]", Items((A, Literal(None, 1), Spread(B, 1)), 1)),
        (
            "{ a, 'x-y': b, [a]: c, ...b, 1: a }",
            Record((("a", A), ("x-y", B), ("[]", C), ("...", B), ("1", A)), 1),
        ),
        ("import.meta", Member(Name("import", 1), "meta", False, 1)),
    ],
)
def test_expression_is_lowered(text: str, expected: Expression) -> None:
    assert value(text) == expected


def test_a_call_in_a_computed_key_is_kept() -> None:
    made = value("{ [a().b]: c }")
    call = Call(A, (), (), 1, 1)
    assert made == Record((("[]", C), ("[]", Member(call, "b", False, 1))), 1)


def test_an_element_is_a_call_of_its_tag() -> None:
    made = value(
        '<p.q x="1 &amp; 2" y={a} z {...b}> hi  you {c}{/* no */}<br/></p.q>', Language.TSX
    )
    assert made == Call(
        Name("<p.q>", 1),
        (Literal("hi you", 1), C, Call(Name("<br>", 1), (), (), 1, 1)),
        (("x", Literal("1 & 2", 1)), ("y", A), ("z", Literal(True, 1)), ("...", B)),
        1,
        1,
    )


def test_an_arrow_without_block_returns_its_expression() -> None:
    made = value("async a => b")
    assert isinstance(made, Lambda)
    assert [p.target for p in made.function.parameters] == [A]
    assert made.function.body == (Return(B, 1),)
    assert made.function.name == ""


def test_methods_and_getters_of_an_object_are_functions() -> None:
    made = value("{ async b(a) { return c }, get d() {} }")
    assert isinstance(made, Record)
    assert [key for key, _ in made.pairs] == ["b", "d"]
    method = made.pairs[0][1]
    assert isinstance(method, Lambda)
    assert method.function.body == (Return(C, 1),)


def test_parameters_keep_patterns_defaults_types_and_rest() -> None:
    made = only("function f(a: string, { b = 1, c: d, ...e }: P = {}, g?: number, ...h: any[]) {}")
    assert isinstance(made, Define)
    first, second, third, rest = made.function.parameters
    assert (first.target, first.annotation) == (A, "string")
    default = Default(B, Literal(1, 1), 1)
    pairs = (("b", default), ("c", Name("d", 1)), ("...", Name("e", 1)))
    assert second.target == Record(pairs, 1)
    assert (second.default, second.annotation) == (Record((), 1), "P")
    assert (third.target, third.annotation) == (Name("g", 1), "number")
    assert (rest.target, rest.variadic, rest.annotation) == (Name("h", 1), True, "any[]")


def test_a_directive_below_a_file_that_was_left_as_comments_is_one() -> None:
    left = "".join(
        f"// await prisma.employee.update({{ where: {{ id: {n} }} }});\n" for n in range(400)
    )
    made = lowered(f'{left}/* {left} */\n"use server";\nexport async function f() {{}}')
    assert made.directives == ("use server",)


def test_a_default_is_read_in_plain_javascript_too() -> None:
    (made,) = lowered("function f(a = b, ...c) {}", Language.JAVASCRIPT).body
    assert isinstance(made, Define)
    first, rest = made.function.parameters
    assert (first.target, first.default) == (A, B)
    assert (rest.target, rest.variadic) == (C, True)


def test_directives_of_functions_and_files_are_no_statements() -> None:
    made = lowered('"use client"; async function f() { "use server"; a() }')
    assert made.directives == ("use client",)
    (define,) = made.body
    assert isinstance(define, Define)
    assert define.function.directives == ("use server",)
    assert len(define.function.body) == 1


def test_a_function_knows_its_first_and_last_line() -> None:
    made = only("\nfunction f() {\n}\n")
    assert isinstance(made, Define)
    assert (made.function.at, made.function.end) == (2, 3)


def test_a_class_has_bases_fields_methods_and_decorators() -> None:
    made = only(
        "@a() class K extends B<T> implements I { static x: number = 1; y: T; #z = 2;"
        " @Get('q') async m(@Body() b: T) { return b } static { c() } }"
    )
    assert isinstance(made, Class)
    assert (made.name, made.bases) == ("K", (Name("B", 1),))
    assert made.decorators == (Call(A, (), (), 1, 1),)
    assert [(f.target, f.value) for f in made.fields] == [
        (Name("x", 1), Literal(1, 1)),
        (Name("#z", 1), Literal(2, 1)),
    ]
    method, static = made.methods
    assert (method.name, static.name) == ("m", "static")
    assert method.decorators == (Call(Name("Get", 1), (Literal("q", 1),), (), 1, 1),)
    assert method.parameters[0].decorators == (Call(Name("Body", 1), (), (), 1, 1),)


def test_a_field_keeps_the_calls_of_its_decorators() -> None:
    made = only("class K { @a() x: string }")
    assert isinstance(made, Class)
    call = Call(A, (), (), 1, 1)
    assert made.fields == (Let(Name("x", 1), Compute("@", (call, Literal(None, 1)), 1), 1),)


def test_a_parameter_that_is_a_property_is_assigned() -> None:
    made = only("class K { constructor(private readonly a: A, b: B) { super() } }")
    assert isinstance(made, Class)
    first, second = made.methods[0].body
    assert first == Let(Member(Name("this", 1), "a", False, 1), A, 1)
    assert isinstance(second, Do)


def test_each_declared_name_is_a_let() -> None:
    assert statements("const a = 1, [, b] = c; let d") == (
        Let(A, Literal(1, 1), 1),
        Let(Items((Literal(None, 1), B), 1), C, 1),
        Let(Name("d", 1), Literal(None, 1), 1),
    )


def given(target: Expression, value: Expression, at: int) -> Let:
    """An assignment to a name that was declared before."""
    return Let(target, value, at, declared=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = b", (given(A, B, 1),)),
        ("a += b", (given(A, Compute("+", (A, B), 1), 1),)),
        ("a += 'x'", (given(A, Text((A, Literal("x", 1)), 1), 1),)),
        ("a ||= b", (given(A, Either("or", A, B, 1), 1),)),
        ("a ??= b", (given(A, Either("??", A, B, 1), 1),)),
        ("a++", (given(A, Compute("+", (A, Literal(1, 1)), 1), 1),)),
        ("a = b = c", (given(B, C, 1), given(A, B, 1))),
        ("a = 1, b = c", (given(A, Literal(1, 1), 1), given(B, C, 1))),
        ("({ a: b } = c)", (given(Record((("a", B),), 1), C, 1),)),
        ("throw a", (Throw(A, 1),)),
        ("enum E { a = b(), c }", None),
    ],
)
def test_statement_is_lowered(text: str, expected: tuple[Statement, ...] | None) -> None:
    call = Call(B, (), (), 1, 1)
    enumeration = Record((("a", call), ("c", Literal(1, 1))), 1)
    assert statements(text) == (expected or (Let(Name("E", 1), enumeration, 1),))


def test_an_assignment_in_a_condition_is_a_value() -> None:
    made = only("while ((a = b())) c()")
    assert isinstance(made, Loop)
    assert made.over == Compute("=", (A, Call(B, (), (), 1, 1)), 1)
    assert len(made.body) == 1


def test_else_if_is_a_decision_in_the_other_branch() -> None:
    made = only("if (a) b(); else if (b) { c() } else { a(); b() }")
    assert isinstance(made, If)
    (second,) = made.other
    assert isinstance(second, If)
    assert (len(made.then), len(second.then), len(second.other)) == (1, 1, 2)


def test_a_switch_is_a_chain_of_decisions() -> None:
    made = only("switch (a) { case 1: case 2: b(); break; case 3: { return } default: c() }")
    assert isinstance(made, If)
    one, two = (Compare("==", A, Literal(n, 1), 1) for n in (1, 2))
    assert made.test == Either("or", one, two, 1)
    assert len(made.then) == 1  # the break only ends its case
    (third,) = made.other
    assert isinstance(third, If)
    assert third.then == (Return(None, 1),)
    assert third.other == (Do(Call(C, (), (), 1, 1), 1, hasty=True),)


def test_a_switch_of_true_asks_each_case() -> None:
    made = only("switch (true) { case a > b: c() }")
    assert isinstance(made, If)
    assert made.test == Compare(">", A, B, 1)


@pytest.mark.parametrize(
    ("text", "target", "over"),
    [
        ("for (const a of b) { continue }", A, B),
        ("for await (const [a] of b) { break }", Items((A,), 1), B),
        ("for (a in b) { break }", A, B),
        ("do { break } while (b)", None, B),
        ("for (;;) { break }", None, None),
        ("x: for (; b;) { break x }", None, B),
    ],
)
def test_loop_is_lowered(text: str, target: object, over: object) -> None:
    assert only(text) == Loop(target, over, (Leave(1),), 1)  # type: ignore[arg-type]


def test_the_start_of_a_for_comes_before_it_and_its_step_last() -> None:
    start, loop = statements("for (let a = 0; a < b; a++) c()")
    assert start == Let(A, Literal(0, 1), 1)
    assert isinstance(loop, Loop)
    assert loop.over == Compare("<", A, B, 1)
    assert [type(s) for s in loop.body] == [Do, Let]


def test_a_try_has_handlers_and_an_end() -> None:
    made = only("try { a() } catch ({ b }) { c() } finally { d() }")
    assert isinstance(made, Try)
    (handler,) = made.handlers
    assert handler.name == "{}"
    assert handler.body[0] == Let(Record((("b", B),), 1), Name("{}", 1), 1)
    assert (len(made.body), len(made.final)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a, * as b from 'm'", [("a", "default"), ("b", "*")]),
        ("import { a as b, type T, default as c } from 'm'", [("b", "a"), ("c", "default")]),
        ("import type { T } from 'm'", []),
        ("import a = require('m')", [("a", "*")]),
        ("const a = require('m')", [("a", "*")]),
        ("const a = require('m').b", [("a", "b")]),
        ("const { a, b: c } = require('m')", [("a", "a"), ("c", "b")]),
    ],
)
def test_imported_names_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    made = lowered(text)
    assert made.imports == tuple(Imported(local, "m", name, 1) for local, name in expected)
    assert made.body == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export const a = 1, { b } = c", [("a", A), ("b", B)]),
        ("export function a() {}", [("a", A)]),
        ("export default function a() {}", [("default", A)]),
        ("export default class a {}", [("default", A)]),
        ("export default class {}", [("default", Name("default", 1))]),
        ("export default a", [("default", A)]),
        ("export { a, b as c, type T }", [("a", A), ("c", B)]),
        ("export = a", [("default", A)]),
        ("module.exports = a", [("default", A)]),
        ("module.exports = { a, c: b }", [("a", A), ("c", B)]),
        ("module.exports.c = b", [("c", B)]),
        ("exports.c = b", [("c", B)]),
        ("export interface T {}", []),
        ("export type { T } from 'm'", []),
    ],
)
def test_exported_names_are_found(text: str, expected: list[tuple[str, Expression]]) -> None:
    assert lowered(text).exports == tuple(expected)


def test_what_is_exported_from_elsewhere_is_forwarded() -> None:
    made = lowered("export { a as b } from 'm'; export * from 'n'; export * as c from 'o'")
    assert made.forwarded == (("b", "m", "a"), ("*", "n", "*"), ("c", "o", "*"))
    assert made.exports == ()


def test_exported_declarations_stand_in_the_body() -> None:
    made = lowered("@a() export class K {} export const b = 1; export namespace N { c() }")
    assert [type(s) for s in made.body] == [Class, Let, Do]
    assert isinstance(made.body[0], Class)
    assert len(made.body[0].decorators) == 1


@pytest.mark.parametrize(
    "text",
    [
        "const = ; foo(bar(",
        "function (a, { b",
        "class { @a() }",
        "switch (a) { case: b() }",
        "for (const of x) a()",
        "<div><p></div>",
        "export { , a } from; import from 'x'; export default",
        "if () else; try { a() ; const {...} = b; `${}`; a?.; new; a = ;",
        "\0\ufeff#!x",
        "[" * 250 + "]" * 250,
        "a(" * 140 + ")" * 140,
        "a" + ".b(1)" * 140,
        "{" * 250 + "}" * 250,
        " + ".join(["'a'"] * 280),
        "if (a) b(); else " * 140 + "c()",
        "() => " * 280 + "a",
        "x = " + "!" * 280 + "a",
        "a = " * 280 + "b",
        "a ? b : " * 280 + "c",
        "a[" * 280 + "]" * 280,
        "{ a: " * 140 + "b" + " }" * 140,
        "function f() {" * 140 + "}" * 140,
        "class K { m() {" * 70 + "} }" * 70,
        "switch (a) { case 1: " * 90 + "}" * 90,
        "try {} finally {" * 90 + "}" * 90,
        "a **" * 280 + "b",
    ],
)
@pytest.mark.parametrize("language", [Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT])
def test_nothing_is_too_broken_or_too_deep(text: str, language: Language) -> None:
    assert isinstance(lowered(text, language), Module)


@pytest.mark.parametrize("name", sorted(p.name for p in EXAMPLES.iterdir() if p.is_dir()))
def test_no_function_and_no_call_of_the_examples_is_lost(name: str) -> None:
    languages = {".ts": Language.TYPESCRIPT, ".tsx": Language.TSX, ".js": Language.JAVASCRIPT}
    for path in (EXAMPLES / name).rglob("*.*"):
        if path.suffix not in languages:
            continue
        text, language = path.read_text(), languages[path.suffix]
        syntax = Syntax(SourceFile(path.name, Role.PRODUCT, len(text), text, language), language)
        module = module_of(syntax)
        nodes = list(_within(module))
        functions = {node.name for node in nodes if isinstance(node, Function)}
        calls = {(node.at, _last(node.function)) for node in nodes if isinstance(node, Call)}
        named = [n.field("name") for n in syntax.nodes("function_declaration", "method_definition")]
        assert {n.text() for n in named if n} <= functions, path
        for call in syntax.calls:
            last = callee(call).rpartition(".")[2]
            if last.isidentifier():
                assert (call.range().start.line + 1, last) in calls, path
        assert pickle.loads(pickle.dumps(module)) == module  # noqa: S301


def _within(node: object) -> Iterator[object]:
    pending = [node]
    while pending:
        at = pending.pop()
        yield at
        pending += [part for part in at if isinstance(part, tuple)] if isinstance(at, tuple) else []


def _last(function: Expression) -> str:
    if isinstance(function, Member):
        return function.key
    return function.id if isinstance(function, Name) else ""


@pytest.mark.parametrize(
    ("asserted", "plain"),
    [
        ("a !== b!.c", "a !== b.c"),
        ("a.x === b!.c.d", "a.x === b.c.d"),
        ("a && b!.c(1)", "a && b.c(1)"),
        ("a || b![0].c", "a || b[0].c"),
        ("a ?? b!.c!.d", "a ?? b.c.d"),
        ("!a!.b", "!a.b"),
        ("typeof a!.b", "typeof a.b"),
        ("a < b!.c && a > c!.b", "a < b.c && a > c.b"),
        ("a!.b !== c!.d", "a.b !== c.d"),
        ("a !== f(b)!.c", "a !== f(b).c"),
        ("!a || a.b !== c!.d", "!a || a.b !== c.d"),
        ("a + b!.c", "a + b.c"),
        ("a !== b!", "a !== b"),
        ("(a || b)!.c", "(a || b).c"),
        ("a && (b || c)!.d", "a && (b || c).d"),
        ("await a!.b()", "await a.b()"),
        ("a ? b : c!.d", "a ? b : c.d"),
    ],
)
def test_a_not_null_sign_belongs_to_the_operand_before_it(asserted: str, plain: str) -> None:
    assert value(asserted) == value(plain)
