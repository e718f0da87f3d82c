"""Captions say what a photograph shows, in words that the tokenizer knows."""

import random

import numpy as np
import pytest

from text_to_image.embedded_generator.captions import colour_name, describe, random_caption
from text_to_image.embedded_generator.tokenizer import build_tokenizer
from text_to_image.embedded_generator.vocabulary import ADJECTIVES, CLASS_NAMES, PLACES


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"),
        ((250, 250, 250), "white"),
        ((128, 128, 128), "grey"),
        ((120, 80, 40), "brown"),
        ((70, 140, 60), "green"),
        ((90, 150, 230), "blue"),
        ((200, 30, 30), "red"),
        ((250, 220, 60), "yellow"),
    ],
)
def test_colours_have_their_names(rgb, name):
    assert colour_name(np.array(rgb)) == name


def test_every_colour_has_a_name_that_places_know():
    rng = np.random.default_rng(0)
    assert {colour_name(rgb) for rgb in rng.integers(256, size=(5000, 3))} == set(PLACES)


def test_middle_and_rim_are_told_apart():
    image = np.full((32, 32, 3), (70, 140, 60), np.uint8)
    image[8:24, 6:26] = (120, 80, 40)
    subject = describe(image, "horse")
    assert (subject.middle_colour, subject.rim_colour) == ("brown", "green")
    rng = random.Random(0)
    captions = [random_caption(subject, rng) for _ in range(300)]
    assert all(any(name in caption for name in CLASS_NAMES["horse"]) for caption in captions)
    assert any("brown" in caption for caption in captions)
    elsewhere = {place for colour, places in PLACES.items() if colour != "green" for place in places}
    assert any(place in caption for caption in captions for place in PLACES["green"])
    assert not any(caption.endswith(place) for caption in captions for place in elsewhere)


def test_every_word_of_a_caption_is_one_token(tmp_path):
    tokenizer = build_tokenizer(tmp_path)
    words = {word for places in PLACES.values() for place in places for word in place.split()}
    for word in [*words, *PLACES, *ADJECTIVES]:
        assert tokenizer.tokenize(word) == [f"{word}</w>"]
