"""A function that only pages behind the sign-in ask for may ask who calls; one word elsewhere forbids it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.page_callers import asked_by_signed_in_pages
from shipworthy.prototype.routes.signed_in_pages import behind_sign_in
from shipworthy.settings import Settings

CASE = (
    Path(__file__).parent.parent
    / "src/shipworthy/controls/access/unauthenticated_endpoint/fixtures/vulnerable"
    / "function-asked-by-pages-behind-sign-in"
)
FUNCTION = "publish-project"
PAGE = "src/pages/Projects.tsx"
APP = "src/App.tsx"
GUARD = "src/components/ProtectedRoute.tsx"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CASE, tmp_path / "app"))


def change(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))


def is_asked_by_them(root: Path) -> bool:
    prototype = read_prototype(root, Settings())
    handler = next(h for h in prototype.handlers if FUNCTION in h.subject)
    return asked_by_signed_in_pages(prototype, handler)


def test_a_page_between_the_tags_of_a_guard_is_behind_the_sign_in(app: Path) -> None:
    prototype = read_prototype(app, Settings())
    assert behind_sign_in(prototype, PAGE)
    assert not behind_sign_in(prototype, "src/pages/Login.tsx")
    assert not behind_sign_in(prototype, APP)
    assert is_asked_by_them(app)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        pytest.param(
            APP,
            "<ProtectedRoute><Projects /></ProtectedRoute>",
            "<Projects />",
            id="no-guard-around-the-page",
        ),
        pytest.param(
            APP,
            "</Routes>",
            '  <Route path="/demo" element={<Projects />} />\n      </Routes>',
            id="the-page-once-more-without-a-guard",
        ),
        pytest.param(
            APP,
            "<ProtectedRoute><",
            "<ProtectedRoute required={false}><",
            id="guard-that-is-told-to-let-everybody-pass",
        ),
        pytest.param(GUARD, "if (!user)", "if (user)", id="guard-that-sends-users-away"),
        pytest.param(
            PAGE,
            'title: "A garden" } }',
            'title: "A garden" }, headers: { Authorization: "Bearer key" } }',
            id="another-token-than-the-visitors",
        ),
    ],
)
def test_a_way_around_the_sign_in_forbids_the_check(
    app: Path, path: str, old: str, new: str
) -> None:
    change(app, path, old, new)
    assert not is_asked_by_them(app)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param(
            "supabase/migrations/1_jobs.sql",
            f"select net.http_post('https://x.supabase.co/functions/v1/{FUNCTION}');",
            id="job-of-the-database",
        ),
        pytest.param(
            "supabase/functions/nightly/index.ts",
            f'await client.functions.invoke("{FUNCTION}");',
            id="another-function",
        ),
        pytest.param(
            "scripts/publish.sh", f"curl $URL/functions/v1/{FUNCTION}", id="script-of-the-shell"
        ),
        pytest.param(
            "src/pages/Login.tsx",
            f'import {{ supabase }} from "../lib/supabase";\n'
            "export default function Login() {\n"
            f'  return <a onClick={{() => supabase.functions.invoke("{FUNCTION}")}}>x</a>;\n}}\n',
            id="page-for-everybody",
        ),
    ],
)
def test_another_caller_forbids_the_check(app: Path, path: str, text: str) -> None:
    (app / path).parent.mkdir(parents=True, exist_ok=True)
    (app / path).write_text(text)
    assert not is_asked_by_them(app)


def test_a_function_that_a_clock_may_start_is_left_alone(app: Path) -> None:
    (app / "supabase/functions" / FUNCTION).rename(app / "supabase/functions/publish-daily")
    change(app, PAGE, FUNCTION, "publish-daily")
    prototype = read_prototype(app, Settings())
    handler = next(h for h in prototype.handlers if "publish-daily" in h.subject)
    assert not asked_by_signed_in_pages(prototype, handler)


def test_a_page_that_sends_strangers_away_itself_needs_no_guard(app: Path) -> None:
    change(app, APP, "<ProtectedRoute><Projects /></ProtectedRoute>", "<Projects />")
    change(
        app,
        PAGE,
        "  const publish",
        "  const navigate = useNavigate();\n"
        "  const { user } = useSession();\n"
        "  useEffect(() => {\n"
        '    if (!user) navigate("/auth");\n'
        "  }, [user]);\n"
        "  const publish",
    )
    assert is_asked_by_them(app)
    change(app, PAGE, "useEffect(() => {", "useCallback(() => {")  # what only a click brings about
    assert not is_asked_by_them(app)
