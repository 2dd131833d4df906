"""What the code says about other origins."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.cors.rule import AllowedOrigin, CorsRule, read
from shipworthy.prototype.source import Language, Role, SourceFile

PYTHON = Language.PYTHON


def rules(text: str, language: Language = Language.TYPESCRIPT) -> list[CorsRule]:
    name = "a.py" if language is PYTHON else "a.ts"
    return read(Syntax(SourceFile(name, Role.PRODUCT, len(text), text, language), language))


def only(text: str, language: Language = Language.TYPESCRIPT) -> CorsRule:
    [found] = rules(text, language)
    return found


HEADER = '"Access-Control-Allow-Origin"'
CREDENTIALS = '"Access-Control-Allow-Credentials": "true"'


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ('"*"', AllowedOrigin.ANY),
        ('"https://a.example"', AllowedOrigin.LISTED),
        ('req.headers.get("origin")', AllowedOrigin.REFLECTED),
        ('req.headers.get("Origin") ?? "*"', AllowedOrigin.REFLECTED),
        ("req.headers.origin", AllowedOrigin.REFLECTED),
        ("LIST.includes(req.headers.origin) ? req.headers.origin : LIST[0]", AllowedOrigin.LISTED),
        ("process.env.SITE_URL", AllowedOrigin.LISTED),
        ("given", AllowedOrigin.UNKNOWN),
    ],
)
def test_value_of_the_header_decides(value: str, origin: AllowedOrigin) -> None:
    text = f"const f = (req, given) => ({{ {HEADER}: {value} }});"
    assert only(text).origin is origin


def test_a_variable_that_is_checked_first_is_listed() -> None:
    check = "if (!ALLOWED.includes(origin)) return {};"
    text = "function f(req) {{ const origin = req.headers.get('origin');\n{}\nreturn {{ {}: origin }} }}"
    assert only(text.format(check, HEADER)).origin is AllowedOrigin.LISTED
    assert only(text.format("", HEADER)).origin is AllowedOrigin.REFLECTED
    exists = "if (origin !== null) log(1);"
    assert only(text.format(exists, HEADER)).origin is AllowedOrigin.REFLECTED


def test_credentials_belong_to_the_same_object_or_function() -> None:
    assert only(f'const h = {{ {HEADER}: "*", {CREDENTIALS} }};').credentials
    apart = f'const a = {{ {HEADER}: "*" }}; const b = {{ {CREDENTIALS} }};'
    assert not only(apart).credentials
    allow = CREDENTIALS.replace(":", ",")
    text = f'f((res) => {{ res.setHeader({HEADER}, "*"); res.setHeader({allow}); }});'
    assert only(text).credentials


EXPRESS = 'import cors from "cors";\napp.use(cors({}));'


@pytest.mark.parametrize(
    ("options", "origin", "credentials"),
    [
        ("", AllowedOrigin.ANY, False),
        ("{ origin: true, credentials: true }", AllowedOrigin.REFLECTED, True),
        ('{ origin: "*", credentials: true }', AllowedOrigin.ANY, True),
        ('{ origin: ["https://a.example"], credentials: true }', AllowedOrigin.LISTED, True),
        ("{ origin: (o, cb) => cb(null, true) }", AllowedOrigin.REFLECTED, False),
        ("{ origin: (o, cb) => cb(null, LIST.includes(o)) }", AllowedOrigin.LISTED, False),
        ("{ origin: (o) => o }", AllowedOrigin.REFLECTED, False),
        ("{ origin: /.*/ }", AllowedOrigin.REFLECTED, False),
        ("options", AllowedOrigin.UNKNOWN, False),
    ],
)
def test_options_of_express(options: str, origin: AllowedOrigin, credentials: bool) -> None:
    found = only(EXPRESS.replace("{}", options))
    assert (found.framework, found.origin, found.credentials) == ("express", origin, credentials)


def test_a_star_reflects_in_python_and_is_refused_elsewhere() -> None:
    star = 'app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)'
    assert only(star, PYTHON).reflects
    assert not only(EXPRESS.replace("{}", '{ origin: "*", credentials: true }')).reflects
    flask = "from flask_cors import CORS\nCORS(app{})"
    assert only(flask.format(", supports_credentials=True"), PYTHON).reflects
    assert not only(flask.format(""), PYTHON).reflects


def test_a_list_that_stands_elsewhere_in_the_file_is_followed() -> None:
    text = 'origins = ["*"]\napp.add_middleware(CORSMiddleware, allow_origins=origins)'
    assert only(text, PYTHON).origin is AllowedOrigin.ANY


def test_own_function_named_cors_is_no_middleware() -> None:
    assert rules("function cors(o) {}\ncors({ origin: true });") == []


@pytest.mark.parametrize(
    ("check", "origin"),
    [
        ("list.some((one) => origin.includes(one))", AllowedOrigin.LOOSE),
        ('origin.endsWith("shop.com")', AllowedOrigin.LOOSE),
        ('origin.endsWith(".shop.com")', AllowedOrigin.LISTED),
        ('origin.includes("localhost")', AllowedOrigin.LISTED),
        ("list.includes(origin)", AllowedOrigin.LISTED),
    ],
)
def test_a_piece_of_an_origin_is_no_check(check: str, origin: AllowedOrigin) -> None:
    answer = f"if ({check}) {{ res.setHeader({HEADER}, origin); }}"
    text = f"app.use((req, res) => {{ const origin = req.headers.origin; {answer} }});"
    assert only(text).origin is origin


def test_a_check_in_python_is_read_as_python() -> None:
    text = (
        "def answer(request, response):\n"
        '    origin = request.headers.get("origin")\n'
        "    if origin in ALLOWED:\n"
        f"        response.headers[{HEADER}] = origin\n"
    )
    assert only(text, PYTHON).origin is AllowedOrigin.LISTED
