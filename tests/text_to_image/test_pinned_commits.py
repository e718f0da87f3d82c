"""Commits that jobs side by side have resolved are all kept, and each is resolved once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from text_to_image import pinned_commits
from text_to_image.pinned_commits import fetch_pinned


def test_jobs_side_by_side_lose_none_of_each_others_commits(tmp_path, monkeypatch):
    write_json = pinned_commits.write_json

    def write_slowly(path, content):
        time.sleep(0.05)
        write_json(path, content)

    monkeypatch.setattr(pinned_commits, "write_json", write_slowly)
    pins = tmp_path / "generator" / "pinned_commits.json"
    names = [f"owner/model_{number}" for number in range(6)]
    with ThreadPoolExecutor(len(names)) as jobs:
        list(jobs.map(lambda name: fetch_pinned(lambda _: Path(f"of_{name[-1]}"), name, None, pins), names))
    assert json.loads(pins.read_text()) == {f"{name}@main": f"of_{name[-1]}" for name in names}


def test_a_commit_that_another_job_kept_meanwhile_is_taken(tmp_path):
    pins = tmp_path / "pinned_commits.json"

    def fetch_while_the_branch_moves_on(revision):
        if revision is None:
            fetch_pinned(lambda _: Path("first"), "owner/model", None, pins)
        return Path(revision or "second")

    assert fetch_pinned(fetch_while_the_branch_moves_on, "owner/model", None, pins) == Path("first")
    assert json.loads(pins.read_text()) == {"owner/model@main": "first"}


def test_pins_that_are_none_are_one_line(tmp_path):
    pins = tmp_path / "pinned_commits.json"
    pins.write_text("[]")
    with pytest.raises(ValueError, match=r"pinned_commits\.json: no JSON object; remove it"):
        fetch_pinned(lambda _: Path("commit"), "owner/model", None, pins)
