"""The gateway's check of answers: keys, the system prompt, links, active HTML, and the tools called."""

from __future__ import annotations

from collections import Counter

from shipworthy.gateway.call import Call, Role
from shipworthy.gateway.hooks import Fragments, OutputRefused
from shipworthy.gateway.outputs.links import Destinations
from shipworthy.gateway.outputs.markup import HarmlessMarkup
from shipworthy.gateway.outputs.prompts import UnrecitedPrompt, may_recite
from shipworthy.gateway.outputs.secrets import WithheldKeys


class AnswerCheck:
    """What the outputs options of a feature ask for. `withheld` counts by feature and what it was."""

    def __init__(self) -> None:
        self.withheld: Counter[tuple[str, str, str]] = Counter()

    def check(self, call: Call, text: str) -> str:
        """A whole text as it may be passed on. Raises OutputRefused where the feature says refuse."""
        checked = self._checks(call, text)
        return checked.push(text) + checked.finish()

    def fragments(self, call: Call) -> Fragments:
        """The same for a text that arrives in pieces."""
        return self._checks(call, None)

    def _checks(self, call: Call, whole: str | None) -> Chain:
        """What the feature asks for; a whole text that can hold no recital is spared the search for one."""
        options, said = call.feature.outputs, [p.text for p in call.passages]
        prompts = tuple(p.text for p in call.passages if p.role is Role.SYSTEM)

        def report(what: str) -> None:
            self.withheld[call.prototype, call.feature.name, what] += 1
            if options.action == "refuse":
                raise OutputRefused(f"It held {what}.")

        recited = bool(prompts) and (whole is None or may_recite(prompts, whole))
        return Chain(
            WithheldKeys(said, report),
            *([UnrecitedPrompt(prompts, report)] if recited else []),
            HarmlessMarkup(Destinations(options.link_hosts, said), report),
        )

    def tool(self, call: Call, name: str) -> None:
        """Raises OutputRefused for a tool that the feature's list lacks."""
        allowed = call.feature.outputs.tools
        if allowed is not None and name not in allowed:
            self.withheld[call.prototype, call.feature.name, "a tool call"] += 1
            raise OutputRefused("It called a tool that this feature may not use.")


class Chain:
    """Several checks, one behind the other."""

    def __init__(self, *stages: Fragments) -> None:
        self._stages = stages

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
