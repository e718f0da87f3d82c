"""`snakemake export` writes both forms and the card, is no part of `all`, and redoes just what a change touches."""

import pytest

from photographs.photo_set import read_photo_set
from tests.workflow.test_study import edit

pytestmark = pytest.mark.study


def test_export_is_written_once_and_follows_its_sources(study_copy):
    export = study_copy.folder / "results" / "export"
    assert not export.exists()
    finished = study_copy.run("export")
    assert finished.returncode == 0, finished.stdout
    photo_set = read_photo_set(study_copy.folder / "results" / "synthetic_photos" / "val.npz")
    assert len(list((export / "image_folder" / "validation").glob("*/*.png"))) == len(photo_set)
    assert "StableDiffusionPipeline" in (export / "image_folder" / "README.md").read_text()
    assert (export / "tfds" / "dataset_info.json").exists()
    assert study_copy.planned_rules("export") == set()
    edit(study_copy.folder / "data_set_export" / "card.md.j2", "## Limits", "## What to beware of")
    assert study_copy.planned_rules("export") == {"export", "write_data_set_card"}
