"""What the playground tells of the study behind it: its photographs, confusions and cells."""

import numpy as np
import pytest

from photographs.photo_set import PhotoSet, write_photo_set
from photographs.verified_arrays import write_arrays
from tests.webserver.conftest import CLASSES, grey, wait_until
from tests.webserver.pictures import encoded
from webserver.openapi import document
from webserver.study_files import StudyFiles
from webserver.study_photographs import StudyPhotographs

PNG = {"Content-Type": "image/png"}


def photographs(results, kind, indices, classes, split="train", shade=None):
    """Write photographs of the first class to a study's folder, each of the grey that its index is, or `shade`."""
    images = np.stack([grey(index if shade is None else shade) for index in indices])
    photos = PhotoSet(images, np.zeros(len(indices), np.int32), np.asarray(indices), classes)
    write_photo_set(results / f"{kind}_photos" / f"{split}.npz", photos)


def predictions(results, arm, classes):
    """Write what an arm's first training said of four real test photographs: all right."""
    labels = np.arange(4, dtype=np.int32) % 2
    arrays = {"logits": np.eye(2, dtype=np.float32)[labels], "labels": labels, "indices": np.arange(4)}
    path = results / "predictions" / arm / "seed_0" / "real.npz"
    write_arrays(path, {**arrays, "classes": np.asarray(classes)})


def test_photograph_that_is_still_the_same_is_not_sent_again(make_app, tmp_path):
    photographs(tmp_path, "real", [0], ("cat",))
    client = make_app(results=str(tmp_path)).test_client()
    address = "/api/v1/photographs/real/train/cat/0.png"
    again = client.get(address, headers={"If-None-Match": client.get(address).headers["ETag"]})
    assert again.status_code == 304
    described = document()["paths"]["/api/v1/photographs/{kind}/{split}/{class_name}/{index}.png"]["get"]["responses"]
    assert "content" not in described["304"]


@pytest.mark.parametrize(("shade", "kinds_here"), [(None, {"real", "synthetic"}), (99, set())])
def test_neighbour_has_an_address_where_that_very_photograph_is_there(make_app, tmp_path, shade, kinds_here):
    # Of the companions' photographs, cats have the even numbers and frogs the odd ones; generated ones begin at 10.
    photographs(tmp_path, "real", range(10), ("cat",), shade=shade)
    photographs(tmp_path, "synthetic", range(10, 20), ("cat",), shade=shade)
    app = make_app(results=str(tmp_path))
    wait_until(lambda: app.extensions["playground"].registry.served is not None)
    client = app.test_client()
    (reading,) = client.post("/api/v1/classify?nearest=5", data=encoded(), headers=PNG).json["readings"]
    near = [found for arm in reading["arms"].values() for found in arm["nearest"]]
    here = [found["class"] == "cat" and found["kind"] in kinds_here for found in near]
    assert {found["kind"] for found, is_here in zip(near, here, strict=True) if is_here} == kinds_here
    assert sum(here) < len(here)
    assert [found["image"] is not None for found in near] == here
    assert all(client.get(found["image"]).status_code == 200 for found in near if found["image"])


def test_cell_names_the_photographs_that_are_there(make_app, tmp_path):
    predictions(tmp_path, "real", CLASSES)
    photographs(tmp_path, "real", [2], ("cat",), split="test")
    client = make_app(results=str(tmp_path)).test_client()
    cell = client.get("/api/v1/study/cell?arm=real&domain=real&true=cat&predicted=cat").json
    assert cell == {"count": 2, "images": ["/api/v1/photographs/real/test/cat/2.png"]}


def test_arms_of_other_classes_are_left_out_of_the_confusions(make_app, tmp_path):
    for arm, classes in (("real", CLASSES), ("synthetic", ("cat", "dog")), ("mixture", CLASSES)):
        predictions(tmp_path, arm, classes)
    answer = make_app(results=str(tmp_path)).test_client().get("/api/v1/study/confusion").json
    assert answer["classes"] == list(CLASSES)
    assert list(answer["matrices"]) == ["real", "mixture"]


def test_study_of_this_machine_is_told_of_once_it_has_predictions(tmp_path):
    shipped, results = tmp_path / "shipped", tmp_path / "results"
    files = StudyFiles(results, shipped)
    assert files.is_sample
    assert files.photo_set("real", "test") == shipped / "study" / "real_photos" / "test.npz"
    assert files.photo_set("real", "train") == results / "real_photos" / "train.npz"
    (results / "predictions").mkdir(parents=True)
    assert not files.is_sample
    assert files.predictions("real", "synthetic") == results / "predictions" / "real" / "seed_0" / "synthetic.npz"


class LockThatLets:
    """A lock after whose first release something else happens."""

    def __init__(self, happen):
        self._to_happen = [happen]

    def __enter__(self):
        pass

    def __exit__(self, *error):
        if self._to_happen:
            self._to_happen.pop()()


def test_photographs_that_take_others_place_meanwhile_are_not_mixed_with_them(tmp_path, monkeypatch):
    photographs(tmp_path, "real", range(40), ("cat",))
    shown = StudyPhotographs(StudyFiles(tmp_path, tmp_path))

    def another_asks_for_a_newer_one():
        photographs(tmp_path, "real", [39], ("cat",))
        assert shown.image("real", "train", "cat", 39).mean() == 39

    monkeypatch.setattr(shown, "_lock", LockThatLets(another_asks_for_a_newer_one))
    assert shown.image("real", "train", "cat", 39).mean() == 39


def test_report_is_there_from_when_a_study_has_made_it_and_before_the_page_says_how(make_app, tmp_path):
    predictions(tmp_path, "real", CLASSES)
    client = make_app(results=str(tmp_path)).test_client()
    before = {address: client.get(address) for address in ("/report", "/report.pdf")}
    assert {address: answer.status_code for address, answer in before.items()} == {"/report": 200, "/report.pdf": 404}
    assert all(b"make run" in answer.data for answer in before.values())
    assert b'href="/report.pdf"' in client.get("/").data
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.html").write_text("what it found")
    (tmp_path / "report" / "report.pdf").write_bytes(b"%PDF")
    answers = [client.get(address) for address in before]
    assert [(answer.mimetype, answer.data) for answer in answers] == [
        ("text/html", b"what it found"),
        ("application/pdf", b"%PDF"),
    ]
