"""What a piece of code is called when one speaks of it to somebody who has not read it."""

from __future__ import annotations

_GENERIC = frozenset(
    """module default serve Deno.serve handler GET POST PUT PATCH DELETE queryFn mutationFn main
    index onSubmit onSuccess onError onClick useEffect callback""".split()
)
_GENERIC_FILES = frozenset("index route page handler main layout server app".split())


def spoken(path: str, function: str) -> str:
    """The function's name where it says something, else the name of its file or folder.

    `supabase/functions/send-email/index.ts` with "Deno.serve" is "send-email".
    """
    if function not in _GENERIC and " " not in function:
        return function.rpartition(".")[2]
    if " " in function:
        return _of_route(path, function.partition(" ")[2])  # app.get /leads
    folders = path.split("/")
    stem = folders.pop().partition(".")[0]
    meaningful = [folder for folder in folders if not folder.startswith(("(", "["))]
    if stem in _GENERIC_FILES and meaningful:
        return meaningful[-1]
    return stem


def _of_route(path: str, route: str) -> str:
    """The path of a route, with its file where a router further up says what it is about: "/ of brands"."""
    stem = path.rpartition("/")[2].partition(".")[0]
    bare = route == "/" or route.startswith("/:")
    return f"{route} of {stem}" if bare and stem not in _GENERIC_FILES else route
