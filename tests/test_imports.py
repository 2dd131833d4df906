"""What imports are read as."""

from __future__ import annotations

import pytest

from planting import syntax_of
from shipworthy.prototype.modules.imports import Import, read


def one(text: str, path: str = "src/a.tsx") -> Import:
    [found] = read(syntax_of(text, path))
    return found


def test_default_named_and_namespace_imports_bind_their_local_names() -> None:
    found = one('import React, { useState as state } from "react";')
    assert (found.specifier, found.names) == ("react", ("React", "state"))
    assert found.imported == ("default", "useState")
    assert one('import * as Sentry from "@sentry/react";').imported == ("*",)


@pytest.mark.parametrize(
    "text",
    [
        'import type { Lead } from "./types";',
        'import { type Lead, type Deal } from "./types";',
        'export type { Lead } from "./types";',
        'type Lazy = typeof import("./lazy");',
        'let lead: import("./types").Lead;',
    ],
)
def test_imports_of_types_are_marked(text: str) -> None:
    assert one(text).type_only


def test_import_of_names_that_are_only_used_as_types_is_dropped_like_a_bundler_does() -> None:
    text = 'import { Lead } from "@shared/schema";\nexport const f = (lead: Lead) => lead.id;'
    assert one(text).type_only
    used = 'import { Lead } from "@shared/schema";\nexport const f = () => new Lead();'
    assert not one(used).type_only
    shown = 'import { Card } from "@/components/Card";\nexport const f = () => <Card />;'
    assert not one(shown).type_only


def test_reexported_names_are_values() -> None:
    assert not one('export { Button } from "./Button";').type_only


def test_lazy_pages_are_dynamic_imports() -> None:
    found = one('const Leads = React.lazy(() => import("./pages/Leads"));')
    assert (found.specifier, found.dynamic) == ("./pages/Leads", True)


def test_destructured_require_and_await_import_bind_names() -> None:
    assert one('const { readFile, join: j } = require("x");').names == ("readFile", "j")
    assert one('const { run } = await import("./run");').imported == ("run",)


def test_url_imports_keep_their_specifier() -> None:
    url = "https://esm.sh/stripe@14?target=deno"
    assert one(f'import Stripe from "{url}";', "supabase/functions/pay/index.ts").specifier == url


def test_workers_and_globs_are_dynamic_imports() -> None:
    assert one('new Worker(new URL("./parse.ts", import.meta.url));').specifier == "./parse.ts"
    assert one('const pages = import.meta.glob("./pages/*.tsx");').specifier == "./pages/*.tsx"


def test_python_imports_name_modules_and_what_is_taken_from_them() -> None:
    found = read(syntax_of("import a.b as c, d\nfrom ..x import (y, z as w)\n", "app/m.py"))
    assert [(i.specifier, i.names, i.imported) for i in found] == [
        ("a.b", ("c",), ("*",)),
        ("d", ("d",), ("*",)),
        ("..x", ("y", "w"), ("y", "z")),
    ]


def test_python_imports_for_type_checkers_are_marked() -> None:
    text = "if TYPE_CHECKING:\n    from app.models import User\n"
    assert one(text, "app/m.py").type_only


def test_python_modules_loaded_by_name_are_dynamic() -> None:
    assert one('importlib.import_module("app.plugins")', "app/m.py").dynamic


def test_broken_code_is_no_error() -> None:
    assert read(syntax_of("import { from ;;; require( import(")) == []
    assert read(syntax_of("from import\nimport", "m.py")) == []
