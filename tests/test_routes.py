"""Which ways in are found, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of, syntax_of
from shipworthy.prototype.routes.declared import RouteKind, read, url_path

NEXT = '{"dependencies": {"next": "15"}}'


def ways(text: str, path: str) -> list[tuple[str, str, str]]:
    return [(r.method, r.path, r.handler) for r in read(syntax_of(text, path))]


def test_exports_of_a_route_file_are_handlers() -> None:
    text = """export async function GET() {}
export const POST = withAuth(async (request) => {});
const handler = () => {};
export { handler as PUT, handler as helper };
export const { PATCH } = serve({});"""
    found = ways(text, "app/(shop)/api/leads/[id]/route.ts")
    assert sorted(method for method, _, _ in found) == ["GET", "PATCH", "POST", "PUT"]
    assert {path for _, path, _ in found} == {"/api/leads/[id]"}


def test_groups_slots_and_intercepted_parts_are_no_part_of_a_path() -> None:
    assert url_path("(marketing)/@modal/(..)photo/[id]") == "/photo/[id]"
    assert url_path("") == "/"


def test_server_actions_are_exported_functions_of_a_use_server_file() -> None:
    text = """"use server";
export async function save() {}
function help() {}
export const LIMIT = 5;"""
    [found] = read(syntax_of(text, "app/actions.ts"))
    assert (found.kind, found.handler) == (RouteKind.SERVER_ACTION, "save")


def test_server_action_inside_a_component_is_found() -> None:
    text = """export default function Page() {
  async function save(data: FormData) {
    'use server';
  }
}"""
    assert [r.handler for r in read(syntax_of(text, "app/page.tsx"))] == ["save"]


def test_express_routes_carry_the_prefix_they_are_mounted_at() -> None:
    text = """const app = express();
const router = express.Router();
router.get("/", list);
router.route("/:id").get(one).delete(auth, (req, res) => {});
app.use("/leads", router);
app.post(`/login`, async (req, res) => {});"""
    assert sorted(ways(text, "server/index.ts")) == [
        ("DELETE", "/leads/:id", "router.route().get().delete /:id"),
        ("GET", "/leads/", "list"),
        ("GET", "/leads/:id", "one"),
        ("POST", "/login", "app.post /login"),
    ]


def test_handlers_in_wrappers_and_parentheses_keep_apart() -> None:
    text = """const app = express();
app.get("/a", wrap(async (req, res) => {}));
app.get("/b", wrap(list));
app.post("/b", (async (req, res) => {}) as RequestHandler);
app.get("/c", listAll());"""
    assert sorted(ways(text, "server/index.ts")) == [
        ("GET", "/a", "app.get /a"),
        ("GET", "/b", "app.get /b"),
        ("GET", "/c", "listAll()"),
        ("POST", "/b", "app.post /b"),
    ]


def test_a_router_that_is_a_parameter_is_known_by_its_usual_name() -> None:
    text = 'export function routes(app: Express) { app.get("/x", auth, (req, res) => {}); }'
    assert [(m, p) for m, p, _ in ways(text, "server/routes.ts")] == [("GET", "/x")]


def test_hono_chains_are_followed() -> None:
    text = 'const api = new Hono().basePath("/api").get("/a", (c) => c.text("")).post("/b", save);'
    found = {(method, path) for method, path, _ in ways(text, "src/api.ts")}
    assert found == {("GET", "/api/a"), ("POST", "/api/b")}


@pytest.mark.parametrize(
    "text",
    [
        'const found = map.get("/x", fallback);',
        'const { data } = await axios.get("/api/leads", () => {});',
        'await api.post("/api/leads", body);',
        'localStorage.get("/k"); cache.delete("/k", done);',
        'const mode = app.get("/env");',
        'http.get("/api/leads", () => HttpResponse.json([]));',
        'const router = useRouter(); router.push("/x");',
    ],
)
def test_a_get_that_is_no_route_is_none(text: str) -> None:
    assert ways(text, "src/a.ts") == []


def test_fastapi_routes_carry_the_prefix_of_their_router() -> None:
    text = """router = APIRouter(prefix="/leads")

@router.get("/{lead_id}")
async def one(lead_id: int): ...

@router.post("")
def create(): ...
"""
    assert ways(text, "app/leads.py") == [
        ("GET", "/leads/{lead_id}", "one"),
        ("POST", "/leads", "create"),
    ]


def test_flask_routes_have_one_entry_per_method() -> None:
    text = """bp = Blueprint("x", __name__, url_prefix="/x")

@bp.route("/login", methods=["GET", "POST"])
def login(): ...

@app.route("/")
def home(): ...
"""
    assert ways(text, "web.py") == [
        ("GET", "/x/login", "login"),
        ("POST", "/x/login", "login"),
        ("GET", "/", "home"),
    ]


def test_decorators_of_caches_and_tests_are_no_routes() -> None:
    text = '@cache.get("/x")\ndef f(): ...\n\n@pytest.mark.parametrize("/x")\ndef g(): ...\n'
    assert ways(text, "a.py") == []


def test_django_paths_name_their_views() -> None:
    text = """urlpatterns = [
    path("", views.home), path("admin/", admin.site.urls), path("x/", include("x")),
]"""
    assert ways(text, "shop/urls.py") == [("*", "/", "views.home")]


def test_pages_of_react_router_show_the_component_behind_guards() -> None:
    text = """import { Route } from "react-router-dom";
const A = () => <Routes>
  <Route element={<Layout />}>
    <Route path="/leads" element={<Guard><Leads /></Guard>} />
  </Route>
  <Route path="/admin">
    <Route path="users" element={<Users />} />
  </Route>
  <Route path="/old" element={<Navigate to="/leads" />} />
</Routes>;"""
    assert ways(text, "src/App.tsx") == [
        ("GET", "/leads", "Leads"),
        ("GET", "/admin/users", "Users"),
    ]


@pytest.mark.parametrize(
    ("path", "component", "handler"),
    [
        ("src/routes/leads.tsx", "() => <Guard><Leads /></Guard>", "Leads"),
        ("src/routes/leads.ts", "() => null", "page"),
        ("src/routes/leads.ts", "Leads", "Leads"),
    ],
)
def test_file_routes_of_tanstack_are_pages_with_or_without_elements(
    path: str, component: str, handler: str
) -> None:
    text = f"""import {{ createFileRoute }} from "@tanstack/react-router";
export const Route = createFileRoute("/leads")({{ component: {component} }});"""
    assert ways(text, path) == [("GET", "/leads", handler)]


def test_pages_of_route_objects_and_wouter_are_found() -> None:
    objects = """import { createBrowserRouter } from "react-router-dom";
createBrowserRouter([{ path: "/", element: <Layout />, children: [
  { index: true, element: <Home /> },
  { path: "leads/:id", element: <Lead /> }] }]);"""
    assert ways(objects, "src/router.tsx") == [("GET", "/", "Home"), ("GET", "/leads/:id", "Lead")]
    wouter = """import { Route } from "wouter";
const A = () => <><Route path="/a" component={Page} />
  <Route path="/b"><Guard><B /></Guard></Route></>;"""
    assert ways(wouter, "src/App.tsx") == [("GET", "/a", "Page"), ("GET", "/b", "B")]


def test_file_routes_of_next_and_supabase(tmp_path: Path) -> None:
    prototype = prototype_of(
        tmp_path,
        {
            "package.json": NEXT,
            "app/(shop)/cart/page.tsx": "export default function Page() {}",
            "app/layout.tsx": "",
            "lib/supabase/middleware.ts": "export function updateSession() {}",
            "middleware.ts": "export function middleware() {}\n"
            'export const config = { matcher: ["/a"] };',
            "supabase/functions/pay/index.ts": "Deno.serve(async () => {});",
            "supabase/functions/_shared/cors.ts": "",
        },
    )
    assert {(r.kind, r.path, r.handler) for r in prototype.routes} == {
        (RouteKind.PAGE, "/cart", "default"),
        (RouteKind.MIDDLEWARE, "/a", "middleware"),
        (RouteKind.EDGE_FUNCTION, "/functions/v1/pay", "Deno.serve"),
    }


@pytest.mark.parametrize(
    ("scripts", "more", "routes"),
    [
        ('{"dev": "vite", "build": "vite build"}', {}, 0),
        ('{"dev": "vite", "build": "vite build"}', {"next.config.mjs": "export default {};\n"}, 1),
        ('{"dev": "next dev", "build": "vite build"}', {}, 1),
        ("{}", {}, 1),
    ],
)
def test_routes_that_a_move_to_vite_left_behind_have_no_server(
    tmp_path: Path, scripts: str, more: dict[str, str], routes: int
) -> None:
    files = {
        "package.json": f'{{"dependencies": {{"next": "15", "vite": "6"}}, "scripts": {scripts}}}',
        "app/api/me/route.ts": "export async function GET() { return Response.json({}); }\n",
        **more,
    }
    assert len(prototype_of(tmp_path, files).routes) == routes


def test_pages_folder_is_a_router_only_with_next(tmp_path: Path) -> None:
    pages = {"src/pages/Leads.tsx": "export default function Leads() {}"}
    assert prototype_of(tmp_path / "vite", {"package.json": "{}", **pages}).routes == ()
    routes = prototype_of(tmp_path / "next", {"package.json": NEXT, **pages}).routes
    assert [r.path for r in routes] == ["/Leads"]


def test_streamlit_pages_lose_their_number(tmp_path: Path) -> None:
    prototype = prototype_of(
        tmp_path,
        {
            "app.py": "import streamlit as st",
            "pages/1_Chat.py": "import streamlit as st",
            "charts.py": "import streamlit as st",
        },
    )
    assert [r.path for r in prototype.routes] == ["/", "/Chat"]
