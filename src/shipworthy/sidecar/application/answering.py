"""Whether something answers HTTP on a port of this machine."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, whatever it says; or nothing, and why."""

    status: int = 0
    why: str = ""

    def __bool__(self) -> bool:
        return self.status > 0


def ask(port: int, path: str = "/", seconds: float = 5.0, host: str = "127.0.0.1") -> Answer:
    """One GET, of which only the beginning is read."""
    asking = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        asking.request("GET", path, headers={"Host": f"localhost:{port}", "Accept": "text/html"})
        return Answer(asking.getresponse().status)
    except TimeoutError:
        return Answer(why=f"it took longer than {seconds:g} s")
    except http.client.HTTPException as error:
        return Answer(why=f"what it said is no HTTP ({type(error).__name__})")
    except OSError as error:
        return Answer(why=error.strerror or str(error))
    finally:
        asking.close()


class Asking:
    """A question that waits for its answer while others look after the program."""

    def __init__(self, port: int, seconds: float, host: str) -> None:
        self.port = port
        self.answer: Answer | None = None
        self._seconds, self._host = seconds, host
        threading.Thread(target=self._ask, daemon=True).start()

    def _ask(self) -> None:
        self.answer = ask(self.port, seconds=self._seconds, host=self._host)
