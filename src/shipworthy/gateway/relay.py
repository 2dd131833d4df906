"""A stream on its way to the caller: translated, checked, restored and counted, event by event."""

from __future__ import annotations

from shipworthy.gateway.call import Passage, Usage
from shipworthy.gateway.conversation import Ended, Finish, ToolBegins
from shipworthy.gateway.dialects.dialect import Body, Dialect
from shipworthy.gateway.exchange import Exchange, document, output_refused
from shipworthy.gateway.hooks import Fragments, OutputRefused
from shipworthy.gateway.problem import Problem
from shipworthy.gateway.repeated import Repeated
from shipworthy.gateway.sse import Frame
from shipworthy.gateway.targets import Target
from shipworthy.gateway.upstream import garbage

TEMPLATES = 8  # events in a row that are tried as the like of the next: some dialects number theirs


class Relay:
    """Takes the events of a provider and gives the bytes for the caller."""

    def __init__(self, exchange: Exchange, target: Target, dialect: Dialect) -> None:
        self.spoke = False  # something has come that a person would see
        self.complete = False  # the answer has come to its proper end
        self.over = False  # and nothing but its usage can follow
        self.usage: Usage | None = None
        self.characters = 0  # of text
        self._exchange = exchange
        self._dialect = dialect
        self._own = exchange.dialect
        self._key = target.key.encode() if len(target.key) >= 8 else b""
        self._done = False
        self._end = Ended(Finish.STOP, None)  # of a provider that does not say how it ended
        self._ends: set[bytes] = set()
        outputs = exchange.hooks.outputs
        self._outputs = outputs if exchange.call.feature.outputs.enabled else None
        self._keeps = exchange.hooks.wants_texts
        restores = exchange.restorer is not None
        self._rewrites = self._outputs is not None or restores or self._keeps
        self._channels: dict[str, Channel] = {}
        self._repeated: Repeated | None = None
        self._templates = TEMPLATES
        self._translated = dialect is not self._own
        if self._translated:
            self._reader = dialect.reader()
            self._writer = self._own.writer(exchange.call.model, exchange.call.id)
            self._opening = list(self._writer.begin())

    def pass_on(self, frames: list[Frame]) -> tuple[bytes, Problem | None]:
        """What goes out for some events, and the problem for which it must not go on."""
        out: list[bytes] = []
        alike: list[Frame] = []
        texts: list[str] = []
        try:
            for frame in frames:
                text = self._repeated.text_of(frame) if self._repeated is not None else None
                if text is not None:
                    alike.append(frame)
                    texts.append(text)
                    continue
                if self._repeated is not None and alike:
                    out.append(self._said_more(self._repeated, alike, "".join(texts)))
                    alike, texts = [], []
                out.append(self._one(frame))
            if self._repeated is not None and alike:
                out.append(self._said_more(self._repeated, alike, "".join(texts)))
        except Problem as problem:
            return self._without_key(b"".join(out)), problem
        return self._without_key(b"".join(out)), None

    def _without_key(self, out: bytes) -> bytes:
        return out.replace(self._key, b"[key]") if self._key and self._key in out else out

    def _one(self, frame: Frame) -> bytes:
        """What goes out for an event that is taken apart."""
        if frame.data == b"[DONE]":  # the ending is ours to write, once
            self.complete = self.over = True  # some servers say nothing else at the end
            return b""
        event = document(frame.data)
        if event is None:
            raise garbage("The model provider's stream holds what cannot be read.")
        if self._dialect.breaks_off(event):
            raise garbage("The model provider broke the stream off with an error.")
        if b"sage" in frame.data or b"eval_count" in frame.data:  # "usage", "usageMetadata"
            self._count(event)
        if not self._translated:
            out = self._passed(frame, event)
            if self._templates:
                self._templates -= 1
                self._repeated = Repeated.of(frame, self._own) or self._repeated
            return out
        return b"".join(self._passed(None, own) for own in self._in_own_words(event))

    def _said_more(self, repeated: Repeated, frames: list[Frame], text: str) -> bytes:
        """What goes out for events that came together and differ in their texts alone.

        The texts are checked as one; as long as nothing in them changes, each event goes out as it came.
        """
        self._templates = TEMPLATES
        if text:
            self.spoke = True
            self.characters += len(text)
        if self._rewrites:
            passage = repeated.passage
            channel = self._channels.get(passage.channel)
            if channel is None:
                channel = self._opened(passage.channel, passage.is_json)
            channel.template = (repeated.event, passage)
            try:
                passed = channel.push(text)
            except OutputRefused as refused:
                raise output_refused(refused) from refused
            if passed != text:
                name = repeated.name.decode("latin-1")
                said, rest = (
                    self._own.framed(repeated.with_text(words), name) for words in (passed, "")
                )
                return said + rest * (len(frames) - 1)
        return b"".join([frame.raw for frame in frames])

    def _count(self, event: Body) -> None:
        """Usage comes once, in two parts, or again and again growing; it is never added up."""
        said = self._dialect.usage(event)
        if said is not None:
            known = self.usage or Usage()
            self.usage = Usage(said.input or known.input, said.output or known.output)

    def finish(self) -> bytes:
        """What goes out when the provider's stream is complete."""
        if self._done:
            return b""
        self._done = True
        closing = b""
        if self._translated:
            closing = b"".join(self._passed(None, own) for own in self._ending())
        try:
            held = b"".join(channel.flush(self._own) for channel in self._channels.values())
        except OutputRefused as refused:
            raise output_refused(refused) from refused
        return self._without_key(closing + held + self._own.ending())

    def _in_own_words(self, event: Body) -> list[Body]:
        out: list[Body] = []
        for piece in self._reader.read(event):
            if isinstance(piece, Ended):
                self._end = piece  # usage may still follow: the end is written last
                self.complete = self.over = self.spoke = True
                continue
            if isinstance(piece, ToolBegins):
                self.spoke = True
            out += self._writer.write(piece)
        if out and self._opening:
            out = [*self._opening, *out]
            self._opening = []
        return out

    def _ending(self) -> list[Body]:
        end = Ended(self._end.finish, self.usage or self._end.usage or Usage())
        return [*self._opening, *self._writer.write(end)]

    def _passed(self, frame: Frame | None, event: Body) -> bytes:
        own = self._own
        ends = own.ends(event)
        if frame is not None and ends and self._seen_before(frame):
            return b""  # an end that came twice
        if own.is_surplus(event) and not _asked_for_usage(self._exchange.call.body):
            return b""
        if frame is None or b"tool" in frame.data or b"unction" in frame.data:
            self._check_tools(own.tools_called(event))
        passages = own.event_passages(event)
        for passage in passages:
            if not passage.whole and (text := passage.text):
                self.spoke = True
                self.characters += len(text)
        if ends:
            self.complete = self.spoke = True
            self.over = self.over or own.choices(self._exchange.call.body) == 1
        if self._rewrites:
            return self._rewritten(event, passages, own.closes(event))
        return frame.raw if frame is not None else own.event(event)

    def _seen_before(self, frame: Frame) -> bool:
        seen = frame.data in self._ends
        self._ends.add(frame.data)
        return seen

    def _check_tools(self, tools: list[str]) -> None:
        if not tools:
            return
        self.spoke = True
        if self._outputs is None:
            return
        try:
            for name in tools:
                self._outputs.tool(self._exchange.call, name)
        except OutputRefused as refused:
            raise output_refused(refused) from refused

    def _rewritten(self, event: Body, passages: list[Passage], closes: bool) -> bytes:
        """The event with its texts checked and restored, after what was held back where texts end."""
        before = b""
        try:
            here = {p.channel for p in passages if not p.whole}
            if closes:
                for name, channel in self._channels.items():
                    if name not in here and self._own.closes_text(event, name):
                        before += channel.flush(self._own)
            last = {p.channel: p for p in passages}
            for passage in passages:
                ends = closes and self._own.closes_text(event, passage.channel)
                self._rewrite(event, passage, ends and last[passage.channel] is passage)
        except OutputRefused as refused:
            raise output_refused(refused) from refused
        return before + self._own.event(event)

    def _rewrite(self, event: Body, passage: Passage, closes: bool) -> None:
        exchange = self._exchange
        if passage.whole:
            text = passage.text
            if self._outputs is not None:
                text = self._outputs.check(exchange.call, text)
            if exchange.restorer is not None:
                text = exchange.restorer.restore(text, passage.is_json)
            passage.write(text)
            return
        channel = self._channels.get(passage.channel)
        if channel is None:
            channel = self._opened(passage.channel, passage.is_json)
        channel.template = (event, passage)
        text = channel.push(passage.text)
        passage.write(text + channel.finish() if closes else text)

    def _opened(self, name: str, is_json: bool) -> Channel:
        exchange = self._exchange
        checks = self._outputs.fragments(exchange.call) if self._outputs else None
        restores = exchange.restorer.fragments(is_json) if exchange.restorer else None
        channel = self._channels[name] = Channel(checks, restores, self._keeps)
        return channel

    def keep(self) -> None:
        """Hand the texts that were kept to the record."""
        if self._keeps:
            texts = ("".join(channel.kept) for channel in self._channels.values())
            self._exchange.record.answer_texts = tuple(texts)


class Channel:
    """One text of a stream: first checked, then restored."""

    def __init__(self, checks: Fragments | None, restores: Fragments | None, keeps: bool) -> None:
        self.template: tuple[Body, Passage] | None = None  # the last event that carried this text
        self.kept: list[str] = []
        self._checks = checks
        self._restores = restores
        self._keeps = keeps
        self._open = False

    def push(self, text: str) -> str:
        """What can go out now."""
        self._open = True
        if self._checks is not None:
            text = self._checks.push(text)
        if self._keeps and text:
            self.kept.append(text)
        return self._restores.push(text) if self._restores is not None else text

    def finish(self) -> str:
        """What was held back."""
        if not self._open:
            return ""
        self._open = False
        held = self._checks.finish() if self._checks is not None else ""
        if self._keeps and held:
            self.kept.append(held)
        if self._restores is None:
            return held
        return self._restores.push(held) + self._restores.finish()

    def flush(self, dialect: Dialect) -> bytes:
        """What was held back, in an event like the last that carried this text; b"" where nothing was."""
        held = self.finish()
        if not held or self.template is None:
            return b""
        event, passage = self.template
        passage.write(held)
        return dialect.event(event)


def _asked_for_usage(body: Body) -> bool:
    options = body.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True
