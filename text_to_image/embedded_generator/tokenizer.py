"""The tokenizer of the words that the embedded generator is taught."""

import itertools
import json
from collections import Counter
from pathlib import Path

from tokenizers import pre_tokenizers
from transformers import CLIPTokenizer

from text_to_image.embedded_generator.vocabulary import WORDS

MAX_TOKENS = 24
# What stands for a name in the templates was learned as a word of theirs; without it, tokens would have other numbers
# than in the models and trainings that there are.
_PLACEHOLDER = "name"
_START, _END, _WORD_END = "<|startoftext|>", "<|endoftext|>", "</w>"


def build_tokenizer(folder: Path) -> CLIPTokenizer:
    """Learn CLIP's kind of byte-pair vocabulary on the captions' words; leave its files in `folder`.

    Any text can be encoded: what is no word here falls apart into pieces and letters.
    """
    merges = learn_merges(sorted(WORDS | {_PLACEHOLDER}))
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*letters, *(letter + _WORD_END for letter in letters), *("".join(pair) for pair in merges), _START, _END]
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = json.dumps({token: number for number, token in enumerate(tokens)})
    (folder / "vocab.json").write_text(vocabulary, encoding="utf-8")
    merges_text = "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges)
    (folder / "merges.txt").write_text(merges_text, encoding="utf-8")
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
