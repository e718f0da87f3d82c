"""Each image draws its template and each of its words on its own, by its identity."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from text_to_image.prompt_record import PARTS, count_parts, prompt_columns
from text_to_image.prompt_settings import Prompts
from text_to_image.prompts import covering_prompts, prompt_for

SCENE = Prompts(
    templates=("{a_domain} of {a_class} {background}", "{class}, {viewpoint}, {weather}"),
    domains=("photo", "image", "drawing"),
    class_words={"cat": ("cat", "kitten")},
    backgrounds={"frog": ("on a lily pad",), "default": ("in a field", "in a wood", "on a road", "by a wall")},
    viewpoints=("from above", "from below"),
    weather=("in fog", "in rain", "in snow"),
)
N = 3000


def drawn(prompts, class_name="cat", count=N):
    return [prompt_for(prompts, 0, class_name, index) for index in range(count)]


def changed(prompts, **changes):
    return Prompts(**{**prompts.model_dump(), **changes})


def test_every_part_of_a_prompt_is_recorded_and_only_those_that_are_in_it():
    for prompt in drawn(SCENE, count=50):
        if prompt.template == SCENE.templates[0]:
            article = "an" if prompt.domain == "image" else "a"
            assert prompt.text == f"{article} {prompt.domain} of a {prompt.class_word} {prompt.background}"
            assert (prompt.viewpoint, prompt.weather) == ("", "")
        else:
            assert prompt.text == f"{prompt.class_word}, {prompt.viewpoint}, {prompt.weather}"
            assert (prompt.domain, prompt.background) == ("", "")


def test_words_go_by_class():
    assert {prompt.background for prompt in drawn(SCENE, "frog", 50)} == {"", "on a lily pad"}
    assert {prompt.class_word for prompt in drawn(SCENE, "frog", 50)} == {"frog"}
    assert {prompt.background for prompt in drawn(SCENE, "cat", 50)} == {"", *SCENE.backgrounds["default"]}


@pytest.mark.parametrize("part", PARTS)
def test_entries_of_a_list_are_equally_likely(part):
    words = [value for prompt in drawn(SCENE) if (value := getattr(prompt, part))]
    counts = np.unique(words, return_counts=True)[1]
    assert len(counts) > 1
    assert chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize(
    ("one", "other"), [("template", "class_word"), ("domain", "background"), ("viewpoint", "weather")]
)
def test_parts_are_drawn_independently_of_each_other(one, other):
    prompts = [prompt for prompt in drawn(SCENE) if getattr(prompt, one) and getattr(prompt, other)]
    rows, columns = (np.unique([getattr(p, part) for p in prompts], return_inverse=True)[1] for part in (one, other))
    table = np.zeros((rows.max() + 1, columns.max() + 1), int)
    np.add.at(table, (rows, columns), 1)
    assert table.all()
    assert chi2_contingency(table).pvalue > 0.001


def test_another_list_leaves_all_other_draws_as_they_were():
    before = drawn(changed(SCENE, templates=["{domain} of {class} {background}"]), count=300)
    after = drawn(changed(SCENE, templates=["{domain} of {class} {background}, {weather}"]), count=300)
    assert len({prompt.weather for prompt in after}) == 3
    for one, other in zip(before, after, strict=True):
        assert other.text == f"{one.text}, {other.weather}"


def test_a_longer_list_leaves_the_others_as_they_were():
    longer = changed(SCENE, domains=["photo", "image", "drawing", "painting"])
    for one, other in zip(drawn(SCENE, count=300), drawn(longer, count=300), strict=True):
        for part in set(PARTS) - {"domain"}:
            assert getattr(one, part) == getattr(other, part)


def test_seed_class_and_index_each_change_the_draw():
    texts = [
        prompt_for(SCENE, seed, name, index).text for seed in (0, 1) for name in ("dog", "horse") for index in (0, 9)
    ]
    assert len(set(texts)) > 4


def test_covering_prompts_show_every_word_with_every_template_that_has_room_for_it():
    texts = list(covering_prompts(SCENE, "cat"))
    assert set(texts) >= {f"{word}, {view}, {weather}" for word, view, weather in [("cat", "from above", "in fog")]}
    for background in SCENE.backgrounds["default"]:
        assert any(text.endswith(background) for text in texts)
    for word in SCENE.class_words["cat"]:
        assert any(text.startswith(f"{word},") for text in texts)
        assert any(f"of a {word} " in text for text in texts)


def test_counts_add_up_and_leave_out_what_no_image_has():
    columns = prompt_columns(drawn(changed(SCENE, templates=["{class} {background}"])))
    counts = count_parts(columns)
    assert list(counts) == ["template", "class_word", "background"]
    assert all(sum(words.values()) == N for words in counts.values())
    assert counts["background"]["in a field"] == columns["background"].tolist().count("in a field")
    assert count_parts({"file": np.asarray(["a.png"])}) == {}
