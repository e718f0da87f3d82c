"""The embedded generator's vocabulary is the same every time, and takes any text."""

import pytest

from text_to_image.embedded_generator.tokenizer import build_tokenizer
from text_to_image.embedded_generator.vocabulary import CLASS_NAMES


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    return build_tokenizer(tmp_path_factory.mktemp("vocabulary"))


def test_vocabulary_is_the_same_every_time(tokenizer, tmp_path):
    assert build_tokenizer(tmp_path).get_vocab() == tokenizer.get_vocab()


@pytest.mark.parametrize("class_name", CLASS_NAMES)
def test_every_name_of_a_class_is_one_token(tokenizer, class_name):
    for name in CLASS_NAMES[class_name]:
        assert tokenizer.tokenize(name) == [f"{name}</w>"]


def test_any_text_can_be_encoded(tokenizer):
    text = "a kitten in zürich, 水!"
    assert tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True).replace(" ", "") == text.replace(
        " ", ""
    )
