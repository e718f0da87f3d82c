"""What all settings share: unknown keys are errors, nothing changes them, and yes or no is no number."""

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class StrictSettings(BaseModel):
    """Settings of which nothing unknown, and no yes or no in a number's place, gets through."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _yes_or_no_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        # YAML reads yes, no, on and off as booleans, which Python takes for 1 and 0.
        annotation = cls.model_fields[info.field_name].annotation
        parts = value if isinstance(value, list | tuple) else [value]
        takes_numbers = _allows(annotation, [int, float]) and not _allows(annotation, [bool, Any])
        if takes_numbers and any(isinstance(part, bool) for part in parts):
            raise ValueError("it is neither a number nor a word (YAML: write yes, no, on and off in quotes)")
        return value


def _allows(annotation: Any, kinds: Iterable[Any]) -> bool:
    return annotation in kinds or any(_allows(part, kinds) for part in get_args(annotation))
