"""What is taken for a secret, what it is taken for, and what is not."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from shipworthy.engines.betterleaks import recognise
from shipworthy.errors import FactUnavailable
from shipworthy.prototype import Engines, Prototype, read_prototype
from shipworthy.prototype.secrets.app_passwords import is_app_password
from shipworthy.prototype.secrets.dotenv import parse_environment_file
from shipworthy.prototype.secrets.exposure import Exposure, exposed
from shipworthy.prototype.secrets.history import deleted_environment_files, history_secrets
from shipworthy.prototype.secrets.placeholders import is_placeholder
from shipworthy.prototype.secrets.search import SearchedTexts, search_texts
from shipworthy.prototype.secrets.secret import (
    ACCOUNT_PASSWORD,
    DEFAULT_SECRET,
    Place,
    Recognised,
    Secret,
    SecretKind,
)
from shipworthy.prototype.secrets.variables import Holds, what_it_holds
from shipworthy.prototype.source import SourceFile
from shipworthy.settings import Settings

# Keys are put together here, so that no scanner takes this file for a leak.
A = "q7ZpR2vXk9Lm4TsB8wYd3NfHc6JgUe1A"
HEX = "57dc665ace253b1345fdc8c85a2f5571"


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


SIGNATURE = "pKnxFdTnq01zmWbyuUWyIjCqyCIObfCu1LREao8OySY"  # 43 characters, as HS256 makes


def jwt(**claims: object) -> str:
    return f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}.{SIGNATURE}"


def silent(_: Sequence[str]) -> Mapping[int, Sequence[Recognised]]:
    return {}


def prototype(tmp_path: Path, files: Mapping[str, str], history: bool = False) -> Prototype:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return read_prototype(tmp_path, Settings(workers=1, history=history), Engines(secrets=silent))


def secrets(tmp_path: Path, path: str, text: str) -> list[Secret]:
    return list(prototype(tmp_path, {path: text}).secrets)


def one(tmp_path: Path, path: str, text: str) -> Secret:
    (found,) = secrets(tmp_path, path, text)
    return found


@pytest.mark.parametrize(
    ("value", "kind", "provider"),
    [
        ("sk-" + "proj-" + A + A, SecretKind.API_KEY, "OpenAI"),
        ("sk-" + "ant-api03-" + A, SecretKind.API_KEY, "Anthropic"),
        ("sk_" + "live_" + A, SecretKind.API_KEY, "Stripe"),
        ("rk_" + "live_" + A, SecretKind.API_KEY, "Stripe"),
        ("sk_" + "test_" + A, SecretKind.API_KEY, "Stripe (test mode)"),
        ("pk_" + "live_" + A, SecretKind.PUBLIC, "Stripe or Clerk"),
        ("whsec_" + A, SecretKind.SIGNING_SECRET, "Webhook"),
        ("gsk_" + A + A, SecretKind.API_KEY, "Groq"),
        ("hf_" + "abcdefABCDEFghijGHIJklmnKLMN1opqr"[::-1], SecretKind.TOKEN, "Hugging Face"),
        ("re_" + A[:8] + "_" + A[:24], SecretKind.API_KEY, "Resend"),
        ("SG." + A[:22] + "." + A + A[:11], SecretKind.API_KEY, "SendGrid"),
        ("ghp_" + A + A[:4], SecretKind.TOKEN, "GitHub"),
        ("AK" + "IA" + "Z7Q2LM4TSB8WYD3N", SecretKind.API_KEY, "AWS"),
        ("sb_" + "secret_" + A[:24], SecretKind.SERVICE_ROLE, "Supabase"),
        ("sb_" + "publishable_" + A[:24], SecretKind.PUBLIC, "Supabase"),
        ("phc_" + A + A[:6], SecretKind.PUBLIC, "PostHog"),
        ("8123456790:" + "AA" + A + "x", SecretKind.TOKEN, "Telegram"),
        ("prod:calm-otter-12|" + "eyJ2" + "MiI6" + A, SecretKind.TOKEN, "Convex"),
        (
            "https://hooks.slack.com/" + "services/T08ZCK59KI7/B0TYH5G0HK9/" + A,
            SecretKind.TOKEN,
            "Slack",
        ),
    ],
)
def test_known_formats(tmp_path: Path, value: str, kind: SecretKind, provider: str) -> None:
    found = one(tmp_path, "src/a.ts", f'const x = "{value}";\n')
    assert (found.kind, found.provider) == (kind, provider)
    assert found.value in value


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"iss": "supabase", "role": "anon"}, SecretKind.PUBLIC),
        ({"iss": "supabase", "role": "service_role"}, SecretKind.SERVICE_ROLE),
        ({"iss": "n8n", "sub": "7"}, SecretKind.TOKEN),
        ({"iss": "supabase-demo", "role": "service_role"}, None),
        ({"iss": "supabase", "ref": "service_role"}, None),
        ({"sub": "1234567890", "name": "John Doe"}, None),
        ({"sub": "7", "iat": 1_700_000_000, "exp": 1_700_003_600}, None),
    ],
)
def test_tokens_are_told_apart_by_what_they_claim(
    tmp_path: Path, claims: Mapping[str, object], kind: SecretKind | None
) -> None:
    found = secrets(tmp_path, "src/a.ts", f'const x = "{jwt(**claims)}";\n')
    assert [s.kind for s in found] == ([kind] if kind else [])


def test_google_keys_are_told_apart_by_what_stands_around(tmp_path: Path) -> None:
    key = "AI" + "za" + A + "Sy1"
    firebase = f'const c = {{ apiKey: "{key}", authDomain: "x.firebaseapp.com" }};'
    assert one(tmp_path / "1", "a.ts", firebase).kind is SecretKind.PUBLIC
    maps = f'const GOOGLE_MAPS_KEY = "{key}";'
    assert one(tmp_path / "2", "a.ts", maps).kind is SecretKind.PUBLIC
    gemini = f'const GEMINI_API_KEY = "{key}"; // firebase too'
    assert one(tmp_path / "3", "a.ts", gemini).kind is SecretKind.API_KEY


@pytest.mark.parametrize(
    "text",
    [
        'const k = "sk-your-key-here-1234567890abcdef";',
        'const k = "sk_test_your_key_here_000";',
        f'const integrity = "sha512-{A}{A}==";',
        'const TOKEN_KEY = "auth_token_v2";',
        'const password = "Password*";',
        'const password = "auth.password.v2";',
        'const url = "https://api.example.com/v2/token";',
        "const secret = process.env.SECRET!;",
        "const token = `${prefix}${A1}`;",
        'const id = "4f6f2c1e-58c3-4a4e-9b61-0c3a1d9e7f20";',
        'const apiKey = "xxxxxxxxxxxxxxxxxxxxxxxx1";',
        'if (typeof token === "string1") {}',
        f'const commitHash = "{HEX}9fceb02d";',
    ],
)
def test_what_is_no_secret(tmp_path: Path, text: str) -> None:
    assert secrets(tmp_path, "src/a.ts", text) == []


def test_the_name_of_an_entry_in_a_secret_manager_is_no_secret(tmp_path: Path) -> None:
    line = 'SCOPE=$(COMMAND access latest --secret="VITE_AUTH0_SCOPE")\n'
    read = line.replace("COMMAND", "gcloud secrets versions")
    assert secrets(tmp_path / "1", "deploy.sh", read) == []
    assert secrets(tmp_path / "2", "deploy.sh", line.replace("COMMAND", "./login"))


@pytest.mark.parametrize(
    ("path", "text", "name", "place"),
    [
        ("a.py", f'DB_PASSWORD = "{A[:18]}"', "DB_PASSWORD", Place.CODE),
        ("a.py", f'SIGNING_SECRET: str = "{A}"', "SIGNING_SECRET", Place.CODE),
        ("a.ts", f'const body = {{ clientSecret: "{A}" }}', "clientSecret", Place.CODE),
        ("a.ts", 'if (password === "Harbor!22") open()', "password", Place.CODE),
        ("a.yaml", f"jwt:\n  secret: {A}", "secret", Place.CONFIG),
        ("run.sh", f"export API_TOKEN={A}", "API_TOKEN", Place.CODE),
        ("run.sh", 'x="${password:-Harbor@22}"', "password", Place.CODE),
        ("a.sql", f"CREATE ROLE r LOGIN PASSWORD '{A[:16]}';", "PASSWORD", Place.SQL),
        ("a.json", f'{{ "api_key": "{A}" }}', "api_key", Place.CONFIG),
        ("a.py", f'os.environ["API_KEY"] = "{A}"', "API_KEY", Place.CODE),
    ],
)
def test_literals_under_a_telling_name(
    tmp_path: Path, path: str, text: str, name: str, place: Place
) -> None:
    found = one(tmp_path, path, text + "\n")
    assert (found.name, found.place) == (name, place)


@pytest.mark.parametrize(
    ("uri", "is_secret"),
    [
        (f"postgresql://app:{A[:12]}@db.harbor.io:5432/app", True),
        (f"mongodb+srv://app:{A[:12]}@c0.mongodb.net/app", True),
        ("postgres://app:P@ss99word@db.harbor.io/app", True),
        ("postgresql://postgres:postgres@localhost:5432/app", False),
        ("postgresql://harbor:harbor@db:5432/harbor", False),
        ("postgresql://app:${DB_PASSWORD}@db.harbor.io/app", False),
        ("postgresql://app:[YOUR-PASSWORD]@db.abc.supabase.co/postgres", False),
        ("redis://localhost:6379/0", False),
        ("https://user:pass@example.com", False),
    ],
)
def test_connection_uris(tmp_path: Path, uri: str, is_secret: bool) -> None:
    found = secrets(tmp_path, "a.ts", f'const DB = "{uri}";\n')
    assert [s.value for s in found] == ([uri] if is_secret else [])


def test_private_key_of_several_lines_is_one_secret(tmp_path: Path) -> None:
    body = "\n".join((A + A)[:64] for _ in range(4))
    pem = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"
    found = one(tmp_path, "a.py", f'KEY = """{pem}"""\n')
    assert (found.kind, found.location.line) == (SecretKind.PRIVATE_KEY, 1)


def test_a_fallback_carries_the_name_of_its_variable(tmp_path: Path) -> None:
    found = one(tmp_path, "a.py", f'import os\n\nx = os.getenv("ADMIN_KEY") or "{A}"\n')
    assert (found.name, found.place, found.location.line) == ("ADMIN_KEY", Place.FALLBACK, 3)


@pytest.mark.parametrize("value", ["secret", "changeme", "your-secret-key", "dev-secret"])
def test_a_guessable_signing_secret_has_a_rule_of_its_own(tmp_path: Path, value: str) -> None:
    found = one(tmp_path, "a.ts", f'const s = process.env.JWT_SECRET || "{value}";\n')
    assert (found.rule, found.kind) == (DEFAULT_SECRET, SecretKind.SIGNING_SECRET)
    assert secrets(tmp_path, "a.ts", f'const s = process.env.MODE || "{value}";\n') == []


def test_tests_and_locks_are_not_searched(tmp_path: Path) -> None:
    text = f'{{ "api_key": "{A}" }}\n'
    files = {"tests/a.test.ts": text, "package-lock.json": text, "src/test/resources/a.json": text}
    assert prototype(tmp_path, files).secrets == ()


def test_documentation_is_searched_for_known_formats_only(tmp_path: Path) -> None:
    text = f'password: "{A}"\nkey: {"sk-" + "ant-api03-" + A}\n'
    assert one(tmp_path, "README.md", text).provider == "Anthropic"


def test_a_template_counts_only_with_a_real_key(tmp_path: Path) -> None:
    text = f"JWT_SECRET={A}\nANTHROPIC_API_KEY={'sk-' + 'ant-api03-' + A}\n"
    assert one(tmp_path, ".env.example", text).name == "ANTHROPIC_API_KEY"


def test_environment_file_is_parsed_like_a_shell_would() -> None:
    text = "export A='x y' # c\nB=1 # comment\n# C=2\nD=\"l1\nl2\"\nE=a#b\nF=\n"
    assert [(s.name, s.value, s.line) for s in parse_environment_file(text)] == [
        ("A", "x y", 1),
        ("B", "1", 2),
        ("D", "l1\nl2", 4),
        ("E", "a#b", 6),
        ("F", "", 7),
    ]


def test_what_the_engine_adds_is_placed_in_its_line(tmp_path: Path) -> None:
    token = "SK" + "x" + A + "unknown"
    (tmp_path / "a.ts").write_text(f'const a = 1;\nconst carrier = "{token}";\n')

    def engine(lines: Sequence[str]) -> Mapping[int, Sequence[Recognised]]:
        hits = [i for i, line in enumerate(lines) if token in line]
        return {i: [Recognised("carrier-api-key", token)] for i in hits}

    (found,) = read_prototype(tmp_path, Settings(workers=1), Engines(secrets=engine)).secrets
    assert (found.provider, found.name, found.location.line) == ("Carrier", "carrier", 2)


def test_the_real_engine_knows_providers_that_we_do_not(tmp_path: Path) -> None:
    key = "dop" + "_v2_" + A
    (tmp_path / "a.py").write_text(f'x = "dapi{HEX}"\ny = "{key}"\n')
    found = read_prototype(tmp_path, Settings(workers=1), Engines(secrets=recognise)).secrets
    assert [s.provider for s in found] == ["Databricks"]


def test_nothing_that_is_printed_shows_a_value(tmp_path: Path) -> None:
    made = prototype(tmp_path, {"a.py": f'DB_PASSWORD = "{A}"\n'})
    (found,) = made.secrets
    assert A not in repr(found) + found.described + made.excerpt(found.location)


def test_a_secret_is_exposed_in_one_place_only(tmp_path: Path) -> None:
    made = prototype(tmp_path, {".env": f"JWT_SECRET={A}\n", "a.py": f'DB_PASSWORD = "{A}"\n'})
    places = [exposed(made, where) for where in Exposure]
    assert sum(len(found) for found in places) == 2
    assert list(exposed(made, Exposure.REPOSITORY)) == ["a.py#DB_PASSWORD"]


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("VITE_OPENAI_API_KEY", Holds.PRIVATE),
        ("VITE_STRIPE_SECRET_KEY", Holds.PRIVATE),
        ("NEXT_PUBLIC_ADMIN_PASSWORD", Holds.PRIVATE),
        ("VITE_SUPABASE_SERVICE_ROLE_KEY", Holds.SERVICE_ROLE),
        ("VITE_SUPABASE_ANON_KEY", Holds.PUBLIC),
        ("NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", Holds.PUBLIC),
        ("NEXT_PUBLIC_STRIPE_PUBLIC_KEY", Holds.PUBLIC),
        ("VITE_GOOGLE_MAPS_API_KEY", Holds.PUBLIC),
        ("VITE_FIREBASE_API_KEY", Holds.PUBLIC),
        ("VITE_WEATHER_API_KEY", Holds.UNSURE),
        ("VITE_API_URL", Holds.NO_KEY),
        ("NEXT_PUBLIC_APP_NAME", Holds.NO_KEY),
    ],
)
def test_a_variable_s_name_says_what_it_holds(name: str, holds: Holds) -> None:
    assert what_it_holds(name) is holds


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    subprocess.run(["git", *identity, "-C", str(root), *arguments], check=True, capture_output=True)


def committed_and_deleted(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".env").write_text(f"GROQ_API_KEY={'gsk_' + A + A}\n")
    (tmp_path / "a.ts").write_text("export const a = 1;\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "start")
    git(tmp_path, "rm", "-q", ".env")
    git(tmp_path, "commit", "-qm", "oops")


def test_history_keeps_deleted_environment_files(tmp_path: Path) -> None:
    committed_and_deleted(tmp_path)
    assert deleted_environment_files(prototype(tmp_path, {})) == (".env",)


@pytest.mark.parametrize("deep", [False, True])
def test_history_keeps_secrets_of_older_commits(tmp_path: Path, deep: bool) -> None:
    committed_and_deleted(tmp_path)
    (past,) = history_secrets(prototype(tmp_path, {}, history=deep), recognise)
    assert (past.provider, past.name, past.path) == ("Groq", "GROQ_API_KEY", ".env")
    assert A not in repr(past)


def test_what_still_stands_is_not_past_and_what_is_gone_beside_it_is(tmp_path: Path) -> None:
    kept, gone = f"GROQ_API_KEY={'gsk_' + A + A}\n", f"STRIPE_KEY={'sk_live_' + A + A}\n"
    git(tmp_path, "init", "-q")
    for text in (kept + gone, "# the keys of the shop\n" + kept):
        (tmp_path / "keys.env").write_text(text)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", "keys")
    (past,) = history_secrets(prototype(tmp_path, {}), recognise)
    assert past.name == "STRIPE_KEY"


def test_only_what_is_gone_in_part_is_searched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []

    def search(files: Sequence[SourceFile]) -> SearchedTexts:
        searched.extend(file.path for file in files)
        return search_texts(files)

    monkeypatch.setattr("shipworthy.prototype.secrets.history.search_texts", search)
    git(tmp_path, "init", "-q")
    for name, text in (("kept", "one"), ("changed", "one"), ("changed", "two")):
        (tmp_path / f"{name}.ts").write_text(f'export const name = "{text}";\n')
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", "work")
    assert not history_secrets(prototype(tmp_path, {}), recognise)
    assert searched == ["changed.ts"]


def test_history_without_version_control_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(FactUnavailable):
        deleted_environment_files(prototype(tmp_path, {"a.ts": "export {}\n"}))


def test_one_value_is_one_subject_wherever_it_stands(tmp_path: Path) -> None:
    key = "sk-" + "proj-" + A + A
    text = f'const FIRST_KEY = "{key}";\n\nconst OTHER_KEY = "{key}";\n'
    read = prototype(tmp_path, {"server/a.ts": text, "server/b.ts": text})
    subjects = exposed(read, Exposure.REPOSITORY)
    assert sorted(subjects) == ["server/a.ts#FIRST_KEY"]
    assert [len(found) for found in subjects.values()] == [4]


@pytest.mark.parametrize(
    "text",
    [
        'const rows = [{ id: 1, status: "ACTIVE", apiKey: "kx_api_key_4711ab98cd" }];',
        'const token = "head.eyJhY3RvciI6InBhdml0cmEifQ.signature";',
        'const secretToken = "whsec_4c1e9b72ad508fe36db";',
    ],
)
def test_invented_values_are_no_secrets(tmp_path: Path, text: str) -> None:
    assert secrets(tmp_path, "src/a.ts", text) == []


def test_token_whose_signature_was_cut_off_opens_nothing(tmp_path: Path) -> None:
    token = jwt(iss="supabase", role="service_role")[:-9]
    assert not secrets(tmp_path, "GUIDE.md", f"KEY={token}\n")


def test_an_app_password_of_a_mail_account_is_known_by_its_form() -> None:
    assert is_app_password("SMTP_PASSWORD", "kqzv trwp xmbl hgdn")
    assert is_app_password("EMAIL_PASS", "kqzvtrwpxmblhgdn")
    assert not is_app_password("SMTP_PASSWORD", "notarealpassword")
    assert not is_app_password("SMTP_PASSWORD", "abcd efgh ijkl mnop")
    assert not is_app_password("SMTP_PASSWORD", "internationaliza")
    assert not is_app_password("DB_PASSWORD", "kqzvtrwpxmblhgdn")


@pytest.mark.parametrize("value", ["mno456pqr123stu789", "ghi789jkl012mno345"])
def test_a_key_that_counts_up_is_made_up(value: str) -> None:
    assert is_placeholder(f"sk_live_{value}")
    assert not is_placeholder(f"sk_live_{value[::2]}{value[1::2]}Q7x")


@pytest.mark.parametrize("value", ["scram-sha-256", "md5"])
def test_a_way_to_hash_is_no_secret(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("a.py", "jwt.encode({'sub': 1}, 'harbour-view', algorithm='HS256')"),
        ("a.py", "jwt.decode(token, key='harbour-view', algorithms=['HS256'])"),
        ("a.py", "jwt.decode(\n    token,\n    'harbour-view',\n    algorithms=['HS256'],\n)"),
        ("a.js", "jwt.sign({ id: user.id }, 'harbour-view', { expiresIn: '1h' })"),
        ("a.ts", "jwt.verify(token, 'harbour-view')"),
        ("a.py", "jwt.decode(token, MINE)\nMINE = 'harbour-view'"),
        ("a.py", "signature = hmac.new(b'harbour-view', body, hashlib.sha256).hexdigest()"),
        ("a.py", "hmac.compare_digest(hmac.new('harbour-view'.encode(), body, 'sha256'), sent)"),
        ("a.py", "URLSafeTimedSerializer('harbour-view').loads(token)"),
        ("a.ts", "const signature = createHmac('sha256', 'harbour-view').update(body);"),
    ],
)
def test_a_word_that_signs_is_found_whatever_it_is_called(
    tmp_path: Path, path: str, call: str
) -> None:
    found = one(tmp_path, path, f"{call}\n")
    assert (found.rule, found.value) == (DEFAULT_SECRET, "harbour-view")


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("a.py", "jwt.encode({'sub': 1}, 'HARBOUR_VIEW', algorithm='HS256')"),
        ("a.py", "jwt.decode(token, SECRET_KEY)\nSECRET_KEY = 'HARBOUR_VIEW'"),
        ("a.ts", "jwt.verify(token, 'HARBOUR_VIEW')"),
        ("a.ts", "const KEY = 'HARBOUR_VIEW';\nexport const t = jwt.sign({ id: 1 }, KEY);"),
    ],
)
def test_a_word_in_capitals_that_signs_is_no_name(tmp_path: Path, path: str, call: str) -> None:
    found = one(tmp_path, path, f"{call}\n")
    assert (found.rule, found.value) == (DEFAULT_SECRET, "HARBOUR_VIEW")


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("a.py", "KEY = 'HARBOUR_VIEW'\nKEY = os.environ[KEY]\njwt.decode(token, KEY)"),
        ("a.ts", "let key = 'HARBOUR_VIEW';\nkey = process.env[key];\njwt.verify(token, key);"),
        ("a.ts", "// jwt.verify(token, 'HARBOUR_VIEW')"),
        ("a.ts", "jwt.verify(token, process.env['HARBOUR_VIEW'])"),
        ("a.py", "jwt.decode(token, os.environ['HARBOUR_VIEW'])"),
        ("a.py", "jwt.decode(token, config.get('HARBOUR_VIEW'))"),
    ],
)
def test_a_word_in_capitals_that_is_looked_up_is_a_name(
    tmp_path: Path, path: str, call: str
) -> None:
    assert secrets(tmp_path, path, f"{call}\n") == []


@pytest.mark.parametrize(
    "call",
    [
        "jwt.encode(claims, settings.key, algorithm='HS256')",
        "jwt.encode({'sub': 'harbour-view'}, key)",
        "jwt.decode(token, options={'verify': 'harbour-view'})",
        "signature = hmac.new(b'WebAppData', token, hashlib.sha256)",
        "etag = hmac.new(b'harbour-view', page, hashlib.sha256)",
        "signature = hmac.new(key, b'harbour-view', hashlib.sha256)",
    ],
)
def test_other_words_of_such_a_call_are_no_secret(tmp_path: Path, call: str) -> None:
    assert secrets(tmp_path, "a.py", f"{call}\n") == []


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("a.py", "generate_password_hash('sunflower')"),
        ("a.py", 'get_password_hash("sunflower")'),
        ("a.py", "admin.set_password('sunflower')"),
        ("a.py", "bcrypt.hashpw(b'sunflower', bcrypt.gensalt())"),
        ("a.py", "make_password('sunflower')"),
        ("a.py", "pwd_context.hash('sunflower')"),
        ("a.ts", "await bcrypt.hash('sunflower', 10)"),
        ("a.js", "bcrypt.hashSync('sunflower', 10)"),
        ("a.py", "USERS = {'admin': 'sunflower'}\nok = USERS.get(name) == password"),
        ("a.py", "users = {\n  'admin': 'sunflower',  # me\n}\nok = password == users[name]"),
    ],
)
def test_the_password_of_an_account_that_the_code_makes_is_found(
    tmp_path: Path, path: str, call: str
) -> None:
    found = one(tmp_path, path, f"{call}\n")
    assert (found.rule, found.value) == (ACCOUNT_PASSWORD, "sunflower")


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("a.tsx", "onClick={() => setPassword('sunflower')}"),
        ("a.py", "DUMMY = hash_password('sunflower')"),
        ("a.py", "# generate_password_hash('sunflower')"),
        ("seed.py", "generate_password_hash('sunflower')"),
        ("a.py", "USERS = {'anna': 'Owner'}\nok = USERS[name] == role"),
    ],
)
def test_other_words_that_look_like_it_are_no_password(
    tmp_path: Path, path: str, call: str
) -> None:
    assert secrets(tmp_path, path, f"{call}\n") == []


def test_a_stand_in_that_signs_is_a_secret_unless_a_whole_template_stands_around_it(
    tmp_path: Path,
) -> None:
    line = 'SECRET_KEY = "your-secret-key"\n'
    assert one(tmp_path, "a.py", line).rule == DEFAULT_SECRET
    assert secrets(tmp_path, "a.py", f'{line}STRIPE = "your-stripe-key"\n') == []


@pytest.mark.parametrize("value", ["HARBOUR_VIEW", "42_OLD_PIERS"])
def test_a_key_of_the_app_in_capitals_is_no_name(tmp_path: Path, value: str) -> None:
    found = one(tmp_path, "config.py", f"class Config:\n    JWT_SECRET_KEY = '{value}'\n")
    assert (found.rule, found.value) == (DEFAULT_SECRET, value)


@pytest.mark.parametrize(
    "line", ["SECRET_KEY = 'PLANNER_SIGNING_KEY'", "BAD_SECRET = 'WRONG_WORD'"]
)
def test_a_key_in_capitals_that_names_a_setting_is_none(tmp_path: Path, line: str) -> None:
    assert secrets(tmp_path, "config.py", f"{line}\n") == []
