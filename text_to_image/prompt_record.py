"""What an image's row of metadata says about its prompt, and how often each word was drawn."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

# The parts that an image draws; counted in the manifest.
PARTS = ("template", "class_word", "domain", "background", "viewpoint", "weather")


@dataclass(frozen=True)
class Prompt:
    """A prompt and what it was made from; a part that its template has no place for is empty."""

    text: str
    template: str
    class_word: str
    domain: str = ""
    background: str = ""
    viewpoint: str = ""
    weather: str = ""


def prompt_columns(prompts: Sequence[Prompt]) -> dict[str, np.ndarray]:
    """Return the columns `prompt` and one a part, each str (N,)."""
    rows = [asdict(prompt) for prompt in prompts]
    return {
        "prompt": np.asarray([row["text"] for row in rows]),
        **{part: np.asarray([row[part] for row in rows]) for part in PARTS},
    }


def count_parts(columns: Mapping[str, np.ndarray]) -> dict[str, dict[str, int]]:
    """Return how often each word stands in each part's column, by word; parts that no image has are left out."""
    counts = {part: Counter(columns[part].tolist()) for part in PARTS if part in columns}
    return {part: {word: words[word] for word in sorted(words) if word} for part, words in counts.items() if any(words)}


def add_counts(*several: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Return the sum of what `count_parts` counted in several sets, in its order."""
    sums = {part: sum((Counter(counts.get(part, {})) for counts in several), Counter()) for part in PARTS}
    return {part: {word: words[word] for word in sorted(words)} for part, words in sums.items() if words}
