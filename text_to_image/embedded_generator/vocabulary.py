"""The words that the embedded generator is taught, and their tokenizer."""

import itertools
import json
import re
from collections import Counter
from pathlib import Path

from tokenizers import pre_tokenizers
from transformers import CLIPTokenizer

CLASS_NAMES = {
    "airplane": ("airplane", "aeroplane", "plane", "jet"),
    "automobile": ("automobile", "car", "sedan", "hatchback"),
    "bird": ("bird", "sparrow", "finch", "ostrich", "songbird"),
    "cat": ("cat", "kitten", "kitty", "tomcat", "tabby"),
    "deer": ("deer", "stag", "doe", "fawn", "elk"),
    "dog": ("dog", "puppy", "hound", "terrier", "spaniel"),
    "frog": ("frog", "toad", "treefrog", "bullfrog"),
    "horse": ("horse", "pony", "foal", "mare", "stallion"),
    "ship": ("ship", "boat", "vessel", "ferry"),
    "truck": ("truck", "lorry", "pickup", "van"),
}
TEMPLATES = (
    "{name}",
    "a {name}",
    "a photo of a {name}",
    "a photograph of a {name}",
    "an image of a {name}",
    "a picture of a {name}",
    "a close-up photo of a {name}",
    "a small photo of the {name}",
)
# What surrounds an animal when the rim of the photograph has this colour, and the colour's own name.
PLACES = {
    "black": ("at night", "in the dark", "on a black background"),
    "blue": ("in the sky", "by the water", "on a blue background"),
    "brown": ("on the ground", "on sand", "in the desert", "on a brown background"),
    "green": ("in the grass", "in a field", "in a forest", "in the garden", "on a green background"),
    "grey": ("on a road", "on rock", "in the rain", "on a grey background"),
    "red": ("on a carpet", "on a red background"),
    "white": ("in the snow", "on a white background"),
    "yellow": ("in the sun", "in dry grass", "on a yellow background"),
}
COLOURS = tuple(PLACES)
ADJECTIVES = tuple("small big young old cute wild beautiful spotted".split())
MAX_TOKENS = 24
_START, _END, _WORD_END = "<|startoftext|>", "<|endoftext|>", "</w>"


def build_tokenizer(folder: Path) -> CLIPTokenizer:
    """Learn CLIP's kind of byte-pair vocabulary on the captions' words; leave its files in `folder`.

    Any text can be encoded: what is no word here falls apart into pieces and letters.
    """
    names = itertools.chain.from_iterable(CLASS_NAMES.values())
    places = itertools.chain.from_iterable(PLACES.values())
    texts = [*names, *COLOURS, *ADJECTIVES, *places, *TEMPLATES]
    merges = learn_merges(sorted({word for text in texts for word in re.findall("[a-z]+", text)}))
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*letters, *(letter + _WORD_END for letter in letters), *("".join(pair) for pair in merges), _START, _END]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    return CLIPTokenizer.from_pretrained(folder, model_max_length=MAX_TOKENS, pad_token=_END)


def learn_merges(words: list[str]) -> list[tuple[str, str]]:
    """Return the byte-pair merges (Sennrich et al. 2016) that make a token of every word, the commonest pair first.

    Written here because the tokenizers library breaks ties by chance, and a vocabulary must be the same every time.
    """
    spellings = [[*word[:-1], word[-1] + _WORD_END] for word in words]
    merges = []
    while pairs := Counter(pair for spelling in spellings for pair in itertools.pairwise(spelling)):
        commonest = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(commonest)
        spellings = [_merge(spelling, commonest) for spelling in spellings]
    return merges


def _merge(spelling: list[str], pair: tuple[str, str]) -> list[str]:
    merged = []
    for symbol in spelling:
        if merged and (merged[-1], symbol) == pair:
            merged[-1] += symbol
        else:
            merged.append(symbol)
    return merged
