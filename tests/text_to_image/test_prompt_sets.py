"""Prompts are data: sets are files, their text is what counts, and a mistake in one is a clear line."""

import json
import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from photographs.cifar10 import CIFAR10_CLASSES
from text_to_image.config import GeneratorConfig
from text_to_image.embedded_generator.known_subjects import misnaming
from text_to_image.embedded_generator.tokenizer import MAX_TOKENS, build_tokenizer
from text_to_image.embedded_generator.vocabulary import CLASS_NAMES
from text_to_image.image_identity import generator_digest
from text_to_image.prompt_set_file import PROMPT_SETS, prompt_set_names
from text_to_image.prompt_settings import Prompts
from text_to_image.prompts import covering_prompts, prompt_for

FITS_THE_EMBEDDED_GENERATOR = ("plain", "templates", "domains", "kinds", "colours")


def write(path, **content):
    path.write_text(yaml.safe_dump(content))
    return str(path)


def digest(prompts):
    config = GeneratorConfig(model="a/b", prompts=prompts)
    return generator_digest(config.model_dump(mode="json"))


@pytest.mark.parametrize("name", prompt_set_names())
def test_shipped_set_suits_every_class_and_names_no_other(name):
    prompts = Prompts(set=name)
    prompts.check_classes(CIFAR10_CLASSES, CIFAR10_CLASSES)
    for class_name in CIFAR10_CLASSES:
        texts = list(covering_prompts(prompts, class_name))
        assert misnaming(texts, class_name, list(CLASS_NAMES)) is None
        assert not [text for text in texts if re.search(r"[{}]|  |\ba [aeiou]|\ban [^aeiou]", text)]


@pytest.mark.parametrize("name", prompt_set_names())
def test_shipped_set_explains_itself(name):
    assert (PROMPT_SETS / f"{name}.yaml").read_text().startswith("# ")


@pytest.mark.parametrize("name", FITS_THE_EMBEDDED_GENERATOR)
def test_sets_for_the_embedded_generator_fit_its_tokenizer(name, tmp_path):
    tokenizer = build_tokenizer(tmp_path)
    for class_name in CIFAR10_CLASSES:
        for text in covering_prompts(Prompts(set=name), class_name):
            assert len(tokenizer(text).input_ids) <= MAX_TOKENS, text


def test_plain_set_is_what_no_setting_at_all_says():
    assert Prompts(set="plain") == Prompts()
    assert prompt_for(Prompts(set="plain"), 0, "cat", 0).text == "a photo of a cat"


def test_keys_beside_a_set_replace_the_sets_own():
    prompts = Prompts(set="scenes", weather=["in a storm"], domains=None)
    assert prompts.weather == {"default": ("in a storm",)}
    assert prompts.domains == Prompts(set="scenes").domains
    assert prompts.templates == Prompts(set="scenes").templates


def test_word_that_stands_several_times_is_drawn_so_much_more_often():
    counted = Prompts(class_words={"cat": {"black cat": 3, "grey cat": 1}})
    assert counted == Prompts(class_words={"cat": ["black cat", "black cat", "black cat", "grey cat"]})
    texts = [prompt_for(counted, 0, "cat", index).text for index in range(400)]
    assert 260 < texts.count("a photo of a black cat") < 340


@pytest.mark.parametrize("times", [0, -1, 1.5, "3", True, 1001, None])
def test_number_of_times_is_a_whole_number(times):
    with pytest.raises(ValidationError, match=r"'black cat' stands .* times; write a whole number from 1 to 1000"):
        Prompts(class_words={"cat": {"black cat": times}})


def test_times_for_no_class_are_told_where_they_belong():
    with pytest.raises(ValidationError, match=r"'photo' stands where a class is named.*write default: {photo: 3}"):
        Prompts(domains={"photo": 3, "drawing": 1})
    assert Prompts(domains={"default": {"photo": 3, "drawing": 1}}).words_for("domains", "cat").count("photo") == 3


def test_what_is_kept_is_the_text_and_not_the_name(tmp_path):
    settings = json.loads(Prompts(set="scenes").model_dump_json())
    assert "set" not in settings
    assert Prompts(**settings) == Prompts(set="scenes")
    one = write(tmp_path / "one.yaml", templates=["a {class}"])
    renamed = write(tmp_path / "other.yml", templates=["a {class}"])
    assert digest({"set": one}) == digest({"set": renamed}) == digest({"templates": ["a {class}"]})
    before = digest({"set": one})
    Path(one).write_text("# a remark\n" + Path(one).read_text())
    assert digest({"set": one}) == before
    write(tmp_path / "one.yaml", templates=["the {class}"])
    assert digest({"set": one}) != before


def test_path_may_be_relative_to_the_study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "mine.yaml", templates=["my {class}"])
    assert Prompts(set="mine.yaml").templates == ("my {class}",)
    assert Prompts(set="./mine.yaml").templates == ("my {class}",)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"set": "scene"}, "there is no prompt set 'scene'; there are colours, domains"),
        ({"set": "nowhere/mine.yaml"}, "there is no prompt set 'nowhere/mine.yaml'"),
        ({"set": ["plain", "kinds"]}, r"set is \['plain', 'kinds'\]; name one"),
        ({"templates": ["a {class"]}, "expected '}'"),
        ({"templates": ["a {class!r}"]}, "has {class!r}; known are class"),
        ({"templates": ["a {class:>9}"]}, "has {class:>9}; known are class"),
        ({"templates": ["{class} {background}"]}, "has {background}, but backgrounds is empty; list some"),
        ({"templates": []}, "at least 1 item"),
        ({"domains": []}, "at least 1 item"),
        ({"domains": [" "]}, "at least 1 character"),
        ({"weather": {"cat": []}}, "at least 1 item"),
        ({"weather": "in rain"}, "valid dictionary"),
        ({"class_words": ["kitten"]}, "give them by class, as in {cat: "),
        ({"wether": ["in rain"]}, "Extra inputs are not permitted"),
    ],
)
def test_impossible_prompts_are_refused_with_the_mend(settings, message):
    with pytest.raises(ValidationError, match=message.replace("{", r"\{").replace("}", r"\}")):
        Prompts(**settings)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("wether: [in rain]", "wether is no key of a prompt set; known are templates, domains"),
        ("templates: [a photo]", "templates: 'a photo' does not name the class"),
        ("templates: ['{class} {weather}']", "but weather is empty"),
        ("domains: [no]", "domains.default.0: it must be a valid string"),
        ("set: plain", "names another set"),
        ("- a photo", "holds no settings"),
        ("", "holds no settings"),
        ("templates: [", "is not YAML"),
    ],
)
def test_mistake_in_a_set_names_the_file_in_one_line(tmp_path, content, message):
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(ValidationError) as raised:
        Prompts(set=str(path))
    said = raised.value.errors()[0]["msg"]
    assert str(path) in said
    assert message in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"backgrounds": {"frgo": ["on a leaf"]}}, "backgrounds has words for 'frgo', which is no class"),
        ({"class_words": {"cow": "cow"}}, "class_words has words for 'cow', which is no class"),
        (
            {"templates": ["{class} {background}"], "backgrounds": {"frog": "on a leaf"}},
            "backgrounds has no words for 'cat'; add cat or default",
        ),
    ],
)
def test_words_that_do_not_fit_the_classes_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        Prompts(**settings).check_classes(("frog", "cat"), CIFAR10_CLASSES)
