"""The card says what the manifest and the table say, and no licence that nobody gave."""

import csv
import json
import sys

import huggingface_hub.constants
import pytest
from huggingface_hub import DatasetCard

from data_set_export.card import size_category
from data_set_export.citation import bibtex
from data_set_export.licence import model_licence
from data_set_export.photos_manifest import Generator, read_manifest
from tests.data_set_export.conftest import CLASSES, SPLITS, command, edit_manifest
from tests.workflow.study import REPOSITORY
from text_to_image.prompt_settings import Prompts
from workflow_scripts import write_data_set_card

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def arguments(photos, folder):
    paths = ["--photos-folder", photos, "--citation", REPOSITORY / "CITATION.cff", "--output", folder / "README.md"]
    return [*map(str, paths), "--config-sha256", "12" * 32]


def card_of(photos, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["write_data_set_card", *arguments(photos, folder)])
        write_data_set_card.main()
    return DatasetCard.load(folder / "README.md")


def hub_model(model="owner/model"):
    return Generator(kind="pipeline", model=model, revision=COMMIT, settings={}, digest="")


def put_into_hub_cache(tmp_path, monkeypatch, card):
    snapshot = tmp_path / "models--owner--model" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (snapshot / "README.md").write_text(card)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))


def test_front_matter_is_the_hubs(finished_photos, tmp_path):
    data = card_of(finished_photos, tmp_path).data.to_dict()
    assert data["license"] == "mit"
    assert data["task_categories"] == ["image-classification"]
    assert data["size_categories"] == ["n<1K"]
    files = data["configs"][0]["data_files"]
    assert {entry["split"]: entry["path"] for entry in files} == {name: f"{name}/**" for name in SPLITS.values()}


def test_numbers_are_those_of_the_manifest(finished_photos, tmp_path):
    manifest = read_manifest(finished_photos / "manifest.json")
    text = card_of(finished_photos, tmp_path).text
    counts = list(manifest.images_per_class.values())
    assert "| class | train | validation | test |" in text
    for name in CLASSES:
        assert f"| {name} | {' | '.join(map(str, counts))} |" in text
    assert f"| all | {' | '.join(str(n * len(CLASSES)) for n in counts)} |" in text
    for value in (*manifest.digests.values(), manifest.generator.digest, manifest.generator.revision, "12" * 32):
        assert f"`{value}`" in text
    assert "Redraws: 2." in text
    assert "| steps | `7` |" in text
    assert text.count("\n| revision |") == 1


def test_card_says_that_a_classifier_selected_the_images(photos, tmp_path):
    edit_manifest(photos, lambda manifest: manifest["generator"]["settings"].update(rejection=None))
    assert "Selected by a classifier" not in card_of(photos, tmp_path).text

    def change(manifest):
        manifest["rejected"] = 4321
        manifest["generator"]["settings"] |= {"rejection": {"classifier": "some/judge", "least_probability": 0.7}}

    edit_manifest(photos, change)
    text = card_of(photos, tmp_path).text
    assert "4,321 further images were refused" in text
    assert "some/judge" in text
    assert "below 0.7" in text


def test_card_says_what_its_prompts_were_counted_among_and_its_settings_make_the_same_prompts(photos, tmp_path):
    assert "Prompts that were counted" not in card_of(photos, tmp_path).text
    words = {"cat": ["grey cat"] * 3 + ["black cat"] * 2, "frog": ["frog", "toad", "frog"], "dog": ["dog", "puppy"]}
    prompts = Prompts(counted_among="some photographs", class_words=words, negative="blur")

    def change(manifest):
        manifest["generator"]["settings"] |= {"prompts": prompts.model_dump(mode="json")}

    edit_manifest(photos, change)
    text = card_of(photos, tmp_path).text
    assert "as often as some photographs show" in text
    assert "grey cat: 3" in text
    written = tmp_path / "set.yaml"
    written.write_text(text.split("```yaml\n")[1].split("```")[0])
    assert Prompts(set=str(written)) == prompts


def test_changed_manifest_changes_the_card(photos, tmp_path):
    def change(manifest):
        manifest["redrawn"] = 1234
        manifest["generator"]["settings"] |= {"steps": 55, "sampler": "heun"}
        manifest["digests"]["val"] = "34" * 32

    edit_manifest(photos, change)
    text = card_of(photos, tmp_path).text
    assert "Redraws: 1,234." in text
    assert "| steps | `55` |" in text
    assert '| sampler | `"heun"` |' in text
    assert f"| validation | `{'34' * 32}` |" in text


def test_prompts_and_every_column_are_counted(finished_photos, tmp_path):
    text = card_of(finished_photos, tmp_path).text
    assert "6 different prompts" in text
    assert '| `a "photo" \\| of a cat, n° 0` | 8 |' in text
    assert "| `template` | `{a_domain} of {a_class}` for every image |" in text
    assert "| `from above` | 24 |" in text
    assert "negative: blur" in text


def test_more_prompts_than_fit_are_cut_and_counted(photos, tmp_path):
    with open(photos / "images.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for i, row in enumerate(rows):
        row["prompt"] = f"prompt {max(i, 2)}"
    with open(photos / "images.csv", "w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    text = card_of(photos, tmp_path).text
    assert "46 different prompts, of which the 40 most frequent:" in text
    assert "| prompt | images |\n|---|---:|\n| `prompt 2` | 3 |" in text
    assert text.count("| `prompt ") == 40


def test_table_of_other_images_is_refused_in_one_line(photos, tmp_path):
    table = photos / "images.csv"
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:-4]))
    finished = command("write_data_set_card", *arguments(photos, tmp_path))
    assert finished.returncode == 1
    assert "images.csv: it does not hold the images that manifest.json speaks of" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1
    assert not (tmp_path / "README.md").exists()


def test_images_from_a_folder_have_no_prompts_and_no_invented_licence(photos_from_a_folder, tmp_path):
    card = card_of(photos_from_a_folder, tmp_path)
    assert card.data.license == "unknown"
    assert card.data.tags == ["synthetic"]
    assert "an unknown generator (the study took them from the folder elsewhere/FAKE)" in card.text
    assert "Its licence is not known here" in card.text
    assert "## Prompts" not in card.text
    assert "| `file` | another value for every image |" in card.text
    assert "| revision | `not known` |" in card.text


def test_hub_models_licence_is_read_from_the_cache(tmp_path, monkeypatch):
    front_matter = "license: other\nlicense_name: community\nlicense_link: LICENSE.md"
    put_into_hub_cache(tmp_path, monkeypatch, f"---\n{front_matter}\n---\n# Model\n")
    licence = model_licence(hub_model())
    link = f"https://huggingface.co/owner/model/blob/{COMMIT}/LICENSE.md"
    assert licence.front_matter() == {"license": "other", "license_name": "community", "license_link": link}
    assert licence.sentence() == f"Its card gives the licence as other (community, {link})."


def test_several_links_to_licences_are_left_to_the_models_page(tmp_path, monkeypatch):
    front_matter = "license: [mit, other]\nlicense_link: [LICENSE.md, OTHER.md]"
    put_into_hub_cache(tmp_path, monkeypatch, f"---\n{front_matter}\n---\n# Model\n")
    assert model_licence(hub_model()).front_matter() == {"license": "other", "license_name": "mit and other"}


@pytest.mark.parametrize("card", ["# No front matter\n", "---\ntags: [x]\n---\n"])
def test_card_without_a_licence_leaves_it_unknown(tmp_path, monkeypatch, card):
    put_into_hub_cache(tmp_path, monkeypatch, card)
    assert model_licence(hub_model()).front_matter() == {"license": "unknown"}


def test_hub_model_without_a_card_in_the_cache_points_to_its_page(tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    licence = model_licence(hub_model())
    assert licence.identifier == "unknown"
    assert "see the model's page, https://huggingface.co/owner/model" in licence.sentence()


def test_several_licences_are_all_named(tmp_path, monkeypatch):
    put_into_hub_cache(tmp_path, monkeypatch, "---\nlicense: [mit, cc0-1.0]\n---\n")
    assert model_licence(hub_model()).front_matter() == {"license": "other", "license_name": "mit and cc0-1.0"}


def test_unreadable_front_matter_is_named(tmp_path, monkeypatch):
    put_into_hub_cache(tmp_path, monkeypatch, "---\nlicense: [mit\n---\n")
    with pytest.raises(ValueError, match=r"README\.md: the front matter of the model's card is not readable"):
        model_licence(hub_model())


def test_embedded_models_licence_is_that_of_its_own_card():
    generator = Generator(kind="pipeline", model="models/embedded", revision="sha256:0", settings={}, digest="")
    assert model_licence(generator).identifier == "mit"


@pytest.mark.parametrize(
    ("n", "category"), [(999, "n<1K"), (1000, "1K<n<10K"), (36_000, "10K<n<100K"), (10**7, "10M<n<100M")]
)
def test_size_category(n, category):
    assert size_category(n) == category


def test_citation_is_that_of_the_citation_file(tmp_path):
    (tmp_path / "CITATION.cff").write_text(
        'title: "Work: of art"\nversion: 2.1\nauthors: [{family-names: B, given-names: A}, {name: The C}]\n'
    )
    assert bibtex(tmp_path / "CITATION.cff") == (
        "@software{work,\n  title = {Work: of art},\n  author = {{A B} and {The C}},\n  version = {2.1}\n}"
    )
    (tmp_path / "CITATION.cff").write_text(json.dumps({"title": "x"}))
    with pytest.raises(ValueError, match=r"CITATION\.cff: no title, version and authors"):
        bibtex(tmp_path / "CITATION.cff")
