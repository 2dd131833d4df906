"""Log calls show some values whole; of others only a part, a length or whether they exist."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.logs import log_calls as logs
from shipworthy.prototype.logs import redactions
from shipworthy.prototype.logs.log_calls import LogCall
from shipworthy.prototype.logs.logged_persons import is_actor, is_mild
from shipworthy.prototype.source import Language, Role, SourceFile


def read(text: str, path: str = "src/a.ts") -> list[LogCall]:
    language = Language.PYTHON if path.endswith(".py") else Language.TSX
    return logs.read(Syntax(SourceFile(path, Role.PRODUCT, len(text), text, language), language))


def names(text: str, path: str = "src/a.ts") -> list[str]:
    return [value.name for call in read(text, path) for value in call.values]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("'a', token", ["token"]),
        ("user?.email", ["user.email"]),
        ("`for ${user.email}`", ["user.email"]),
        ("'for ' + email", ["email"]),
        ("JSON.stringify(user, null, 2)", ["user"]),
        ("{ email, id: user.id }", ["email", "user.id"]),
        ("email || phone", ["email", "phone"]),
        ("x ? user.email : 'none'", ["user.email"]),
        ("Object.fromEntries(req.headers.entries())", ["req.headers"]),
        ("form.get('email')", ["form.email"]),
        ("data['email']", ["data.email"]),
        ("email.toLowerCase()", ["email"]),
        ("!!token", []),
        ("typeof token", []),
        ("token.length", []),
        ("token.slice(0, 4)", []),
        ("mask(token)", []),
        ("token ? 'yes' : 'no'", []),
        ("token === other", []),
        ("Object.keys(body)", []),
    ],
)
def test_javascript_shows_these_values_whole(arguments: str, expected: list[str]) -> None:
    assert names(f"console.log({arguments});") == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("print('a', token)", ["token"]),
        ("logger.info(f'for {user.email}')", ["user.email"]),
        ("logger.info('for %s', user.email)", ["user.email"]),
        ("logger.info('for %s' % email)", ["email"]),
        ("logger.info('for {}'.format(email))", ["email"]),
        ("logger.info('x', extra={'email': email})", ["email"]),
        ("log.info('x', email=user.email)", ["user.email"]),
        ("print(json.dumps(user.model_dump()))", ["user"]),
        ("logging.info(dict(request.headers))", ["request.headers"]),
        ("print(body.get('token'))", ["body.token"]),
        ("print(row['email'])", ["row.email"]),
        ("print(len(token), bool(token), type(token))", []),
        ("print(key[:4])", []),
        ("print(mask(key))", []),
    ],
)
def test_python_shows_these_values_whole(call: str, expected: list[str]) -> None:
    assert names(f"{call}\n", "app/a.py") == expected


def test_value_inside_a_string_is_embedded() -> None:
    (call,) = read("console.log(`a ${user}`, user);")
    assert [value.embedded for value in call.values] == [True, False]


def test_text_and_level_are_kept() -> None:
    (call,) = read("console.warn('a', `b ${c} d`);")
    assert (call.level, call.text) == ("warn", "a b   d")


def test_other_calls_are_no_logs() -> None:
    assert read("Math.log(x); blog.info(y); toast.error(z);") == []


def test_development_only_is_guarded() -> None:
    guarded = (
        "if (import.meta.env.DEV) { console.log(user); }",
        "if (process.env.NODE_ENV !== 'production') console.log(user);",
        "import.meta.env.DEV && console.log(user);",
        "function debug(user) { if (!DEBUG) return; console.log(user); }",
    )
    for text in guarded:
        assert read(text)[0].guarded, text
    assert not read("if (user) { console.log(user); }")[0].guarded


def origin(text: str, path: str = "src/a.ts") -> str:
    return read(text, path)[-1].values[-1].origin


def test_origin_of_a_value_is_followed() -> None:
    assert origin("const body = await req.json(); console.log(body);") == "request body"
    assert origin("console.log(request.headers);") == "request headers"
    assert origin("console.log(process.env);") == "environment"
    listener = "s.auth.onAuthStateChange((event, session) => { console.log(session); });"
    assert origin(listener) == "session"
    row = 'const { data: user } = await s.from("users").select("id, role"); console.log(user);'
    assert origin(row) == "columns id, role"


def test_copy_is_known_by_the_name_of_the_original() -> None:
    (call,) = read("record = employee.to_dict()\nlogger.info('%s', record)\n", "app/a.py")
    assert [(value.name, value.origin) for value in call.values] == [("employee", "copy")]


def test_streamed_output_is_marked() -> None:
    assert read("print(token, end='', flush=True)\n", "a.py")[0].streamed
    assert not read("print(token)\n", "a.py")[0].streamed


def test_broken_code_is_read_without_raising() -> None:
    for text in ("console.log(", "print(f'{", "console.log(`${", "logger.info('a' %"):
        read(text)
        read(text, "a.py")


@pytest.mark.parametrize(
    ("rest", "origin"),
    [
        ("save(body.kind, body['percent']);", "request body kind percent"),
        ("const { kind, until } = body; if (!body) return;", "request body kind until"),
        ("const { kind, ...others } = body;", "request body"),
        ("save(body, body.kind);", "request body"),
        ("body.forEach(save);", "request body"),
    ],
)
def test_a_body_is_known_by_its_fields_unless_it_is_handed_on(rest: str, origin: str) -> None:
    text = (
        f"async function POST(req) {{ const body = await req.json(); console.log(body); {rest} }}"
    )
    assert [value.origin for call in read(text) for value in call.values] == [origin]


def redacted(text: str) -> list[str]:
    language = Language.TYPESCRIPT
    return redactions.read(
        Syntax(SourceFile("log.ts", Role.PRODUCT, len(text), text, language), language)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "pino({ redact: ['email', '*.token', 'req.headers[\"cookie\"]'] })",
            ["cookie", "email", "token"],
        ),
        ("pino({ redact: { paths: ['user.email'], censor: '***' } })", ["email"]),
        (
            "const f = ['email'];\npino({ redact: { paths: f.flatMap((n) => [n, `*.${n}`]) } })",
            ["email"],
        ),
        ("import { paths } from './x';\npino({ redact: paths })", [redactions.SOME]),
        ("winston.createLogger({ format: combine(maskSecrets(), json()) })", [redactions.SOME]),
        ("pino({ level: 'info' })", []),
    ],
)
def test_what_a_logger_hides_is_read_from_its_set_up(text: str, expected: list[str]) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "name", "origin"),
    [
        ("out.with_email++;\nconsole.log(out.with_email)", "out.with_email", "count"),
        ("out.with_email += 1;\nconsole.log(out.with_email)", "out.with_email", "count"),
        ("if (seat.user === me.name) console.log(seat.user)", "seat.user", "text"),
        ("if (seat.user === null) console.log(seat.user)", "seat.user", ""),
        (
            "const { data: user } = await c.from('u').update({ a: 1 }).eq('id', 1);\nconsole.log(user)",
            "user",
            "columns none",
        ),
    ],
)
def test_what_is_counted_compared_or_not_asked_for_is_no_record(
    text: str, name: str, origin: str
) -> None:
    values = {value.name: value.origin for call in read(text) for value in call.values}
    assert values[name] == origin


def test_who_acted_is_told_from_whom_it_is_about() -> None:
    lines = {
        'console.log("code", code, "deleted by", session.user.email)': True,
        "console.log(`Order ${id} approved by ${admin.email}`)": True,
        'console.log("Login attempt by", session.user.email)': False,
        'console.log("deleted by", id, customer.email)': False,
        "console.log(`[media] ${id} gone (by ${user.email})`)": True,
        "console.log(`PUT ${kind}: updated by ${user.email}`)": True,
        "console.log(`Login attempt by ${user.email}`)": False,
        "console.log(`order of ${user.email} by post`)": False,
    }
    for line, expected in lines.items():
        (call,) = read(line)
        assert any(is_actor(value, call) for value in call.values) is expected, line


def test_headers_that_an_interceptor_sends_are_not_those_of_a_visitor() -> None:
    code = "api.interceptors.request.use((request) => { console.log(request.headers); });"
    (call,) = read(code, "server/pay.ts")
    assert [v.origin for v in call.values] == ["headers that are sent"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("user && user.isGuest", True),
        ("user?.is_demo", True),
        ("!user.isGuest", False),
        ("user.isGuest === false", False),
        ("user.isGuest || user.left", False),
        ("user.isGuestOfHonour", False),
    ],
)
def test_a_branch_that_only_guests_take_is_known(condition: str, expected: bool) -> None:
    [call] = read(f"if ({condition}) {{ console.log(user.email); }}")
    assert call.of_guests is expected


def test_other_branch_of_guests_is_everybodys() -> None:
    [call] = read("if (user.isGuest) { go(); } else { console.log(user.email); }")
    assert not call.of_guests


@pytest.mark.parametrize(
    "text",
    [
        'const { ownerEmail = "data@example.org" } = req.body; console.log(ownerEmail);',
        'const ownerEmail = req.body.owner || "data@example.org"; console.log(ownerEmail);',
    ],
)
def test_an_address_of_the_house_is_fixed(text: str) -> None:
    assert origin(text) == "fixed address"


def test_an_address_that_somebody_gives_is_not_fixed() -> None:
    assert origin("const { ownerEmail } = req.body; console.log(ownerEmail);") == ""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["a person's e-mail address", "the full name user.full_name"], True),
        (["the text of a message"], True),
        (["a person's e-mail address", "the text of a message"], False),
        (["a person's e-mail address", "a person's phone number"], False),
        (["the whole record user"], False),
    ],
)
def test_who_it_is_or_what_was_said_weighs_little_alone(found: list[str], expected: bool) -> None:
    assert is_mild(found) is expected
