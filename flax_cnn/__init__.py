"""Arrays in, classifier out: convolutional networks in Flax NNX, trained in one compiled program an interval.

Read in this order: `config` (what can be set, with the recipe and what it reaches), `convolution` with
`onednn_library` (the one operation that decides the speed), `layers`, `block_network` (what networks have in common),
`fast_network`, `resnet18`, `plain_network`, `network` (the registry), `augmentation`, `keys` (where randomness comes
from), `sampling` (which image when), `schedule` (how fast to learn), `devices` (one or several), `steps` (the
compiled program), `training` (the run around it), `evaluation` (images in, logits out), `facts` (what is written
beside a classifier), `checkpoints` (arrays on disk), `resuming` (a killed run goes on), `classifier` (the finished
thing, saved and loaded), `compiled_programs` (kept for the next job); and what asks finished classifiers: `ensemble`
(several at once, for a server), `saliency` (which pixels decide).
"""
