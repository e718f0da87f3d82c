"""What the embedded generator makes of a prompt: which animal it reads there, and which words it was never taught.

It was taught a handful of names and draws one of its classes whatever it is asked for; this says so beforehand. Other
models know more words than anyone can list: nothing is said about them.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from text_to_image.embedded_generator.vocabulary import CLASS_NAMES, WORDS
from text_to_image.prompts import with_article

# A word is a run of letters, so that "cat-like" and "cat's" hold the word "cat", and "catfish" does not. What an
# apostrophe ties to a word is none.
_WORD = re.compile(r"(?<![^\W\d_]['’])(?<![^\W\d_])[^\W\d_]+")
_ANIMALS = frozenset({"bird", "cat", "deer", "dog", "frog", "horse"})
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WORD_END = "</w>"
# What to ask for where a prompt has no word that the model was taught: the least that its captions said.
_NOTHING_IN_PARTICULAR = "a photo"


@dataclass(frozen=True)
class Reading:
    """A prompt as the embedded generator reads it.

    Attributes:
        prompt: the prompt in words that the model was taught: the plurals of its names made singular, what it was not
            taught left out (it would spell it letter by letter, to no purpose); "a photo" where nothing remains.
        names: the words that name a subject, as they were written, by the class that they name; in order.
        untaught_words: the words that the model was never taught, as they were written, in order.
    """

    prompt: str
    names: dict[str, tuple[str, ...]]
    untaught_words: tuple[str, ...]


def read_prompt(prompt: str, known_classes: Sequence[str], taught_words: Iterable[str]) -> Reading:
    """Return what a model that knows `known_classes` and has `taught_words` in its vocabulary makes of a prompt."""
    classes = {name: class_name for class_name in known_classes for name in CLASS_NAMES[class_name]}
    singulars = {plural: name for name in classes for plural in _plurals(name)}
    # The vocabulary holds the names of classes that this model saw no photograph of, too.
    strangers = {name for class_name in CLASS_NAMES.keys() - set(known_classes) for name in CLASS_NAMES[class_name]}
    taught = {*taught_words, *classes} - strangers
    words, names, untaught = [], {}, []
    for written in _WORD.findall(prompt):
        word = singulars.get(written.lower(), written.lower())
        if word in taught:
            words.append(word)
        else:
            untaught.append(written)
        if word in classes:
            names.setdefault(classes[word], []).append(written)
    changed = untaught or any(written.lower() in singulars for written in _WORD.findall(prompt))
    return Reading(
        " ".join(words) or _NOTHING_IN_PARTICULAR if changed else prompt,
        {class_name: tuple(dict.fromkeys(written)) for class_name, written in names.items()},
        tuple(dict.fromkeys(untaught)),
    )


def honest_answer(reading: Reading, known_classes: Sequence[str]) -> str:
    """Return, in a sentence or three, what the model reads in a prompt and which words it cannot heed."""
    if reading.names:
        readings = [f"{_quoted(words)} as {with_article(name)}" for name, words in reading.names.items()]
        answer = f"This model knows {known_subjects(known_classes)}; it reads {_listed(readings)}."
    else:
        answer = (
            f"This model knows {known_subjects(known_classes)}; nothing in the prompt names one, so what it draws is "
            "chance."
        )
    if len(reading.names) > 1:
        answer += " It was taught one a picture: expect one of them, or something in between."
    if reading.untaught_words:
        answer += f" Left out, because it was never taught: {_quoted(reading.untaught_words)}."
    return answer


def known_subjects(known_classes: Sequence[str]) -> str:
    """Return the classes as words: "six animals (bird, cat, ...)"."""
    number = _NUMBERS[len(known_classes)] if len(known_classes) < len(_NUMBERS) else str(len(known_classes))
    kind = "animal" if set(known_classes) <= _ANIMALS else "subject"
    return f"{number} {kind}{'' if len(known_classes) == 1 else 's'} ({', '.join(known_classes)})"


def misnaming(prompts: Iterable[str], class_name: str, known_classes: Sequence[str]) -> str | None:
    """Return why one of the prompts would not make the model draw the class (and it alone), or None if all would."""
    own_names = ", ".join(CLASS_NAMES[class_name])
    for prompt in prompts:
        names = read_prompt(prompt, known_classes, ()).names
        for subject, words in names.items():
            if subject != class_name:
                return f"{prompt!r} says {_quoted(words)}, which this model reads as {with_article(subject)}"
        if not any(word.lower() in CLASS_NAMES[class_name] for word in names.get(class_name, ())):
            return f"{prompt!r} has no word for {with_article(class_name)} that this model was taught ({own_names})"
    return None


def taught_words(model_folder: Path) -> frozenset[str]:
    """Return the words of captions that a model folder's tokenizer knows whole; it spells all others in pieces."""
    tokenizer = json.loads((Path(model_folder) / "tokenizer" / "tokenizer.json").read_text(encoding="utf-8"))
    # Not every token with a word's end: pieces have one as well, such as "mall" of "small".
    return frozenset(word for word in WORDS if f"{word}{_WORD_END}" in tokenizer["model"]["vocab"])


def _plurals(name: str) -> tuple[str, ...]:
    if name == "doe":
        return ()  # "does" is nearly always the verb
    if name.endswith("y"):
        return (f"{name[:-1]}ies",)
    return (f"{name}es",) if name.endswith(("s", "x", "ch", "sh")) else (f"{name}s",)


def _quoted(words: Sequence[str]) -> str:
    return _listed([f'"{word}"' for word in words])


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
