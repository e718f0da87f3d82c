"""Rejection sampling: a generated image that a classifier does not take for its class is drawn again.

Read in this order: `classifier` (any image classifier of transformers, asked about generated images), and how one
of the project's own is trained: `recipe` (every setting), `network`, `showings`, `optimizers`, `training`, and
`classifier_folder` (what is written).
"""
