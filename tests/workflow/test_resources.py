"""What jobs ask for: more memory the larger the study is, and more of it and of time at each next try."""

import re

import pytest

from photographs.splits import split_sizes
from tests.workflow.rule_texts import rule_texts
from tests.workflow.study import TinyStudy
from tests.workflow.test_slurm_profile import PROFILE

BY_ITSELF = {
    name: text for name, text in rule_texts().items() if name not in PROFILE["groups"] and "localrule: True" not in text
}
A_MILLION = ("--config", "images_per_class={synthetic: 500000, train: 16}", "shard_size=500000")
# Those that read the whole train part, or half of all images and more.
READING_MANY = {
    "train_classifier",
    "evaluate_features",
    "prepare_filtered_photos",
    "analyse_generator_quality",
    "analyse_domain_gap",
    "plot_near_copies",
    "prepare_playground",
    "write_image_folder",
    "write_tfds",
}


@pytest.mark.parametrize("name", BY_ITSELF)
def test_job_that_goes_alone_asks_for_more_at_each_next_try(name):
    asked = dict(re.findall(r"^\s+(mem_mb|runtime)=(\w+)", BY_ITSELF[name], re.MULTILINE))
    assert asked["mem_mb"] in {"more_each_try", "memory_with_photos"}
    # A day is what many partitions allow, and less a GPU's: what carries on where its last try ended needs no more.
    carries_on = name.startswith(("generate_", "train_"))
    assert asked["runtime"].isdigit() if carries_on else asked["runtime"] == "more_each_try"


def test_memory_follows_the_number_of_photographs(tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    targets = ("all", "export", "playground")

    def memory(*settings):
        planned = study.run(*targets, "--dry-run", *settings).stdout
        return {
            name: int(asked)
            for name, asked in re.findall(
                r"^rule (\w+):\n(?: {4}.*\n)*?    resources: .*mem_mb=(\d+)", planned, re.MULTILINE
            )
        }

    few, many = memory(), memory(*A_MILLION)
    assert few.keys() == many.keys() >= READING_MANY
    train = 2 * split_sizes(500_000)["train"]
    for name in READING_MANY:
        # Pixels alone take 3 kB a photograph.
        assert many[name] - few[name] > train * 3072 / 1e6, name
    assert many["prepare_real_photos"] == few["prepare_real_photos"]
