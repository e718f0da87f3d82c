"""Words for an image: a template and what fills it, each drawn by the image's identity."""

from collections.abc import Iterator

from text_to_image.image_identity import Purpose, uniform
from text_to_image.prompt_record import PARTS, Prompt
from text_to_image.prompt_settings import PLACEHOLDERS, Prompts, placeholders_in

# What a placeholder's word is called in an image's metadata; also the purpose of its draw.
_PART_OF = {name: name.removeprefix("a_") for name in PLACEHOLDERS} | {"class": "class_word", "a_class": "class_word"}


def prompt_for(prompts: Prompts, seed: int, class_name: str, index: int) -> Prompt:
    """Return the prompt of image `index` of a class.

    The template and each word are drawn on their own, every entry of a list equally likely: another list, or more of
    one, leaves the draws from all others as they were.

    Raises:
        ValueError: the template drawn has a placeholder without words for this class.
    """

    def draw(options: tuple[str, ...], purpose: Purpose) -> str:
        return options[int(uniform(seed, class_name, index, purpose) * len(options))]

    template = draw(prompts.templates, "template")
    words = {
        _PART_OF[name]: draw(prompts.words_for(PLACEHOLDERS[name], class_name), _PART_OF[name])
        for name in placeholders_in(template)
    }
    return _filled(template, words)


def covering_prompts(prompts: Prompts, class_name: str) -> Iterator[str]:
    """Yield prompts of a class in which each template stands with each of its words at least once."""
    for template in prompts.templates:
        lists = {
            _PART_OF[name]: prompts.words_for(PLACEHOLDERS[name], class_name) for name in placeholders_in(template)
        }
        for row in range(max(len(words) for words in lists.values())):
            yield _filled(template, {part: words[row % len(words)] for part, words in lists.items()}).text


def with_article(words: str) -> str:
    """Return the words behind "a" or "an", by their first letter."""
    return f"{'an' if words[:1].lower() in 'aeiou' else 'a'} {words}"


def _filled(template: str, words: dict[str, str]) -> Prompt:
    fillings = {
        name: with_article(words[part]) if name.startswith("a_") else words[part]
        for name, part in _PART_OF.items()
        if part in words
    }
    return Prompt(template.format_map(fillings), template, **{part: words[part] for part in PARTS if part in words})
