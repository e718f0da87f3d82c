"""Rejection sampling: a generated image that a classifier does not take for its class is drawn again.

Read in this order: `classifier` (any image classifier of transformers, asked about generated images), and how the one
of this project is made: `recipe` (every setting), `network`, `training`, its optimizer `muon`, and `classifier_folder`.
"""
