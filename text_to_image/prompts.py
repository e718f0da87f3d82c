"""Words for an image: a template and a domain, drawn by the image's identity."""

from dataclasses import dataclass

from text_to_image.config import Prompts
from text_to_image.image_identity import uniform


@dataclass(frozen=True)
class Prompt:
    """A prompt and what it was made from."""

    text: str
    template: str
    domain: str


def prompt_for(prompts: Prompts, seed: int, class_name: str, index: int) -> Prompt:
    """Return the prompt of image `index` of a class: each pair of template and domain is equally likely."""
    pairs = [(template, domain) for template in prompts.templates for domain in prompts.domains]
    template, domain = pairs[int(uniform(seed, class_name, index, "prompt") * len(pairs))]
    word = prompts.class_words.get(class_name, class_name)
    text = template.format_map(
        {"class": word, "a_class": with_article(word), "domain": domain, "a_domain": with_article(domain)}
    )
    return Prompt(text, template, domain)


def with_article(words: str) -> str:
    """Return the words behind "a" or "an", by their first letter."""
    return f"{'an' if words[:1].lower() in 'aeiou' else 'a'} {words}"
