"""Run a Python prototype so that it listens on this machine alone, on the port that it is given.

A program of its own, with the prototype's packages and without shipworthy's:
`python -S python_program.py [-m MODULE | SCRIPT] ARGUMENTS…`. What a script says in its own code about
address, port, debugger, reloader and public tunnels (`app.run(host="0.0.0.0", debug=True)`,
`demo.launch(share=True)`) gives way to what is right behind a proxy.
"""

from __future__ import annotations

import importlib.abc
import os
import runpy
import socket
import sys
from typing import Any

_LOCAL = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
_bind = socket.socket.bind


def _bind_here(self: socket.socket, address: Any) -> None:
    local = _LOCAL.get(self.family)
    serves = self.type & socket.SOCK_STREAM and isinstance(address, tuple) and address[1] != 0
    if local and serves and address[0] not in (local, "localhost"):
        address = (local, *address[1:])
    _bind(self, address)


class _Patching(importlib.abc.MetaPathFinder):
    """Changes a framework's way to start as soon as the prototype has imported it."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        patch = _PATCHES.get(name)
        if patch is None:
            return None
        rest = [finder for finder in sys.meta_path if finder is not self]
        for finder in rest:
            spec = finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                run = spec.loader.exec_module

                def exec_module(module: Any, run: Any = run, patch: Any = patch) -> None:
                    run(module)
                    patch(module)

                spec.loader.exec_module = exec_module  # type: ignore[method-assign]
                return spec
        return None


def _flask(module: Any) -> None:
    run = module.Flask.run

    def here(self: Any, *_: Any, **options: Any) -> Any:
        options.update(_place(), debug=False, use_reloader=False)
        options.setdefault("threaded", True)
        return run(self, **options)

    module.Flask.run = here


def _socketio(module: Any) -> None:
    run = module.SocketIO.run

    def here(self: Any, app: Any, *_: Any, **options: Any) -> Any:
        options.update(_place(), debug=False, use_reloader=False)
        return run(self, app, **options)

    module.SocketIO.run = here


def _uvicorn(module: Any) -> None:
    run = module.run

    def here(app: Any, **options: Any) -> Any:
        return run(app, **{**options, **_place(), "reload": False, "workers": None})

    module.run = here


def _gradio(module: Any) -> None:
    launch = module.Blocks.launch

    def here(self: Any, *_: Any, **options: Any) -> Any:
        place = _place()
        options.update(server_name=place["host"], server_port=place["port"])
        options.update(share=False, inbrowser=False)
        return launch(self, **options)

    module.Blocks.launch = here


_PATCHES = {
    "flask": _flask,
    "flask_socketio": _socketio,
    "uvicorn": _uvicorn,
    "gradio": _gradio,
}


def _place() -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": int(os.environ["PORT"])}


def main() -> None:
    """Become the program."""
    socket.socket.bind = _bind_here  # type: ignore[method-assign,assignment]
    sys.meta_path.insert(0, _Patching())
    if sys.argv[1] == "-m":
        sys.argv = sys.argv[2:]
        sys.path[0] = os.getcwd()
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = sys.argv[1:]
        sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
