"""Photographs as plain array files: where the real ones come from, and the one file format that rooms exchange.

Read in this order: `digests` (what an image is), `atomic_files` (how anything reaches the disk),
`photo_set` (images, labels, indices and a metadata table in one verified file), `splits`
(train/validation/test by index), `registry_package` and `cifar10` (the real photographs).
"""
