"""The gateway's check of answers: keys, the system prompt, links, active HTML, and the tools called."""

from __future__ import annotations

from collections import Counter
from typing import Protocol

from shipworthy.gateway.call import Call, Role
from shipworthy.gateway.hooks import Fragments, OutputRefused
from shipworthy.gateway.outputs.links import Destinations
from shipworthy.gateway.outputs.markup import HarmlessMarkup
from shipworthy.gateway.outputs.personal import WithheldPersonalData
from shipworthy.gateway.outputs.prompts import UnrecitedPrompt
from shipworthy.gateway.outputs.secrets import WithheldKeys


class AnswerCheck:
    """What the outputs options of a feature ask for. `withheld` counts by feature and what it was."""

    def __init__(self) -> None:
        self.withheld: Counter[tuple[str, str, str]] = Counter()

    def check(self, call: Call, text: str) -> str:
        """A whole text as it may be passed on. Raises OutputRefused where the feature says refuse."""
        return self.fragments(call).whole(text)

    def fragments(self, call: Call) -> Chain:
        """The same for a text that arrives in pieces."""
        options, said = call.feature.outputs, [p.text for p in call.passages]
        prompts = tuple(
            p.text for p in call.passages if p.role is Role.SYSTEM and options.system_prompt
        )

        def report(what: str) -> None:
            self.withheld[call.prototype, call.feature.name, what] += 1
            if options.action == "refuse":
                raise OutputRefused(f"It held {what}.")

        return Chain(
            WithheldKeys(said, report),
            *([WithheldPersonalData(said, report)] if options.personal_data == "withhold" else []),
            *([UnrecitedPrompt(prompts, report)] if prompts else []),
            HarmlessMarkup(Destinations(options.link_hosts, said), report),
        )

    def tool(self, call: Call, name: str) -> None:
        """Raises OutputRefused for a tool that the feature's list lacks."""
        allowed = call.feature.outputs.tools
        if allowed is not None and name not in allowed:
            self.withheld[call.prototype, call.feature.name, "a tool call"] += 1
            raise OutputRefused("It called a tool that this feature may not use.")


class Stage(Fragments, Protocol):
    """A check that also takes a whole text, which costs less than taking it as one piece."""

    def whole(self, text: str) -> str:
        """A text that is complete already."""
        ...


class Chain:
    """Several checks, one behind the other."""

    def __init__(self, *stages: Stage) -> None:
        self._stages = stages

    def whole(self, text: str) -> str:
        """A text that is complete already."""
        for stage in self._stages:
            text = stage.whole(text)
        return text

    def push(self, fragment: str) -> str:
        """Take the next piece; give what can be passed on now."""
        for stage in self._stages:
            if not fragment:
                break
            fragment = stage.push(fragment)
        return fragment

    def finish(self) -> str:
        """The text is over: give what was held back."""
        rest = ""
        for stage in self._stages:
            rest = (stage.push(rest) if rest else "") + stage.finish()
        return rest
