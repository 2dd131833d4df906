"""How imports are resolved and what reaches the browser."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.modules import resolving
from shipworthy.prototype.modules.graph import ModuleGraph
from shipworthy.prototype.source import Role, SourceFile

VITE = '{"dependencies": {"react": "18"}, "devDependencies": {"vite": "5"}}'
INDEX = '<div id="root"></div><script type="module" src="/src/main.tsx"></script>'
NEXT = '{"dependencies": {"next": "15", "react": "19"}}'


def graph(root: Path, files: dict[str, str]) -> ModuleGraph:
    return prototype_of(root, files).modules


def candidates(base: str) -> set[str]:
    return set(resolving._candidates(base))


def test_relative_imports_find_extensions_indexes_and_emitted_names(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "src/a.ts": 'import "./b"; import "./c"; import "./d.js"; import "..";',
            "src/b.tsx": "",
            "src/c/index.ts": "",
            "src/d.ts": "",
            "index.ts": "",
        },
    )
    assert found.edges["src/a.ts"] == {"src/b.tsx", "src/c/index.ts", "src/d.ts", "index.ts"}


def test_a_name_is_looked_up_only_where_a_file_could_answer_and_never_in_vain() -> None:
    ends = (*resolving._EXTENSIONS, *resolving._EMITTED, ".css", "")
    folders = ("", "a/", "a/b/", "index/")
    paths = [f"{f}{n}{e}" for f in folders for n in ("index", "x", "x.test") for e in ends]
    for path in filter(None, paths):
        of_path = resolving.Resolver({path: SourceFile(path, Role.PRODUCT, 1, "")}, ())
        leading = {base for base in (*paths, "a", "a/b", "a/") if path in candidates(base)}
        assert {base for base in (*paths, "a", "a/b", "a/") if of_path.file(base)} == leading


def test_paths_of_a_commented_tsconfig_and_of_what_it_extends_are_followed(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "tsconfig.json": '{ /* base */ "extends": "./config/base.json", }',
            "config/base.json": '{"compilerOptions": {"paths": {"~lib/*": ["../lib/*"]}}}',
            "tsconfig.app.json": '{"compilerOptions": {"paths": {"@/*": ["./web/*"]}}} // Vite',
            "web/a.ts": 'import "@/b"; import "~lib/c";',
            "web/b.ts": "",
            "lib/c.ts": "",
        },
    )
    assert found.edges["web/a.ts"] == {"web/b.ts", "lib/c.ts"}


def test_paths_of_an_extended_tsconfig_hold_beside_an_own_base(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "tsconfig.json": '{"extends": "./paths.json", "compilerOptions": {"baseUrl": "."}}',
            "paths.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@utils/*": ["web/utils/*"]}}}',
            "web/a.ts": 'import "@utils/b"; import "web/c";',
            "web/utils/b.ts": "",
            "web/c.ts": "",
        },
    )
    assert found.edges["web/a.ts"] == {"web/utils/b.ts", "web/c.ts"}


def test_vite_aliases_are_followed_as_object_and_as_list(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "one/vite.config.ts": 'export default { resolve: { alias: { "@": path.resolve('
            'import.meta.dirname, "client", "src"), '
            '"@shared": path.resolve(__dirname, "shared") }}}',
            "one/client/src/a.ts": 'import "@/b"; import "@shared/s";',
            "one/client/src/b.ts": "",
            "one/shared/s.ts": "",
            "two/vite.config.js": "export default { resolve: { alias: [{ find: 'app', replacement: "
            "fileURLToPath(new URL('./code', import.meta.url)) }] } }",
            "two/a.js": 'import "app/b";',
            "two/code/b.js": "",
        },
    )
    assert found.edges["one/client/src/a.ts"] == {"one/client/src/b.ts", "one/shared/s.ts"}
    assert found.edges["two/a.js"] == {"two/code/b.js"}


def test_customary_alias_is_followed_without_a_configuration(tmp_path: Path) -> None:
    found = graph(tmp_path, {"src/a.ts": 'import "@/lib/b";', "src/lib/b.ts": ""})
    assert found.edges["src/a.ts"] == {"src/lib/b.ts"}


def test_workspace_packages_are_found_by_name(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "package.json": '{"workspaces": ["packages/*"]}',
            "packages/ui/package.json": '{"name": "@shop/ui", "main": "./dist/index.js"}',
            "packages/ui/src/index.ts": "",
            "app/a.ts": 'import "@shop/ui"; import "@other/ui";',
        },
    )
    assert found.edges["app/a.ts"] == {"packages/ui/src/index.ts"}
    assert found.packages["app/a.ts"] == {"@other/ui"}


def test_packages_are_named_as_the_registry_knows_them(tmp_path: Path) -> None:
    code = """import "node:fs"; import "path"; import "lodash/merge";
import "npm:@scope/x@1.2/y"; import "https://esm.sh/v135/stripe@14?target=deno";
import "https://deno.land/std@0.168.0/http/server.ts"; import "jsr:@hono/hono@4";"""
    found = graph(tmp_path, {"a.ts": code})
    names = {"lodash", "@scope/x", "stripe", "deno.land/std/http/server.ts", "@hono/hono"}
    assert found.packages["a.ts"] == names


def test_what_leads_nowhere_is_named(tmp_path: Path) -> None:
    found = graph(tmp_path, {"src/a.ts": 'import "./gone"; import "@/gone"; import "react";'})
    assert found.unresolved == {"src/a.ts": {"./gone", "@/gone"}}


def test_python_imports_lead_to_modules_of_the_nearest_root(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "one/app/__init__.py": "",
            "one/app/main.py": "from app.services import mail\n"
            "from . import store\nimport httpx, os",
            "one/app/services/__init__.py": "",
            "one/app/services/mail.py": "",
            "one/app/store.py": "",
            "two/app/services/mail.py": "",
        },
    )
    assert found.edges["one/app/main.py"] == {
        "one/app/__init__.py",
        "one/app/services/__init__.py",
        "one/app/services/mail.py",
        "one/app/store.py",
    }
    assert found.packages["one/app/main.py"] == {"httpx"}
    assert not found.unresolved


def test_a_module_named_like_the_package_it_wraps_does_not_hide_it(tmp_path: Path) -> None:
    found = graph(
        tmp_path, {"services/openai.py": "import openai\nimport logging", "logging.py": ""}
    )
    assert found.packages["services/openai.py"] == {"openai"}
    assert found.edges["services/openai.py"] == frozenset()


def test_shortest_chain_and_reach_are_found(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "a.ts": 'import "./b"; import "./c";',
            "b.ts": 'import "./d"; import "./a";',
            "c.ts": 'import "./b";',
            "d.ts": "",
            "e.ts": 'import "./d";',
        },
    )
    assert found.path_between("a.ts", "d.ts") == ("a.ts", "b.ts", "d.ts")
    assert found.path_between("d.ts", "a.ts") == ()
    assert found.path_between("a.ts", "a.ts") == ("a.ts",)
    assert found.reachable(["c.ts"]) == {"a.ts", "b.ts", "c.ts", "d.ts"}


def test_browser_holds_what_index_html_loads_and_no_edge_function(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "package.json": VITE,
            "index.html": INDEX,
            "src/main.tsx": 'import "@/App"; import type { S } from "../server/schema";',
            "src/App.tsx": 'const Page = lazy(() => import("./Page"));',
            "src/Page.tsx": "",
            "src/dead.tsx": "",
            "server/schema.ts": "",
            "supabase/functions/pay/index.ts": "",
        },
    )
    assert found.browser == {"index.html", "src/main.tsx", "src/App.tsx", "src/Page.tsx"}


def test_browser_of_next_holds_client_components_and_stops_at_server_actions(
    tmp_path: Path,
) -> None:
    found = graph(
        tmp_path,
        {
            "package.json": NEXT,
            "app/page.tsx": 'import { Form } from "@/components/form"; import "@/lib/db";'
            "export default Form;",
            "app/api/leads/route.ts": 'import "@/lib/db";',
            "components/form.tsx": '// form\n"use client"\n'
            'import "@/lib/format"; import "@/actions/save";',
            "lib/format.ts": "",
            "lib/db.ts": "",
            "actions/save.ts": '"use server";\nimport "@/lib/db";',
            "proxy.ts": 'import "@/lib/db";',
        },
    )
    assert found.browser == {"components/form.tsx", "lib/format.ts"}


def test_browser_of_the_pages_router_leaves_api_routes_out(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "package.json": NEXT,
            "pages/index.tsx": 'import "../lib/view";',
            "pages/api/save.ts": 'import "../../lib/db";',
            "lib/view.ts": "",
            "lib/db.ts": "",
        },
    )
    assert found.browser == {"pages/index.tsx", "lib/view.ts"}


def test_browser_leaves_out_what_only_server_functions_of_a_page_use(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "package.json": '{"dependencies": {"next": "15.0.0"}}',
            "lib/guards.ts": "export const allowed = () => true;",
            "lib/view.ts": "export const title = 'x';",
            "pages/index.tsx": "import { allowed } from '../lib/guards';\n"
            "import { title } from '../lib/view';\n"
            "export default function Page() { return title; }\n"
            "export async function getServerSideProps() { return { props: { ok: allowed() } }; }\n",
        },
    )
    assert found.browser == {"pages/index.tsx", "lib/view.ts"}


def test_browser_leaves_out_client_components_that_no_page_leads_to(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "package.json": '{"dependencies": {"next": "15.0.0"}}',
            "app/page.tsx": "import { Form } from '../components/form';\nexport default Form;\n",
            "components/form.tsx": "'use client';\nexport const Form = () => null;\n",
            "components/board.tsx": "'use client';\nexport const Board = () => null;\n",
        },
    )
    assert found.browser == {"components/form.tsx"}


def test_browser_leaves_out_routes_of_next_where_expo_is_listed_as_well(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "package.json": '{"dependencies": {"next": "15.0.0", "expo": "latest"}}',
            "app/page.tsx": "export default () => null;\n",
            "app/api/leads/route.ts": "export const GET = () => Response.json([]);\n",
        },
    )
    assert found.browser == frozenset()


def test_browser_holds_static_files_and_pages_without_a_bundler(tmp_path: Path) -> None:
    found = graph(
        tmp_path,
        {
            "package.json": '{"dependencies": {"express": "4"}}',
            "public/index.html": '<script src="app.js"></script>',
            "public/app.js": "",
            "server.js": "",
            "routes/public/users.js": "",
        },
    )
    assert found.browser == {"public/index.html", "public/app.js"}
