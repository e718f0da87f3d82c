"""What is wrong with the settings, as one line: the key, its value and the mend."""

import json
import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails

# What pydantic calls a member of a union, which stands among the keys of an error's place.
_UNION_MEMBER = re.compile(
    r"bool|int|float|str|none|(constrained|lax-or-strict|function)-.+|(literal|tuple|list|dict)\[.+"
)


def problem_line(error: ValidationError, under: str | None = None) -> str:
    """Return the first thing that is wrong as one line: the key (below the key `under`), its value and the mend."""
    place, problems = _first_place(error.errors())
    problem = problems[0]
    key = ".".join(str(part) for part in (under, *place) if part is not None) or "the study"
    if problem["type"] == "extra_forbidden":
        return f"{key} is no setting; remove it or correct its name"
    if problem["type"] == "missing":
        return f"{key} is missing; add it (config.yaml explains each setting)"
    message = _message(problems)
    if not place and under is None:
        return message
    if isinstance(problem["input"], dict):
        return f"{key}: {message}"
    return f"{key} is {json.dumps(problem['input'], default=str)}: {message[0].lower() + message[1:]}"


def _first_place(problems: list[ErrorDetails]) -> tuple[tuple[int | str, ...], list[ErrorDetails]]:
    """Return the keys that lead to the first problem, and what every kind of value that may stand there says."""
    places = [tuple(part for part in problem["loc"] if not _is_union_member(part)) for problem in problems]
    # Of a union, the member that fits best says exactly where the fault is.
    first = max((place for place in places if place[: len(places[0])] == places[0]), key=len)
    return first, [problem for place, problem in zip(places, problems, strict=True) if place == first]


def _is_union_member(part: int | str) -> bool:
    return isinstance(part, str) and _UNION_MEMBER.fullmatch(part) is not None


def _message(problems: list[ErrorDetails]) -> str:
    first, *others = dict.fromkeys(problem["msg"].removeprefix("Value error, ") for problem in problems)
    kinds = [message.removeprefix("Input should be ") for message in others]
    return ", or ".join(
        [first.replace("Input should be", "it must be"), *(kind[0].lower() + kind[1:] for kind in kinds)]
    )
