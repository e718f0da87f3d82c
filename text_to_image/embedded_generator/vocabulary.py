"""The words that the embedded generator is taught, the captions made of them, and their tokenizer.

CIFAR-10 has labels and no captions. A caption here is a template with one of the class's names in it and, half
the time, words that say nothing about the picture, so that the text encoder learns to look for the animal alone.
"""

import json
import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
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
_TEMPLATES = (
    "{name}",
    "a {name}",
    "a photo of a {name}",
    "a photograph of a {name}",
    "an image of a {name}",
    "a picture of a {name}",
    "a close-up photo of a {name}",
    "a small photo of the {name}",
)
_ADJECTIVES = tuple(
    "brown black white grey red green blue yellow small big young old cute wild beautiful spotted bright dark".split()
)
_PLACES = tuple(
    "in a field|in the grass|on a road|in the snow|in a forest|by the water|at home|on a sofa|in the sky|at night|"
    "in the sun|on a farm|in the garden|on a branch|in the rain|with a blurred background|in the mountains".split("|")
)
MAX_TOKENS = 24
_VOCABULARY_SIZE = 1024
_START, _END = "<|startoftext|>", "<|endoftext|>"


def random_caption(class_name: str, rng: random.Random) -> str:
    """Return a caption for an image of `class_name`, drawn with `rng`."""
    name = rng.choice(CLASS_NAMES[class_name])
    if rng.random() < 0.5:
        name = f"{rng.choice(_ADJECTIVES)} {name}"
    caption = rng.choice(_TEMPLATES).format(name=name)
    return f"{caption} {rng.choice(_PLACES)}" if rng.random() < 0.5 else caption


def build_tokenizer(folder: Path) -> CLIPTokenizer:
    """Train CLIP's kind of byte-pair tokenizer on the captions' words; leave its files in `folder`.

    Any text can be encoded: what is no word here falls apart into letters.
    """
    words = sorted({*(name for names in CLASS_NAMES.values() for name in names), *_ADJECTIVES, *_PLACES, *_TEMPLATES})
    byte_pairs = Tokenizer(models.BPE(unk_token=_END, end_of_word_suffix="</w>", fuse_unk=False))
    byte_pairs.normalizer = normalizers.Lowercase()
    byte_pairs.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    byte_pairs.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY_SIZE,
        end_of_word_suffix="</w>",
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
        min_frequency=1,
    )
    byte_pairs.train_from_iterator([text.replace("{name}", "") for text in words], trainer)
    merged = json.loads(byte_pairs.to_str())["model"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = list(dict.fromkeys([*alphabet, *(letter + "</w>" for letter in alphabet), *merged["vocab"]]))
    tokens = [*tokens, _START, _END]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merged["merges"]))
    return CLIPTokenizer.from_pretrained(folder, model_max_length=MAX_TOKENS, pad_token=_END)
