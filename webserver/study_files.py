"""Which study the playground tells of: the one under `results/`, or until it is there a sample that ships.

The sample lies beside the shipped classifiers, laid out as `results/`: what those classifiers said of some test
photographs of each class and kind, the generated ones among these, and the summary of the study that they come from.
Real photographs are fetched by a study, and do not ship; nor does the report.
"""

from pathlib import Path

KINDS = {"real": "real_photos", "synthetic": "synthetic_photos"}
THIS_MACHINES, A_SAMPLE = "the study on this machine", "a sample of the study behind the classifiers that ship"


class StudyFiles:
    """Finds a study's files, which are there or not.

    Args:
        results: the study's folder.
        shipped: the folder of shipped classifiers.
    """

    def __init__(self, results: Path, shipped: Path):
        self._results, self._sample = results, sample_folder(shipped)

    @property
    def is_sample(self) -> bool:
        """Whether no study has been evaluated on this machine yet."""
        return not (self._results / "predictions").is_dir()

    @property
    def folder(self) -> Path:
        """The folder of the study that is told of."""
        return self._sample if self.is_sample else self._results

    @property
    def origin(self) -> str:
        """Which study that is, in words."""
        return A_SAMPLE if self.is_sample else THIS_MACHINES

    @property
    def pinned_commits(self) -> Path:
        """The file that keeps which commits of hub models this machine's study draws with."""
        return self._results / "generator" / "pinned_commits.json"

    def photo_set(self, kind: str, split: str) -> Path:
        """Return the file of a kind and split; no real ones ship, nor any to train on."""
        return photo_set_file(self._results if split == "train" else self.folder, kind, split)

    def predictions(self, arm: str, domain: str) -> Path:
        """Return the file of what an arm's first training said of a domain's test photographs."""
        return predictions_file(self.folder, arm, domain)


def sample_folder(shipped: Path) -> Path:
    """Return where the sample lies, for the folder of shipped classifiers."""
    return shipped / "study"


def photo_set_file(folder: Path, kind: str, split: str) -> Path:
    """Return a photo set's file in a folder laid out as `results/`."""
    return folder / KINDS[kind] / f"{split}.npz"


def predictions_file(folder: Path, arm: str, domain: str) -> Path:
    """Return the file of an arm's first training's predictions in a folder laid out as `results/`."""
    return folder / "predictions" / arm / "seed_0" / f"{domain}.npz"
