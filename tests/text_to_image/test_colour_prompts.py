"""Prompts name the colours of photographs as often as these show them."""

import sys

import numpy as np
import pytest
import yaml

from photographs.photo_set import PhotoSet, write_photo_set
from text_to_image.embedded_generator.colour_prompts import colour_phrases
from text_to_image.prompt_set_file import PROMPT_SETS
from text_to_image.prompt_settings import Prompts
from workflow_scripts import write_colour_prompts

BLACK, WHITE, GREEN = (0, 0, 0), (255, 255, 255), (20, 200, 40)


def pictures(middle, rim, count):
    """Return so many pictures, uint8 (N, 32, 32, 3), of a square on a ground."""
    images = np.full((count, 32, 32, 3), rim, np.uint8)
    images[:, 6:26, 6:26] = middle
    return images


def test_phrases_stand_as_often_as_their_colours():
    images = np.concatenate([pictures(BLACK, GREEN, 30), pictures(WHITE, BLACK, 9), pictures(GREEN, WHITE, 1)])
    phrases = colour_phrases("cat", images, 20)
    assert sum(phrases.values()) == 19  # one of forty is half a phrase, rounded to none
    assert {phrase: times for phrase, times in phrases.items() if phrase.startswith("black cat")} == {
        "black cat in the grass": 3,
        "black cat in a field": 3,
        "black cat in a forest": 3,
        "black cat in the garden": 3,
        "black cat on a green background": 3,
    }
    assert sum(times for phrase, times in phrases.items() if phrase.startswith("white cat")) == 4


def test_command_writes_a_set_that_a_study_can_name(tmp_path, monkeypatch):
    images = np.concatenate([pictures(BLACK, GREEN, 4), pictures(WHITE, BLACK, 4)])
    labels = np.repeat([0, 1], 4).astype(np.int32)
    write_photo_set(tmp_path / "train.npz", PhotoSet(images, labels, np.arange(8), ("cat", "frog")))
    written = tmp_path / "colours.yaml"
    command = ["--photos", tmp_path / "train.npz", "--phrases", 10, "--output", written]
    monkeypatch.setattr(sys, "argv", ["write_colour_prompts", *map(str, command)])
    write_colour_prompts.main()
    prompts = Prompts(set=str(written))
    assert len(prompts.words_for("class_words", "cat")) == 10
    assert all(word.startswith("white frog") for word in prompts.words_for("class_words", "frog"))


def test_too_few_phrases_are_one_line(tmp_path, monkeypatch):
    command = ["--photos", "unread.npz", "--phrases", "0", "--output", str(tmp_path / "colours.yaml")]
    monkeypatch.setattr(sys, "argv", ["write_colour_prompts", *command])
    with pytest.raises(ValueError, match="--phrases is 0"):
        write_colour_prompts.main()


def test_shipped_set_has_its_form():
    shipped = yaml.safe_load((PROMPT_SETS / "colours.yaml").read_text())
    for phrases in shipped["class_words"].values():
        assert 100 <= sum(phrases.values()) <= 125
