"""A text as operators know it: fixed words with numbered gaps. Read from the text's own template, so that both agree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from jinja2 import TemplateSyntaxError, nodes

from outreach.messages import syntax

APART = ("signature", "opt_out")
"""What a console puts around a template by itself, so that it is no parameter."""


@dataclass(frozen=True)
class Slotted:
    """Words with gaps. pieces: the words before, between and after the gaps; names: which fact fills each gap."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The facts that vary, once each, in order: what is handed in as a parameter unless somebody says otherwise."""
        return tuple(dict.fromkeys(name for name in self.names if name not in APART))

    def handed_in(self, parameters: Sequence[str], fixed: Mapping[str, str]) -> str:
        """The template as a console wants it: {1}, {2} … for parameters, and the words of what stands fixed.

        fixed: fact → its words (the line at the end); the signature is left away, because a console puts it there by itself.
        """
        numbers = {name: f"{{{number}}}" for number, name in enumerate(parameters, 1)}
        words = {"signature": "", **fixed, **numbers}
        gaps = [words.get(name, "") for name in self.names]
        return "".join(part for pair in zip(self.pieces, [*gaps, ""], strict=True) for part in pair)

    def values(self, text: str, parameters: Sequence[str]) -> tuple[str, ...] | None:
        """The ordered parameters with which the template says `text`; None when it cannot say it, or lacks one of them.

        Whatever the values, the template filled with them is the text again, so a reader sees what was signed.
        """
        found = self._shape.fullmatch(text)
        if found is None or not set(parameters) <= set(self.names):
            return None
        return tuple(found.group(self.names.index(name) + 1) for name in parameters)

    @cached_property
    def _shape(self) -> re.Pattern[str]:
        seen: dict[str, int] = {}
        shape = re.escape(self.pieces[0])
        for number, (name, piece) in enumerate(zip(self.names, self.pieces[1:], strict=True), 1):
            # the same fact says the same thing at every place
            shape += f"(\\{seen[name]})" if name in seen else "(.*?)"
            seen.setdefault(name, number)
            shape += re.escape(piece)
        return re.compile(shape, re.DOTALL)


@lru_cache(maxsize=512)
def slotted(body: str) -> Slotted | None:
    """The gaps of a text's template; None for one with a condition, a list or a filter, which no operator files."""
    try:
        tree = syntax.parser().parse(body.strip())
    except TemplateSyntaxError:
        return None
    pieces, names = [""], []
    for output in tree.body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                pieces[-1] += node.data
                continue
            name = _path(node)
            if not name:
                return None
            names.append(name)
            pieces.append("")
    return Slotted(tuple(pieces), tuple(names))


def _path(node: nodes.Node) -> str:
    """policy.amount_text of the node that reads it; '' for anything else."""
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        before = _path(node.node)
        return f"{before}.{node.attr}" if before else ""
    return ""
