"""A program that answers on a port and calls whatever URL it is asked for; run by the tests of egress."""

import os
import socket
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        try:
            said = self._said(self.path[1:])
        except Exception as error:
            said = f"failed: {error!r}"
        body = said.encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _said(self, asked: str) -> str:
        if asked.startswith("http"):
            with urllib.request.urlopen(asked, timeout=180) as answer:  # noqa: S310
                return str(answer.read().decode())
        if asked.startswith("bytes/"):
            return "x" * int(asked.partition("/")[2])
        if asked.startswith("exists/"):
            return str(os.path.exists("/" + asked.partition("/")[2]))
        if asked == "rights":
            return str(os.system("ip link set lo down 2>&1 || unshare -n true 2>&1"))  # noqa: S605
        if asked == "interfaces":
            return ",".join(name for _, name in socket.if_nameindex())
        if asked == "end":
            os._exit(7)
        return str(os.getpid())

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
