"""Between two runs nobody may change a finished file of text unnoticed."""

import pytest

from workflow_scripts.noted_digests import forget_digests, not_yet_anew, note_digests, set_altered_aside


@pytest.fixture
def study(tmp_path):
    report = tmp_path / "results" / "report"
    report.mkdir(parents=True)
    (tmp_path / ".snakemake").mkdir()
    for name in ("summary.json", "remark.txt", "photos.npz"):
        (report / name).write_text(f"{name}: 0.75\n")
    note_digests(tmp_path, lambda path: not path.endswith("remark.txt"))
    return tmp_path


def alter(study, name):
    path = study / "results" / "report" / name
    path.write_text(path.read_text().replace("0.75", "0.95"))
    return path


def test_untouched_study_is_left_alone(study, capsys):
    assert set_altered_aside(study) == []
    assert capsys.readouterr().err == ""


def test_altered_file_is_set_aside_and_named(study, capsys):
    path = alter(study, "summary.json")
    assert [str(name) for name in set_altered_aside(study)] == ["results/report/summary.json"]
    assert not path.exists()
    assert "0.95" in (study / "results/.unfinished/altered/report/summary.json").read_text()
    assert "results/report/summary.json was altered" in capsys.readouterr().err


def test_what_was_set_aside_is_asked_for_until_it_stands_there_again(study):
    path = alter(study, "summary.json")
    assert not_yet_anew(study) == []
    set_altered_aside(study)
    forget_digests(study)
    assert not_yet_anew(study) == ["results/report/summary.json"]
    path.write_text("summary.json: 0.75\n")
    assert not_yet_anew(study) == []


def test_what_no_rule_makes_or_checks_itself_is_left_alone(study):
    for name in ("remark.txt", "photos.npz"):
        alter(study, name)
    assert set_altered_aside(study) == []


def test_removed_file_is_snakemakes_to_find(study):
    (study / "results/report/summary.json").unlink()
    assert set_altered_aside(study) == []


def test_while_a_run_changes_files_nothing_is_held_against_them(study):
    forget_digests(study)
    alter(study, "summary.json")
    assert set_altered_aside(study) == []


def test_damaged_note_is_said_and_stops_nothing(study, capsys):
    (study / ".snakemake" / "fauxtograph_digests.json").write_text('{"results/report/summ')
    assert set_altered_aside(study) == []
    assert "is damaged" in capsys.readouterr().err
