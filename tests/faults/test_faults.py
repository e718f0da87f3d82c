"""Killed, spoilt or starved, the same command again ends with the files of an undisturbed run.

Twenty faults by default; `make faults` does two hundred and more (FAULTS=500). Each is drawn from its number, which the
test's name holds, so `pytest tests/faults -k 'number_17]'` does the seventeenth again.
"""

import os
import random
import re
import subprocess

import pytest

from photographs.verified_arrays import content_digest, read_arrays
from tests.faults.faults import DAMAGES, DRAWING, KILLS, STAGES, empty, files_of_text, files_read

COUNT = int(os.environ.get("FAULTS", "20"))
# Kills are drawn less often than spoilt files: most of a study is files.
_KILLS = COUNT // 5
_TEXTS = COUNT // 5

pytestmark = pytest.mark.study


def carries_on(study, target, undisturbed, but=None):
    """Run the same command once more: it must end well, and with the very same files, `but` one."""
    finished = study.run(f"results/{target}")
    assert finished.returncode == 0, finished.stdout
    digests = {name: digest for name, digest in study.digests().items() if name != but}
    assert target in digests
    # What was emptied with the stage but is not asked for is not made again.
    assert digests.items() <= undisturbed.digests().items()


def same_arrays(first, second):
    """Return whether two files of arrays hold the same, whatever else their bytes say."""
    first, second = read_arrays(first, "arrays", ()), read_arrays(second, "arrays", ())
    return content_digest(first) == content_digest(second)


@pytest.mark.parametrize("number", range(_KILLS), ids="number_{}".format)
def test_killed_at_any_moment_it_carries_on(finished_study, study_copy, number, survived):
    chance = random.Random(number)
    stage, kill = chance.choice([DRAWING, *STAGES]), KILLS[number % len(KILLS)]
    empty(study_copy, stage)
    process = study_copy.start(f"results/{stage.target}")
    moment = chance.uniform(3, 20)
    try:
        process.wait(timeout=moment)
        process.stdout.close()
    except subprocess.TimeoutExpired:
        kill(process, chance)
    carries_on(study_copy, stage.target, finished_study)
    survived(f"{kill.__name__} after {moment:.1f} s of {stage.target}")


@pytest.mark.parametrize("number", range(_KILLS, _KILLS + _TEXTS), ids="number_{}".format)
def test_altered_text_of_a_finished_study_is_named_and_made_anew(finished_study, study_copy, number, survived):
    chance = random.Random(number)
    victim, damage = chance.choice(files_of_text(study_copy)), chance.choice(DAMAGES)
    name = str(victim.relative_to(study_copy.folder))
    damage(victim, chance)
    # Asked for something else first, the workflow must not lose what it set aside.
    other = study_copy.run(chance.choice(("results/generator/manifest.json", "results/real_photos/manifest.json")))
    assert f"{name} was altered since the study wrote it" in other.stdout
    finished = study_copy.run()
    assert finished.returncode == 0, finished.stdout
    assert study_copy.digests() == finished_study.digests()
    survived(f"{damage.__name__} in {name}")


@pytest.mark.parametrize("number", range(_KILLS + _TEXTS, COUNT), ids="number_{}".format)
def test_spoilt_file_is_named_and_made_anew(finished_study, study_copy, number, survived):
    chance = random.Random(number)
    stage, damage = STAGES[number % len(STAGES)], chance.choice(DAMAGES)
    victim = chance.choice(files_read(study_copy, stage))
    empty(study_copy, stage)
    damage(victim, chance)
    first = study_copy.run(f"results/{stage.target}")
    named = str(victim.relative_to(study_copy.folder))
    if first.returncode != 0:
        # A checkpoint is one artefact: the folder is named, and made anew.
        named = re.sub(r"/checkpoint/.*", "/checkpoint", named)
        assert re.search(rf"error: \S*{re.escape(named)}: ", first.stdout), first.stdout
        assert "run the same command again" in first.stdout
    # Else the damage hit what carries no content, such as an archive's or a checkpoint's notes of time: it stays there.
    harmless = None if first.returncode != 0 else str(victim.relative_to(study_copy.folder / "results"))
    carries_on(study_copy, stage.target, finished_study, harmless)
    if harmless is not None and victim.suffix == ".npz":
        assert same_arrays(victim, finished_study.folder / "results" / harmless)
    survived(f"{damage.__name__} in {named}")
