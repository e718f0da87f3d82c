"""Photographs from words: which image, which prompt, which model, and how a class's images reach the disk.

Read in this order: `config` and `prompt_settings` (every setting), `prompt_sets/` (prompts as files),
`image_identity` (an image is a function of settings, class and index), `prompts`, `guidance`, `samplers`, `pipeline`
(any diffusers text-to-image model) with `prompt_embeddings`, `decoder` and `network_speed`, `settling` (what is left
open, tried once), `part_sources` (what stands beside the model), `resampling` (to 32x32), `rejection/` (what a
classifier does not recognise is drawn again), `sampling` (requests to images), `shards` (resumable files),
`image_folder` (a folder instead of a model), `free_prompt` (images from a prompt of one's own), and
`embedded_generator/` (training of the model that ships with the project, and what it understands). `resume_state` is
how a training survives a kill.
"""
