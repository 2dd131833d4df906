"""The small language that TypeScript, JavaScript and Python are both put into, to be followed.

Types, comments and layout are gone; `await`, `as`, `!` and parentheses too. `at` is a 1-based line.
Tuples, because they are made by the hundred thousand and sent between processes.
"""

from __future__ import annotations

import copyreg
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

Expression: TypeAlias = tuple[Any, ...]
"""Name, Literal, Member, Index, Call, Text, Record, Items, Spread, Default, Either, Choice, Not, Compare,
Compute or Lambda. Not spelled out: a type checker takes minutes over tuples that hold each other."""

Statement: TypeAlias = tuple[Any, ...]
"""Do, Let, If, Loop, Try, With, Return, Throw, Leave, Define or Class."""


class Name(NamedTuple):
    """A variable; `this` and `self` as well."""

    id: str
    at: int


class Literal(NamedTuple):
    """A string, number, truth value or nothing; a regular expression is its text between slashes."""

    value: str | int | float | bool | None
    at: int


class Member(NamedTuple):
    """`a.b`, `a?.b` (optional) and `a["b"]`."""

    object: Expression
    key: str
    optional: bool
    at: int


class Index(NamedTuple):
    """`a[i]` where the key is not a string literal."""

    object: Expression
    key: Expression
    at: int


class Call(NamedTuple):
    """`f(a, k=b)`; `new F(a)`; a JSX element is a call of `<tag>` with its attributes as keywords and its
    children as arguments; a tagged template is a call of its tag with one Text."""

    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[tuple[str, Expression], ...]
    at: int
    end: int


class Text(NamedTuple):
    """A template, an f-string, or strings joined with + or %: what it is made of, in order. A tagged one
    is handed to its tag in pieces."""

    parts: tuple[Expression, ...]
    at: int
    tagged: bool = False


class Record(NamedTuple):
    """An object or dictionary, also as the pattern of a destructuring; the key of a spread is "...",
    that of a computed key "[]"."""

    pairs: tuple[tuple[str, Expression], ...]
    at: int


class Items(NamedTuple):
    """An array, list, tuple or set, also as a pattern."""

    elements: tuple[Expression, ...]
    at: int


class Spread(NamedTuple):
    """`...a` or `*a` among arguments or elements, and the rest of a pattern."""

    value: Expression
    at: int


class Default(NamedTuple):
    """In a pattern: the target and what it is where nothing is given."""

    target: Expression
    value: Expression
    at: int


class Either(NamedTuple):
    """`a || b` and `a or b` ("or"), `a && b` ("and"), `a ?? b` ("??")."""

    operator: str
    left: Expression
    right: Expression
    at: int


class Choice(NamedTuple):
    """`test ? then : other` and `then if test else other`."""

    test: Expression
    then: Expression
    other: Expression
    at: int


class Not(NamedTuple):
    """`!a`, `not a`; hasty where `a` is called and not waited for, waits for `!(await a)`."""

    operand: Expression
    at: int
    hasty: bool = False
    waits: bool = False


class Compare(NamedTuple):
    """A comparison. Operators: == != < <= > >= in "not in"; `===` and `is` are ==, `!==` and `is not` !=."""

    operator: str
    left: Expression
    right: Expression
    at: int


class Compute(NamedTuple):
    """Any other operator or form (arithmetic, typeof, comprehension, yield …) with its parts."""

    operator: str
    parts: tuple[Expression, ...]
    at: int


class Lambda(NamedTuple):
    """A function as a value."""

    function: Function
    at: int


class Do(NamedTuple):
    """An expression for its effect; hasty where it is a call that is not waited for."""

    value: Expression
    at: int
    hasty: bool = False


class Let(NamedTuple):
    """A declaration or an assignment; `x += y` assigns Compute("+", (x, y)).

    `declared` is False where the name may stand for a variable further out: an assignment without
    const, let or var; in Python below `global` or `nonlocal`. `annotation` is that of Python, as written.
    `hasty` is a declaration by a call that is not waited for.
    """

    target: Expression
    value: Expression
    at: int
    declared: bool = True
    annotation: str = ""
    hasty: bool = False


class If(NamedTuple):
    """A decision; the cases of a switch or match are decisions one after the other."""

    test: Expression
    then: tuple[Statement, ...]
    other: tuple[Statement, ...]
    at: int


class Loop(NamedTuple):
    """Any loop: over the elements of something, or while a test holds."""

    target: Expression | None
    over: Expression | None
    body: tuple[Statement, ...]
    at: int


class Handler(NamedTuple):
    """One `catch` or `except`: the name of the error, the types as written, and what is done."""

    name: str
    types: str
    body: tuple[Statement, ...]
    at: int


class Try(NamedTuple):
    """A try with its handlers; the else-part of Python stands at the end of its body."""

    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    final: tuple[Statement, ...]
    at: int


class With(NamedTuple):
    """Python's with: the managers and the names they are given to, and the body."""

    items: tuple[tuple[Expression, Expression | None], ...]
    body: tuple[Statement, ...]
    at: int


class Return(NamedTuple):
    """`return value`."""

    value: Expression | None
    at: int


class Throw(NamedTuple):
    """`throw value`, `raise value`."""

    value: Expression | None
    at: int


class Leave(NamedTuple):
    """`break` or `continue`."""

    at: int


class Parameter(NamedTuple):
    """A parameter: its name or pattern, its default, and its type as written ("" for none)."""

    target: Expression
    default: Expression | None
    annotation: str
    variadic: bool
    decorators: tuple[Expression, ...] = ()  # `@Body() order: Order`
    keywords: bool = False  # `**filters` of Python


class Function(NamedTuple):
    """A function or method; `name` is "" where it has none of its own, `() => x` returns x."""

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]
    directives: tuple[str, ...]  # "use server" as its first statement
    at: int
    end: int
    asynchronous: bool = False  # what calls it gets a promise
    returns: str = ""  # what it gives, as Python's annotation says it


class Define(NamedTuple):
    """The declaration of a function."""

    function: Function
    at: int


class Class(NamedTuple):
    """A class: its bases, its fields as assignments, its methods, and what else its body does, such as
    a class inside it. A keyword among the bases (`table=True`) is Compute("keyword", (name, value))."""

    name: str
    bases: tuple[Expression, ...]
    fields: tuple[Let, ...]
    methods: tuple[Function, ...]
    decorators: tuple[Expression, ...]
    at: int
    end: int
    others: tuple[Statement, ...] = ()


class Imported(NamedTuple):
    """A name that comes from another module: `name` is the exported name, "default", or "*" for the
    module itself. `import a.b` of Python binds `a` to "*" of module "a"."""

    local: str
    module: str
    name: str
    at: int


class Module(NamedTuple):
    """One file. `exports` gives the expression behind each exported name ("default" as well; for
    Python every top-level name is simply a statement); `forwarded` what is exported from elsewhere:
    the name outside, the module, the name inside ("*" for all)."""

    path: str
    python: bool
    body: tuple[Statement, ...]
    imports: tuple[Imported, ...]
    exports: tuple[tuple[str, Expression], ...]
    forwarded: tuple[tuple[str, str, str], ...]
    directives: tuple[str, ...]


def _sent_fast() -> None:
    """Let each node be sent as its class and its fields, as it would be, but without a function of Python."""
    for node in list(globals().values()):
        if isinstance(node, type) and issubclass(node, tuple) and hasattr(node, "_fields"):
            node.all_fields = property(tuple)  # type: ignore[attr-defined]
            copyreg.pickle(node, attrgetter("__class__", "all_fields"))


_sent_fast()
