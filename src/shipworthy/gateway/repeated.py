"""Events of a stream that say the same but for one text: nearly all of them.

Taking each apart and writing it anew is most of what a stream costs. What lies before and behind the text
is compared byte for byte instead; anything else is read as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from shipworthy.gateway.call import Passage
from shipworthy.gateway.dialects.dialect import Body, Dialect
from shipworthy.gateway.exchange import document
from shipworthy.gateway.sse import Frame

_MARK = "a text in the place of the other"


@dataclass(frozen=True, slots=True)
class Repeated:
    """An event that others like it may follow: a text, and nothing that counts beside it."""

    event: Body
    passage: Passage
    name: bytes  # of the event
    before: bytes  # its data up to the text, with the quotation mark
    behind: bytes

    @classmethod
    def of(cls, frame: Frame, dialect: Dialect) -> Repeated | None:
        """None where the event is none of this kind."""
        if b"\n" in frame.data:
            return None
        event = document(frame.data)
        passage = _only_text(event, dialect)
        if event is None or passage is None or not passage.text:
            return None
        written = orjson.dumps(passage.text)
        if frame.data.count(written) != 1:
            return None
        before, _, behind = frame.data.partition(written)
        # Whether it was the text that stood there: another one in its place must be read as the text.
        other = document(b'%b"%b"%b' % (before, _MARK.encode(), behind))
        replaced = _only_text(other, dialect)
        if other is None or replaced is None or replaced.text != _MARK:
            return None
        return cls(other, replaced, frame.event, before + b'"', b'"' + behind)

    def text_of(self, frame: Frame) -> str | None:
        """The text of an event that is like this one; None for any other event."""
        data, begin = frame.data, len(self.before)
        end = len(data) - len(self.behind)
        if (
            end < begin
            or frame.event != self.name
            or not data.startswith(self.before)
            or not data.endswith(self.behind)
        ):
            return None
        try:
            text: str = orjson.loads(data[begin - 1 : end + 1])
        except orjson.JSONDecodeError:
            return None
        return text

    def with_text(self, text: str) -> bytes:
        """The data of the event with another text."""
        return self.before[:-1] + orjson.dumps(text) + self.behind[1:]


def _only_text(event: Body | None, dialect: Dialect) -> Passage | None:
    """The one text of an event that holds no end, no usage, no call of a tool and no error."""
    if (
        event is None
        or event.get("error")
        or dialect.ends(event)
        or dialect.closes(event)
        or dialect.is_surplus(event)
        or dialect.usage(event) is not None
        or dialect.tools_called(event)
    ):
        return None
    passages = dialect.event_passages(event)
    return passages[0] if len(passages) == 1 and not passages[0].whole else None
