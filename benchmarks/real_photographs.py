"""The real photographs that benchmarks read; a study's first rule makes them."""

from pathlib import Path


def require_splits(folder: Path, *splits: str) -> None:
    """Stop with the command that makes it where a split's file is missing under `folder`.

    Raises:
        SystemExit: the message names the file.
    """
    for split in splits:
        path = folder / f"{split}.npz"
        if not path.is_file():
            raise SystemExit(
                f"error: {path} is missing; make it: snakemake --cores all results/real_photos/{split}.npz"
            )
