"""The rules as they are written: each one's text, and what it takes over from another."""

import re

from tests.workflow.study import REPOSITORY

_START = re.compile(r"^(?:rule|use rule (?P<base>\w+) as) (?P<name>\w+)(?::| with:)$", re.MULTILINE)


def rule_texts() -> dict[str, str]:
    """Return every rule's text by its name, that of the rule it takes over from before its own."""
    found = {}
    for path in (REPOSITORY / "rules").glob("*.smk"):
        text = path.read_text()
        for rule in re.split(r"\n(?=rule |use rule )", text)[1:]:
            start = _START.match(rule)
            found[start["name"]] = (start["base"], rule)

    def whole(name: str) -> str:
        base, text = found[name]
        return (whole(base) if base else "") + text

    return {name: whole(name) for name in found}
