"""Prompts follow the config; shrinking counts every pixel."""

import numpy as np
import pytest
from pydantic import ValidationError

from text_to_image.config import Prompts
from text_to_image.prompts import prompt_for, with_article
from text_to_image.resampling import to_study_size


def test_template_domain_and_class_word_make_the_prompt():
    prompts = Prompts(templates=("{a_domain} of {a_class}",), domains=("image",), class_words={"airplane": "jet"})
    assert prompt_for(prompts, 0, "airplane", 0).text == "an image of a jet"
    assert prompt_for(prompts, 0, "automobile", 0).text == "an image of an automobile"
    assert with_article("Owl") == "an Owl"


def test_pairs_of_template_and_domain_are_equally_likely():
    prompts = Prompts(templates=("{domain} {class}", "{class} {domain}"), domains=("a", "b", "c"))
    drawn = [prompt_for(prompts, 0, "cat", index).text for index in range(3000)]
    counts = [drawn.count(text) for text in sorted(set(drawn))]
    assert len(counts) == 6
    assert max(abs(count - 500) for count in counts) < 100  # 4.9 standard deviations


@pytest.mark.parametrize("template", ["a photo", "a photo of {dog}", "{domain}"])
def test_template_that_cannot_work_is_refused(template):
    with pytest.raises(ValidationError, match="class"):
        Prompts(templates=(template,))


@pytest.mark.parametrize("kernel", ["box", "bilinear", "hamming", "bicubic", "lanczos"])
def test_fine_stripes_become_grey_and_not_a_pattern(kernel):
    stripes = np.zeros((512, 512, 3), np.uint8)
    stripes[:, ::2] = 255
    shrunk = to_study_size(stripes, kernel)
    assert shrunk.shape == (32, 32, 3)
    assert np.abs(shrunk[2:-2, 2:-2].astype(int) - 127).max() <= 6


def test_long_side_is_cut_to_the_centre():
    image = np.zeros((64, 192, 3), np.uint8)
    image[:, 64:128] = 200
    assert (to_study_size(image, "box") == 200).all()


def test_image_of_the_right_size_is_untouched():
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    np.testing.assert_array_equal(to_study_size(image, "lanczos"), image)
