"""Which hosts count as third parties."""

from __future__ import annotations

import pytest

from planting import syntax_of
from shipworthy.prototype.inventory.host_uses import Use
from shipworthy.prototype.inventory.hosts import is_third_party, read


def hosts(text: str, path: str = "src/a.tsx") -> list[str]:
    return [use.host for use in read(syntax_of(text, path))]


def test_hosts_of_strings_and_templates_are_found() -> None:
    assert hosts('fetch("https://api.resend.com/emails"); fetch(`https://api.x.ai/${id}`);') == [
        "api.resend.com",
        "api.x.ai",
    ]
    assert hosts('URL = f"https://{region}.api.pinecone.io/{index}"', "a.py") == [
        "*.api.pinecone.io"
    ]


def test_hosts_of_connection_strings_come_without_their_password() -> None:
    assert hosts('u = "postgresql://me:secret@db.neon.tech:5432/app"', "a.py") == ["db.neon.tech"]


@pytest.mark.parametrize(
    "text",
    [
        "// https://api.stripe.com\nconst a = 1;",
        '<a href="https://stripe.com/pricing">Prices</a>;',
        '<svg xmlns="http://www.w3.org/2000/svg" />;',
        'import x from "https://esm.sh/stripe@14";',
        "fetch(`${base}://${host}/x`);",
        "fetch(`https://${host}/x`);",
    ],
)
def test_what_is_only_mentioned_is_no_use(text: str) -> None:
    assert hosts(text) == []


def test_docstrings_are_documentation() -> None:
    assert hosts('def f():\n    """See https://api.stripe.com."""\n', "a.py") == []


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "backend", "127.0.0.1", "192.168.0.7", "10.0.0.1", "host.docker.internal"),
        *("api.example.com", "your-domain.com", "yourdomain.com", "your-project.supabase.co"),
        *("www.w3.org", "schema.org", "docs.stripe.com", "github.com", "my-app.test", "*", "*.com"),
    ],
)
def test_local_example_and_documentation_hosts_are_left_out(host: str) -> None:
    assert not is_third_party(host)


@pytest.mark.parametrize(
    "host",
    ["api.stripe.com", "*.supabase.co", "fonts.googleapis.com", "8.8.8.8", "abc.supabase.co"],
)
def test_real_hosts_are_kept(host: str) -> None:
    assert is_third_party(host)


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ('<img src="https://images.unsplash.com/photo-1" />;', Use.IMAGE),
        ('<AvatarImage src={user.url ?? "https://i.pravatar.cc/100"} />;', Use.IMAGE),
        ('const rooms = [{ image: "https://cdn.rooms.io/1" }];', Use.IMAGE),
        ('const x = "https://cdn.rooms.io/plan.webp?w=3";', Use.IMAGE),
        ("<iframe src={`https://www.youtube.com/embed/${id}`} />;", Use.FRAME),
        ('script.src = "https://js.paystack.co/v1/inline";', Use.SCRIPT),
        (
            "pdfjs.GlobalWorkerOptions.workerSrc = `https://unpkg.com/pdf.worker.min.mjs`;",
            Use.SCRIPT,
        ),
        ('const API_URL = import.meta.env.VITE_API ?? "https://api.rooms.io";', Use.REQUEST),
        ('const ws = new WebSocket("wss://live.rooms.io/x");', Use.REQUEST),
        ('window.open("https://wa.me/49170");', Use.LINK),
        ('window.location.href = "https://buy.rooms.io/x";', Use.LINK),
        ('send("https://hooks.rooms.io/x");', Use.OTHER),
    ],
)
def test_the_place_of_a_url_says_what_it_is_for(text: str, use: Use) -> None:
    assert [found.use for found in read(syntax_of(text, "src/a.tsx"))] == [use]


def test_what_looks_like_a_url_and_is_none_ends_no_reading() -> None:
    assert hosts('const note = "see https://[1] and https://api.resend.com/x";') == [
        "api.resend.com"
    ]
