"""Built files are handed out as browsers and caches expect, and nothing beside them is."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shipworthy.sidecar import static_server
from shipworthy.sidecar.application.answering import ask
from shipworthy.sidecar.guarded import start
from shipworthy.sidecar.ports import free_port
from waiting import SECONDS, until


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    above = tmp_path_factory.mktemp("app")
    (above / "secret.txt").write_text("secret")
    root = above / "dist"
    for path, text in {
        "index.html": "<div id=root>",
        "assets/index-DkT1x9_a.js": "let a = 1;",
        "about.html": "About",
        "docs/index.html": "Docs",
        ".env": "KEY=1",
        ".git/config": "[core]",
        ".well-known/security.txt": "Contact: mailto:a@example.com",
        "a b.txt": "blank",
        "long.txt": "0123456789",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "outside.txt").symlink_to(above / "secret.txt")
    (root / "elsewhere").symlink_to(above)
    return root


@pytest.fixture(scope="module", params=["--fallback", ""], ids=["single page", "pages"])
def served(folder: Path, request: pytest.FixtureRequest) -> Iterator[tuple[int, bool]]:
    port = free_port()
    options = [request.param] if request.param else []
    argv = [sys.executable, static_server.__file__, str(folder), str(port), *options]
    program = start(argv, folder.parent, {}, folder.parent / "log")
    try:
        until(lambda: ask(port))
        yield port, bool(options)
    finally:
        program.stop(1.0)


def get(
    port: int, path: str, method: str = "GET", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], str]:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    asking.putrequest(method, path, skip_host=True)
    for name, value in {"Host": "localhost", **(headers or {})}.items():
        asking.putheader(name, value)
    asking.endheaders()
    answer = asking.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, found, answer.read().decode()


def test_files_have_their_type_and_a_tag_by_which_they_are_not_sent_twice(
    served: tuple[int, bool],
) -> None:
    port, _ = served
    status, headers, text = get(port, "/assets/index-DkT1x9_a.js")
    assert (status, text) == (200, "let a = 1;")
    assert headers["content-type"] in ("text/javascript", "application/javascript")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    again = get(port, "/assets/index-DkT1x9_a.js", headers={"If-None-Match": headers["etag"]})
    assert again[0] == 304
    assert get(port, "/")[1]["cache-control"] == "no-cache"
    assert get(port, "/a%20b.txt")[2] == "blank"


def test_a_part_of_a_file_is_sent_where_only_that_is_asked_for(served: tuple[int, bool]) -> None:
    status, headers, text = get(served[0], "/long.txt", headers={"Range": "bytes=2-4"})
    assert (status, text, headers["content-range"]) == (206, "234", "bytes 2-4/10")


def test_pages_are_found_without_their_ending(served: tuple[int, bool]) -> None:
    port, _ = served
    assert get(port, "/about")[2] == "About"
    assert get(port, "/docs/")[2] == "Docs"
    assert get(port, "/docs")[1]["location"] == "/docs/"
    assert get(port, "//docs")[1].get("location", "/docs/") == "/docs/"  # never another host
    assert get(port, "/", "HEAD")[2] == ""
    assert get(port, "/", "POST")[0] == 405


def test_a_page_that_is_not_there_is_drawn_by_single_page_apps_alone(
    served: tuple[int, bool],
) -> None:
    port, single = served
    status, headers, text = get(port, "/orders/17")
    assert (status, text) == ((200, "<div id=root>") if single else (404, text))
    assert headers.get("cache-control", "no-cache") == "no-cache"
    assert get(port, "/assets/gone-DkT1x9_b.js")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..\\secret.txt",
        "/%5c..%5csecret.txt",
        "/outside.txt",
        "/elsewhere/secret.txt",
        "/.env",
        "/.git/config",
        "/assets/%00.js",
        "//etc/passwd",
        "/%2fetc/passwd",
    ],
)
def test_nothing_beside_the_folder_and_nothing_hidden_is_handed_out(
    path: str, served: tuple[int, bool]
) -> None:
    status, _, text = get(served[0], path)
    assert (status == 404) or text == "<div id=root>" or status == 400
    for word in ("secret", "KEY=1", "[core]", "root:"):
        assert word not in text


def test_the_one_hidden_folder_that_is_public_is_there(served: tuple[int, bool]) -> None:
    assert get(served[0], "/.well-known/security.txt")[0] == 200


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/assets/index-DkT1x9_a.js", True),
        ("/static/js/main.3f2a9c1b.js", True),
        ("/static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg", True),
        ("/_next/static/chunks/webpack.js", True),
        ("/report-2024-final.pdf", False),
        ("/photo-20240101.jpg", False),
        ("/my-component.js", False),
        ("/bootstrap-5.3.0.min.js", False),
        ("/index.html", False),
    ],
)
def test_only_names_with_a_hash_are_kept_for_ever(path: str, kept: bool) -> None:
    assert bool(static_server._HASHED.search(path)) is kept


def test_pages_that_are_built_for_a_path_are_found_there(folder: Path) -> None:
    port = free_port()
    argv = [sys.executable, static_server.__file__, str(folder), str(port), "--base", "/shop/"]
    program = start(argv, folder.parent, {}, folder.parent / "log")
    try:
        until(lambda: ask(port))
        assert get(port, "/")[1]["location"] == "/shop/"
        assert get(port, "/shop")[1]["location"] == "/shop/"
        assert get(port, "/shop/about")[2] == "About"
        assert get(port, "/about")[0] == 404
    finally:
        program.stop(1.0)
