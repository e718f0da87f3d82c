"""How a class becomes words: templates, the lists that fill them, and what to steer away from."""

import string
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from photographs.strict_settings import StrictSettings
from text_to_image.prompt_set_file import read_prompt_set

DEFAULT = "default"
# Each placeholder of a template, and the setting whose words may stand there.
PLACEHOLDERS = {
    "class": "class_words",
    "a_class": "class_words",
    "domain": "domains",
    "a_domain": "domains",
    "background": "backgrounds",
    "viewpoint": "viewpoints",
    "weather": "weather",
}
# How often a word of {word: times} may stand in its list.
_MOST_TIMES = 1000


def _by_class(words: Any) -> Any:
    if isinstance(words, list | tuple):
        return {DEFAULT: words} if words else {}
    if isinstance(words, dict):
        if counted := [name for name, own in words.items() if isinstance(own, int)]:
            raise ValueError(
                f"{counted[0]!r} stands where a class is named; {{word: times}} is of one class, or of all: "
                f"write {DEFAULT}: {{{counted[0]}: {words[counted[0]]}}}"
            )
        return {name: _as_list(own) for name, own in words.items()}
    return words


def _as_list(words: Any) -> Any:
    if isinstance(words, str):
        return [words]
    if not isinstance(words, dict):
        return words
    for word, times in words.items():
        if not (isinstance(times, int) and not isinstance(times, bool) and 1 <= times <= _MOST_TIMES):
            raise ValueError(f"{word!r} stands {times!r} times; write a whole number from 1 to {_MOST_TIMES}")
    return [word for word, times in words.items() for _ in range(times)]


_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Times = Annotated[dict[str, Annotated[int, Field(ge=1, le=_MOST_TIMES)]], Field(min_length=1)]
# One list for all classes, or lists by class name, `default` for the classes that have none. A class's list may be
# written as {word: times}.
WordsByClass = Annotated[
    dict[str, Annotated[tuple[_Words, ...], Field(min_length=1)]],
    BeforeValidator(_by_class, json_schema_input_type=list[str] | dict[str, str | list[str] | _Times]),
]


class Prompts(StrictSettings):
    """How a class becomes words. Each image draws its template and each of its words by its identity.

    A set named by `set` is read when the settings are checked: what is kept, passed on and hashed is its text.
    """

    set: str | None = Field(
        None,
        exclude=True,
        description="A prompt set of text_to_image/prompt_sets by its name, or such a file by its path (relative to "
        "the study). Keys beside it replace the set's own; null leaves the set's.",
    )
    templates: tuple[_Words, ...] = Field(
        ("{a_domain} of {a_class}",),
        min_length=1,
        description="Sentences with {class} or {a_class} (with its article), and, as wanted, {domain} or {a_domain}, "
        "{background}, {viewpoint}, {weather}. "
        "More variety transfers better to real photographs than any other setting but guidance.",
    )
    domains: WordsByClass = Field(
        {DEFAULT: ("photo",)}, min_length=1, description="What {domain} may stand for, such as photo or drawing."
    )
    class_words: WordsByClass = Field(
        {},
        description="The words that a class may be called by, such as cat: [kitten, tabby cat]; its name, where none.",
        json_schema_extra={"examples": [{"cat": ["kitten", "tabby cat"]}]},
    )
    backgrounds: WordsByClass = Field(
        {},
        description="What {background} may stand for, such as 'in the snow'; one list, or lists by class: "
        "{frog: [on a lily pad], default: [in a field]}.",
    )
    viewpoints: WordsByClass = Field({}, description="What {viewpoint} may stand for, such as 'seen from above'.")
    weather: WordsByClass = Field({}, description="What {weather} may stand for, such as 'in the rain'.")
    negative: _Words | None = Field(None, description="What to steer away from; needs guidance above 1.")
    counted_among: _Words | None = Field(
        None,
        # It changes no image: prompts that say nothing of it keep their digests.
        exclude_if=lambda photographs: photographs is None,
        description="The photographs in which it was counted how often the words are to stand. The images owe them "
        "that much, and the report says so at its top.",
    )

    @model_validator(mode="before")
    @classmethod
    def _with_set(cls, settings: Any) -> Any:
        if not isinstance(settings, dict):
            return settings
        own = {key: value for key, value in settings.items() if value is not None}
        name = own.pop("set", None)
        if name is None:
            return own
        if not isinstance(name, str):
            raise ValueError(f"set is {name!r}; name one prompt set, or a file of your own")
        return {**read_prompt_set(name, cls), **own}

    @field_validator("templates")
    @classmethod
    def _names_the_class(cls, templates: tuple[str, ...]) -> tuple[str, ...]:
        for template in templates:
            names = placeholders_in(template)
            if unknown := names - set(PLACEHOLDERS):
                raise ValueError(f"{template!r} has {{{unknown.pop()}}}; known are {', '.join(PLACEHOLDERS)}")
            if not names & {"class", "a_class"}:
                raise ValueError(f"{template!r} does not name the class; put {{class}} or {{a_class}} in it")
        return templates

    @field_validator("class_words")
    @classmethod
    def _belong_to_a_class(cls, words: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if DEFAULT in words:
            raise ValueError("these words would stand for every class; give them by class, as in {cat: [kitten]}")
        return words

    @model_validator(mode="after")
    def _has_words_for_every_placeholder(self) -> "Prompts":
        for template in self.templates:
            for name in placeholders_in(template):
                setting = PLACEHOLDERS[name]
                if setting != "class_words" and not getattr(self, setting):
                    raise ValueError(f"template {template!r} has {{{name}}}, but {setting} is empty; list some")
        return self

    def words_for(self, setting: str, class_name: str) -> tuple[str, ...]:
        """Return the words of one setting (`class_words`, `domains`, ...) that an image of the class draws from.

        Raises:
            ValueError: there are none for this class.
        """
        lists = getattr(self, setting)
        words = lists.get(class_name) or lists.get(DEFAULT) or ((class_name,) if setting == "class_words" else ())
        if not words:
            raise ValueError(
                f"generator.prompts.{setting} has no words for {class_name!r}; add {class_name} or {DEFAULT}"
            )
        return words

    def check_classes(self, classes: tuple[str, ...], known_classes: tuple[str, ...]) -> None:
        """Check that every class has its words, and that lists by class are for classes that there are.

        Raises:
            ValueError: for the first list that does not fit; the message names it.
        """
        used = {PLACEHOLDERS[name] for template in self.templates for name in placeholders_in(template)}
        for setting in dict.fromkeys(PLACEHOLDERS.values()):
            for name in getattr(self, setting):
                if name not in (*known_classes, DEFAULT):
                    raise ValueError(
                        f"generator.prompts.{setting} has words for {name!r}, which is no class; "
                        f"correct it to one of {', '.join(known_classes)}, or {DEFAULT}"
                    )
            if setting in used:
                for class_name in classes:
                    self.words_for(setting, class_name)


def placeholders_in(template: str) -> set[str]:
    """Return what stands in braces in a template.

    Raises:
        ValueError: a brace is not closed.
    """
    return {
        name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
        for _, name, form, conversion in string.Formatter().parse(template)
        if name is not None
    }
