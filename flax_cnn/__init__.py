"""Arrays in, classifier out: a small convolutional network in Flax NNX, trained on the CPU.

Read in this order: `config` (what can be set), `convolution` and `network` (the model), `augmentation`, `keys` (where
randomness comes from), `sampling` (which image when), `schedule` (how fast to learn), `training` (the run),
`evaluation` (images in, logits out), `checkpoints` (arrays on disk), `resuming` (a killed run goes on), `classifier`
(the finished thing, saved and loaded), `compiled_programs` (kept for the next job).
"""
