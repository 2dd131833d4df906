"""One program of a prototype: where it stands, how it is built, and the ways to start it."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

PORT = "{port}"
"""Stands in a command or a setting where the port goes."""
HOST = "{host}"
"""Stands where the address goes that the program is to listen on."""


class Way(Struct, frozen=True):
    """A command that serves. Programs of the packages around it are on its PATH.

    The port and the address are given in the command where the program takes them there, and always as
    PORT, HOST and HOSTNAME; what listens elsewhere is found out when it runs.
    """

    argv: tuple[str, ...]
    settings: tuple[tuple[str, str], ...] = ()
    made: str = ""  # a file that the build must have made, from the program's folder

    @property
    def text(self) -> str:
        """As a person would type it."""
        return " ".join(self.argv)


class Files(Struct, frozen=True):
    """A folder of files that any web server can hand out."""

    folder: str  # from the program's folder
    fallback: bool  # a page that is not there is the start page's to draw
    base: str = "/"  # the path that the pages are built for

    @property
    def made(self) -> str:
        """What must be there."""
        return f"{self.folder}/index.html" if self.folder else "index.html"

    @property
    def text(self) -> str:
        """As a person would say it."""
        return f"the files in {self.folder or 'its folder'}"


@dataclass(frozen=True, slots=True)
class Program:
    """One program. `build` and `ways` are alternatives, the most faithful first: of the ways the first
    one counts whose files are there after the build."""

    folder: str  # '' is the root
    framework: str  # "vite", "next", "express", "fastapi", "static", …
    pages: bool  # it draws pages: no mere API
    ways: tuple[Way | Files, ...]
    build: tuple[tuple[str, ...], ...] = ()
    develop: Way | None = None  # its development server, where nothing can be built
    entry: str = ""  # the file that it begins with, '' where a framework finds it
    python: bool = False
    home: str = ""  # the folder to run in, from the root
    packages: tuple[str, ...] = ()  # Python packages that the way needs beside its own
    finish: tuple[tuple[str, ...], ...] = ()  # all run after the build; it starts where they fail

    @property
    def name(self) -> str:
        """How the user is told of it."""
        title = TITLES.get(self.framework, self.framework)
        return f"{title} in {self.folder}" if self.folder else title


TITLES = {
    "next": "Next.js",
    "vite": "the single-page app (Vite)",
    "create-react-app": "the single-page app (Create React App)",
    "angular": "the single-page app (Angular)",
    "react-router": "React Router",
    "remix": "Remix",
    "tanstack-start": "TanStack Start",
    "sveltekit": "SvelteKit",
    "astro": "Astro",
    "nuxt": "Nuxt",
    "static": "the static pages",
    "express": "the Express server",
    "fastify": "the Fastify server",
    "hono": "the Hono server",
    "koa": "the Koa server",
    "nestjs": "the NestJS server",
    "node": "the Node.js server",
    "fastapi": "the FastAPI server",
    "flask": "the Flask server",
    "django": "the Django server",
    "streamlit": "the Streamlit app",
    "gradio": "the Gradio app",
    "chainlit": "the Chainlit app",
    "declared": "the program that Procfile or .replit names",
}
