"""One split as an image folder: PNG files in a sub-folder a class, and `metadata.jsonl` with a line an image.

Hugging Face's `datasets` takes labels from `metadata.jsonl` where there is one, and from the folders' names where it is
dropped; torchvision knows only the folders. So the label stands in both. Every line of every split has the same keys
with values of the same types, as `datasets` demands.
"""

import json
from pathlib import Path

from data_set_export.records import records
from photographs.photo_set import PhotoSet
from photographs.progress import Progress

METADATA = "metadata.jsonl"


def fill_image_folder(folder: Path, photo_set: PhotoSet, progress: Progress) -> None:
    """Write every image of `photo_set` and the table of all of them into the empty `folder`.

    Raises:
        ValueError: a metadata value is not a number (NaN), or a column's name is taken.
    """
    for name in photo_set.classes:
        (folder / name).mkdir()
    with open(folder / METADATA, "w", encoding="utf-8") as table:
        for record in records(photo_set):
            file_name = f"{record.name}.png"
            (folder / file_name).write_bytes(record.png)
            row = {"file_name": file_name, "label": record.label, "index": record.index, **record.metadata}
            table.write(json.dumps(row, allow_nan=False) + "\n")
            progress.advance(1)
