"""What the embedded generator understands is said honestly, word by word."""

from pathlib import Path

import pytest

from text_to_image.embedded_generator.known_subjects import honest_answer, misnaming, read_prompt, taught_words
from text_to_image.embedded_generator.vocabulary import CLASS_NAMES

SIX = ["bird", "cat", "deer", "dog", "frog", "horse"]
TAUGHT = taught_words(Path(__file__).resolve().parents[2] / "models" / "embedded")


def read(prompt):
    return read_prompt(prompt, SIX, TAUGHT)


@pytest.mark.parametrize(
    ("prompt", "subjects"),
    [
        ("a photo of a brown horse in a field", ("horse",)),
        ("kitten", ("cat",)),
        ("a puppy", ("dog",)),
        ("STAG at night", ("deer",)),
        ("toad", ("frog",)),
        ("two Sparrows", ("bird",)),
        ("CATS", ("cat",)),
        ("puppies, kitties, ponies and ostriches", ("dog", "cat", "horse", "bird")),
        ("a bird and a cat", ("bird", "cat")),
        ("a kitten and a cat", ("cat",)),
        ("a cat-like dog's portrait", ("cat", "dog")),
        ("a bird's-eye view of a cat", ("bird", "cat")),
        ("a photograph of a hot dog stand", ("dog",)),
        ("doghouse", ()),
        ("catfish", ()),
        ("a seahorse and a bulldog", ()),
        ("what does it look like", ()),
        ("an airplane", ()),
        ("a scattered category of birdsong", ()),
        ("", ()),
        ("42 %", ()),
        ("chat noir, 猫", ()),
    ],
)
def test_subjects_are_whole_words_in_any_case_and_number(prompt, subjects):
    assert tuple(read(prompt).names) == subjects


@pytest.mark.parametrize("class_name", SIX)
def test_every_name_is_understood_alone_and_many(class_name):
    for name in CLASS_NAMES[class_name]:
        assert tuple(read(f"a photo of a {name}").names) == (class_name,)
        assert read(f"a photo of a {name}").untaught_words == ()


def test_the_model_is_asked_only_for_words_that_it_was_taught():
    assert read("a photo of a cat in the snow").prompt == "a photo of a cat in the snow"
    assert read("A close-up photo of a CAT").prompt == "A close-up photo of a CAT"
    assert read("Photo of CATS").prompt == "photo of cat"
    assert read("a photograph of a hot dog stand").prompt == "a photograph of a dog"
    assert read("a photo of an airplane").untaught_words == ("airplane",)
    assert "airplane" not in read("a photo of an airplane").prompt
    assert read("Eiffel tower, 4k").prompt == "a photo"


def test_pieces_of_words_are_none_that_the_model_was_taught():
    assert read("a cat in the mall now").untaught_words == ("mall", "now")
    assert read("it'll be the 'cat' and the cat's").untaught_words == ("it", "be", "and")
    assert read("its name, a b c").untaught_words == ("its", "name", "b", "c")
    assert read("a small spotted cat in dry grass by the water").untaught_words == ()


def test_untaught_words_are_listed_once_and_as_written():
    assert read("Zyx, a zebra's zebra: Zyx").untaught_words == ("Zyx", "zebra")


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        (
            "a photo of a kitten",
            'This model knows six animals (bird, cat, deer, dog, frog, horse); it reads "kitten" as a cat.',
        ),
        (
            "a photograph of a hot dog stand",
            'This model knows six animals (bird, cat, deer, dog, frog, horse); it reads "dog" as a dog. '
            'Left out, because it was never taught: "hot" and "stand".',
        ),
        (
            "a doghouse",
            "This model knows six animals (bird, cat, deer, dog, frog, horse); nothing in the prompt names one, so "
            'what it draws is chance. Left out, because it was never taught: "doghouse".',
        ),
        (
            "a bird on a cat",
            'This model knows six animals (bird, cat, deer, dog, frog, horse); it reads "bird" as a bird and "cat" as '
            "a cat. It was taught one a picture: expect one of them, or something in between.",
        ),
    ],
)
def test_answer_says_what_is_read_and_what_is_not(prompt, answer):
    assert honest_answer(read(prompt), SIX) == answer


def test_answer_is_that_of_the_model_at_hand():
    known = ["cat", "ship"]
    reading = read_prompt("a frog on a boat", known, TAUGHT)
    assert reading.names == {"ship": ("boat",)}
    assert reading.untaught_words == ("frog",)
    assert honest_answer(reading, known).startswith("This model knows two subjects (cat, ship); it reads")


@pytest.mark.parametrize(
    ("prompt", "problem"),
    [
        ("a photo of a kitten", None),
        ("a cat and a kitten", None),
        ("a photo of an airplane", "'a photo of an airplane' has no word for a cat that this model was taught (cat, "),
        ("a photo of a puppy", "'a photo of a puppy' says \"puppy\", which this model reads as a dog"),
        ("a dog and a cat", 'says "dog", which this model reads as a dog'),
        ("two cats", "has no word for a cat that this model was taught (cat, "),
        ("a catfish", "has no word for a cat"),
    ],
)
def test_prompt_that_does_not_say_its_class_is_found(prompt, problem):
    found = misnaming(["a cat", prompt], "cat", SIX)
    assert found is None if problem is None else problem in found
