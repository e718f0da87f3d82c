"""From predictions on the disk to the report, through the same commands that the workflow runs."""

import json
import runpy
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from photographs.photo_set import PhotoSet, write_photo_set
from tests.transfer_analysis.invented_study import ANIMALS, DOMAINS, USUAL, describe, invented_cell
from transfer_analysis.cells import predictions_path
from transfer_analysis.predictions import Predictions, write_predictions
from transfer_analysis.report.figures import FIGURES

N_SEEDS = 2
OF_FURTHER_PARTS = (
    *("mixtures", "learning_curves", "exchange_rate", "published_results", "known_answers"),
    *("network_similarity", "linear_probes", "layer_transplant", "feature_map"),
    *("reliability", "selective_accuracy", "robustness", "map_agreement", "saliency_sheets"),
    *("real_or_generated", "directions_removed", "generator_quality", "near_copies"),
)
OF_THE_SUMMARY = [figure for figure in FIGURES if figure.name not in OF_FURTHER_PARTS]


def command(name: str, **flags) -> str | None:
    """Run a workflow script in this process; return its error message, if it ends with one."""
    arguments = []
    for flag, value in flags.items():
        values = value if isinstance(value, tuple) else (value,)
        arguments += ["--" + flag.replace("_", "-"), *map(str, values)]
    with mock.patch("sys.argv", [name, *arguments]):
        try:
            runpy.run_module(f"workflow_scripts.{name}", run_name="__main__")
        except SystemExit as ended:
            return str(ended.code)
    return None


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    for (arm, domain), accuracy in USUAL.items():
        cell = invented_cell(arm, domain, accuracy, n_seeds=N_SEEDS, per_class=20)
        for seed in range(N_SEEDS):
            logits_nk = np.eye(len(ANIMALS), dtype=np.float32)[cell.predicted_sn[seed]] * 2
            predictions = Predictions(logits_nk, cell.labels_n.astype(np.int32), cell.indices_n, ANIMALS)
            write_predictions(predictions_path(folder / "predictions", arm, seed, domain), predictions)
            metrics = folder / "classifiers" / arm / f"seed_{seed}" / "metrics.jsonl"
            metrics.parent.mkdir(parents=True, exist_ok=True)
            metrics.write_text("".join(f'{{"step": {step}, "val_accuracy": 0.{step}}}\n' for step in (10, 20, 30)))
    study, real, synthetic = describe()
    (folder / "study.json").write_text(study.model_dump_json())
    (folder / "real.json").write_text(real.model_dump_json())
    (folder / "synthetic.json").write_text(synthetic.model_dump_json())
    labels = np.repeat(np.arange(6), 3)
    images_nhwc = np.random.default_rng(0).integers(0, 256, (18, 32, 32, 3), np.uint8)
    write_photo_set(folder / "photos.npz", PhotoSet(images_nhwc, labels, np.arange(18), ANIMALS))
    return folder


def analyse(results: Path, output: Path) -> str | None:
    return command(
        "analyse_transfer",
        predictions_folder=results / "predictions",
        arms=DOMAINS,
        domains=DOMAINS,
        seeds=N_SEEDS,
        study=(results / "study.json").read_text(),
        real_manifest=results / "real.json",
        synthetic_manifest=results / "synthetic.json",
        training='{"steps": 30}',
        output=output / "summary.json",
        tables=output / "tables",
    )


def test_predictions_become_a_report(results, tmp_path):
    assert analyse(results, tmp_path) is None
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["training"] == {"steps": 30}
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {
        "transfer.csv",
        "per_class_recall.csv",
        "gaps.csv",
        "class_gaps.csv",
        "confusion_differences.csv",
    }

    for figure in OF_THE_SUMMARY:
        inputs = {"summary": tmp_path / "summary.json"}
        if figure.name == "training_curves":
            inputs["metrics_folder"] = results / "classifiers"
        if figure.name == "sample_sheets":
            inputs = {"real": results / "photos.npz", "synthetic": results / "photos.npz"}
        output = tmp_path / "figures" / f"{figure.name}.svg"
        assert command(f"plot_{figure.name}", **inputs, output=output) is None

    report, inputs = tmp_path / "report.html", {"summary": tmp_path / "summary.json", "figures": tmp_path / "figures"}
    assert command("write_report", **inputs, output=report) is None
    assert report.read_text().count("<img ") == len(OF_THE_SUMMARY)

    again = tmp_path / "again"
    assert analyse(results, again) is None
    assert (again / "summary.json").read_bytes() == (tmp_path / "summary.json").read_bytes()


def test_a_missing_prediction_is_one_line_that_names_it(results, tmp_path):
    path = predictions_path(results / "predictions", "real", 1, "real")
    aside = path.rename(path.with_suffix(".aside"))
    message = analyse(results, tmp_path)
    aside.rename(path)
    assert message == f"error: {path}: No such file or directory"
    assert not (tmp_path / "summary.json").exists()
