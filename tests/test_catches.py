"""Handlers are judged by what they do with the error, and by what is told afterwards."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.failures import catches
from shipworthy.prototype.failures.catches import Catch, Handling
from shipworthy.prototype.source import Language, Role, SourceFile


def read(text: str, path: str = "src/a.tsx") -> list[Catch]:
    language = Language.PYTHON if path.endswith(".py") else Language.TSX
    return catches.read(Syntax(SourceFile(path, Role.PRODUCT, len(text), text, language), language))


def javascript(handler: str, after: str = "") -> Catch:
    found = read(
        f"async function save() {{ try {{ await work() }} catch (err) {{ {handler} }} {after} }}"
    )
    assert len(found) == 1
    return found[0]


def python(handler: str, exception: str = "Exception as e") -> Catch:
    found = read(
        f"def save():\n    try:\n        work()\n    except {exception}:\n        {handler}\n",
        "a.py",
    )
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("", Handling.EMPTY),
        ("// ignore", Handling.EMPTY),
        ("console.error(err);", Handling.LOGGED_ONLY),
        ("console.error(err); setLoading(false);", Handling.LOGGED_ONLY),
        ("logger.warn({ err }); return;", Handling.LOGGED_ONLY),
        ("return null;", Handling.DEFAULTED),
        ("console.error(err); return [];", Handling.DEFAULTED),
        ("setItems([]);", Handling.DEFAULTED),
        ("result = fallback;", Handling.DEFAULTED),
        ("throw err;", Handling.HANDLED),
        ("toast.error('no');", Handling.HANDLED),
        ("setError('no');", Handling.HANDLED),
        ("return { error: 'no' };", Handling.HANDLED),
        ("return { success: false };", Handling.HANDLED),
        ("res.status(500).json({ error: 'no' });", Handling.HANDLED),
        ("return new Response('no', { status: 500 });", Handling.HANDLED),
        ("next(err);", Handling.HANDLED),
        ("failed.push(err);", Handling.HANDLED),
        ("failures++;", Handling.HANDLED),
        ("Sentry.captureException(err);", Handling.HANDLED),
        ("retry();", Handling.HANDLED),
    ],
)
def test_javascript_handler_is_named_by_what_it_does(handler: str, expected: Handling) -> None:
    assert javascript(handler).handling is expected


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("pass", Handling.EMPTY),
        ("...", Handling.EMPTY),
        ("print(e)", Handling.LOGGED_ONLY),
        ("logger.exception('x')", Handling.LOGGED_ONLY),
        ("return []", Handling.DEFAULTED),
        ("value = None", Handling.DEFAULTED),
        ("raise", Handling.HANDLED),
        ("raise HTTPException(500) from e", Handling.HANDLED),
        ("st.error('no')", Handling.HANDLED),
        ("errors.append(str(e))", Handling.HANDLED),
        ("return {'error': str(e)}", Handling.HANDLED),
    ],
)
def test_python_handler_is_named_by_what_it_does(handler: str, expected: Handling) -> None:
    assert python(handler).handling is expected


def test_narrow_exception_is_named() -> None:
    assert python("pass", "KeyError").exception == "KeyError"
    assert python("pass", "(KeyError, ValueError) as e").exception == "(KeyError, ValueError)"
    assert python("pass", "Exception").exception == "Exception"


def test_comment_counts_only_with_a_reason() -> None:
    assert javascript("// private mode or quota exceeded").commented
    assert javascript("/* non-critical */").commented
    assert not javascript("// ignore").commented
    assert not javascript("// TODO: handle the failed payment").commented
    assert python("pass  # the file may be gone already").commented


def test_catch_method_is_a_handler() -> None:
    swallowed, named, returned = read(
        "send().catch(() => {}); send().catch(console.error); send().catch(() => null);"
    )
    assert (swallowed.handling, swallowed.method) == (Handling.EMPTY, True)
    assert named.handling is Handling.LOGGED_ONLY
    assert (returned.handling, returned.default) == (Handling.DEFAULTED, "null")


def test_success_told_after_a_logged_error_is_seen() -> None:
    assert javascript("console.error(err);", "toast.success('Saved');").success is not None
    assert javascript("console.error(err); return;", "toast.success('Saved');").success is None
    assert javascript("console.error(err);", "if (ok) toast.success('Saved');").success is None
    told = javascript("console.error(err); return new Response(JSON.stringify({ success: true }));")
    assert told.told


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("fetch('/a', { method: 'POST' })", ("request",)),
        ("fetch('/a')", ()),
        ("apiRequest('DELETE', '/a')", ("request",)),
        ("axios.post('/a')", ("request",)),
        ("supabase.functions.invoke('a')", ("request",)),
        ("resend.emails.send({})", ("mail",)),
        ("sendWelcomeEmail(user)", ("mail",)),
        ("stripe.paymentIntents.create({})", ("payment",)),
        ("supabase.auth.admin.createUser({})", ("account",)),
        ("localStorage.setItem('a', 'b')", ()),
    ],
)
def test_what_the_guarded_code_sends_is_known(call: str, expected: tuple[str, ...]) -> None:
    (found,) = read(f"async function f() {{ try {{ await {call} }} catch (e) {{}} }}")
    assert found.sends == expected


def test_main_try_is_told_from_one_in_a_branch() -> None:
    main, branch = read(
        "function f() { try { a() } catch {} } function g() { if (x) { try { a() } catch {} } }"
    )
    assert main.main
    assert not branch.main


def test_broken_code_is_read_without_raising() -> None:
    for text in (
        "try {",
        "try { } catch",
        "x.catch(",
        "try:\n  a\nexcept",
        "try:\n  a\nexcept A as:",
    ):
        read(text)
        read(text, "a.py")


def test_a_catch_that_nobody_awaits_is_detached() -> None:
    found = read("async function f() { send().catch(() => {}); await send().catch(() => {}) }")
    assert [caught.detached for caught in found] == [True, False]


def test_a_handler_in_the_markup_is_no_effect() -> None:
    effect = "useEffect(() => { try { go() } catch {} }, [])"
    click = "const a = <button onClick={() => { try { go() } catch {} }} />"
    assert [caught.effect for caught in read(f"{effect};\n{click};")] == [True, False]


def test_a_try_inside_a_handler_is_a_second_way() -> None:
    found = read("try { go() } catch (e) { try { undo() } catch {} throw e }")
    assert sorted(caught.second for caught in found) == [False, True]


def test_a_call_that_catches_for_itself_is_none_of_the_try_around_it() -> None:
    fetched = "fetch('/a', { method: 'POST' })"
    alone, awaited = (
        read(f"async function f() {{ try {{ {call}.catch(report) }} catch (e) {{}} }}")
        for call in (fetched, f"await {fetched}")
    )
    assert alone[0].sends == ()
    assert awaited[0].sends == ("request",)
