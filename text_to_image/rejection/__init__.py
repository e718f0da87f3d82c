"""Rejection sampling: a generated image that a classifier does not take for its class is drawn again.

Read in this order: `classifier` (any image classifier of transformers, asked about generated images), and how the one
that ships in `models/` was made: `recipe` (every setting), `training`, `classifier_folder` (what is shipped).
"""
