"""What the splits are called outside this project: readers of data sets know "validation", not "val"."""

EXPORTED_SPLITS = {"train": "train", "val": "validation", "test": "test"}
