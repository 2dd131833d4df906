"""Server-sent events and lines of JSON, taken apart as they arrive."""

from __future__ import annotations

from shipworthy.gateway.problem import Kind, Problem

LARGEST = 4_000_000  # bytes of one event; the largest real ones carry an image


class Frame:
    """One event: the bytes it came in, and the data it carries."""

    __slots__ = ("data", "event", "raw")

    def __init__(self, raw: bytes, event: bytes, data: bytes) -> None:
        self.raw = raw
        self.event = event
        self.data = data


class EventFrames:
    """Cuts a byte stream into server-sent events (HTML standard, 9.2.6), in whatever pieces it comes.

    Raises Problem where one event grows beyond all measure.
    """

    def __init__(self) -> None:
        self._rest = _Rest()

    def push(self, piece: bytes) -> list[Frame]:
        """The events that are complete now. Comments and events without data are left out."""
        if b"\n" not in piece and b"\r" not in piece:
            self._rest.add(piece)
            return []
        data = self._rest.take() + piece
        if b"\r" in data:
            # A line may end with CR LF; a CR at the end may be half of one.
            held = b"\r" if data.endswith(b"\r") else b""
            data = data.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        else:
            held = b""
        *blocks, rest = data.split(b"\n\n")
        self._rest.add(rest + held)
        return [frame for block in blocks if (frame := _frame(block)) is not None]

    def finish(self) -> list[Frame]:
        """The stream is over: an event that lacks only its last newline counts."""
        frame = _frame(self._rest.take().strip(b"\r\n"))
        return [frame] if frame is not None else []


class LineFrames:
    """Cuts a byte stream into lines of JSON."""

    def __init__(self) -> None:
        self._rest = _Rest()

    def push(self, piece: bytes) -> list[Frame]:
        """The lines that are complete now."""
        if b"\n" not in piece:
            self._rest.add(piece)
            return []
        *lines, rest = (self._rest.take() + piece).split(b"\n")
        self._rest.add(rest)
        return [Frame(line + b"\n", b"", line) for line in lines if line.strip()]

    def finish(self) -> list[Frame]:
        """The stream is over: a last line without its newline counts."""
        line = self._rest.take()
        return [Frame(line + b"\n", b"", line)] if line.strip() else []


def event_bytes(data: bytes, event: str = "") -> bytes:
    """One server-sent event."""
    head = b"event: " + event.encode() + b"\n" if event else b""
    return head + b"data: " + data + b"\n\n"


class _Rest:
    """What has come of an event that is not complete. Raises Problem where it grows beyond all measure."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        if not piece:
            return
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > LARGEST:
            raise Problem(
                Kind.PROVIDER,
                "provider_event_too_large",
                "The provider sent an event without end.",
            )

    def take(self) -> bytes:
        whole = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return whole


def _frame(block: bytes) -> Frame | None:
    block = block.lstrip(b"\n").removeprefix(b"\xef\xbb\xbf")  # a mark of the byte order
    if block.startswith(b"data: ") and b"\n" not in block:  # nearly all of them
        return Frame(block + b"\n\n", b"", block[6:])
    event, data = b"", []
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            data.append(value)
        elif name == b"event":
            event = value
    return Frame(block + b"\n\n", event, b"\n".join(data)) if data else None
