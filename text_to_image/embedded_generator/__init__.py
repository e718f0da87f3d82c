"""Training of the small text-to-image model that ships in `models/`: Stable Diffusion's parts at toy size.

Read in this order: `recipe` (every setting), `vocabulary`, `tokenizer` and `captions` (the words and what is said with
them), `architecture` (the parts), `autoencoder_training` (pixels to latents and back), `texture` and `decoder_training`
(and back with a photograph's grain), `latent_classifier` and `diffusion_training` (latents from noise and words),
`open_ended` (why either may go on for as long as one likes), `guided_paths` and `distillation` (many passes to few),
`model_folder` (what is shipped), `known_subjects` (what the model reads in a prompt), `colour_prompts` (prompts as
various as photographs).
"""
