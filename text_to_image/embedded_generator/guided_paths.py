"""The teacher's ways from noise to a latent, step by step with guidance, kept so that a quicker network can learn them.

Each step runs the network twice, with and without words (Ho & Salimans 2022, eq. 6). Where a way passes a time at which
one of the student's steps starts, the noisy latent is kept.
"""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from tqdm import tqdm
from transformers import CLIPTokenizer

from photographs.verified_arrays import read_arrays, write_arrays
from text_to_image.cpu_arithmetic import quick_arithmetic
from text_to_image.embedded_generator.architecture import LATENT_SIZE, build_teacher_scheduler
from text_to_image.embedded_generator.captions import Subject, random_caption
from text_to_image.embedded_generator.diffusion_training import TextToLatents
from text_to_image.embedded_generator.recipe import GeneratorRecipe
from text_to_image.resume_state import ResumeState

# Ways drawn together, and ways a file: what is drawn between two saves.
_TOGETHER = 32
_A_FILE = 10 * _TOGETHER


@dataclass(frozen=True)
class GuidedPaths:
    """What the teacher showed.

    Attributes:
        states: float16 (N, steps + 1, C, 16, 16), the latents at the start of each of the student's steps, noise first,
            and at the end of the last.
        tokens: int64 (N, T), the captions.
        guidance: float32 (N,), the guidance scales.
    """

    states: np.ndarray
    tokens: np.ndarray
    guidance: np.ndarray

    def __len__(self) -> int:
        return len(self.states)


def draw_guided_paths(
    recipe: GeneratorRecipe,
    teacher: TextToLatents,
    subjects: list[Subject],
    tokenizer: CLIPTokenizer,
    compile_network: bool,
    folder: Path,
    saved: ResumeState,
) -> GuidedPaths:
    """Return the teacher's paths for captions of random `subjects`, drawing those that `folder` lacks.

    Args:
        saved: keeps the time spent; what was drawn is kept in `folder`, a few hundred paths a file.
    """
    saved.load()
    teacher.networks().eval()
    unet = torch.compile(teacher.unet, dynamic=False) if compile_network else teacher.unet
    files = []
    for number in tqdm(range(-(-recipe.distillation.paths // _A_FILE)), desc="the teacher's paths"):
        path = folder / f"{number:05d}.npz"
        if not path.exists():
            chance = _Chance(recipe.seed, number)
            drawn = [_draw(recipe, teacher, unet, subjects, tokenizer, chance) for _ in range(_A_FILE // _TOGETHER)]
            folder.mkdir(parents=True, exist_ok=True)
            write_arrays(path, {name: np.concatenate([part[name] for part in drawn]) for name in drawn[0]})
            saved.save({})
        files.append(read_arrays(path, "the teacher's paths", GuidedPaths.__annotations__))
    return GuidedPaths(**{name: np.concatenate([file[name] for file in files]) for name in files[0]})


class _Chance:
    """Random numbers of one file, from (seed, number): the same whichever files were there before."""

    def __init__(self, seed: int, number: int):
        self.numbers = np.random.default_rng((seed, 5, number))
        self.words = random.Random(int(self.numbers.integers(2**63)))
        self.noise = torch.Generator().manual_seed(int(self.numbers.integers(2**63)))


@torch.inference_mode()
def _draw(recipe, teacher: TextToLatents, unet, subjects, tokenizer, chance: _Chance) -> dict[str, np.ndarray]:
    settings = recipe.distillation
    rows = chance.numbers.integers(len(subjects), size=_TOGETHER)
    captions = [random_caption(subjects[row], chance.words) for row in rows]
    guidance = torch.from_numpy(chance.numbers.uniform(*settings.guidance, _TOGETHER).astype(np.float32))
    tokens = tokenizer(
        [""] * _TOGETHER + captions, padding="max_length", truncation=True, return_tensors="pt"
    ).input_ids
    shape = (_TOGETHER, teacher.unet.config.in_channels, LATENT_SIZE, LATENT_SIZE)
    latents = torch.randn(shape, generator=chance.noise)
    scheduler = build_teacher_scheduler()
    scheduler.set_timesteps(timesteps=list(settings.teacher_timesteps))
    states = []
    with quick_arithmetic(), sdpa_kernel(SDPBackend.MATH):
        embeddings = teacher.text_encoder(tokens).last_hidden_state
        for timestep in scheduler.timesteps:
            if int(timestep) in settings.student_timesteps():
                states.append(latents)
            twice = torch.cat([latents, latents]).contiguous(memory_format=torch.channels_last)
            without, given = unet(twice, timestep, encoder_hidden_states=embeddings).sample.float().chunk(2)
            predicted = without + guidance[:, None, None, None] * (given - without)
            latents = scheduler.step(predicted, timestep, latents).prev_sample
    kept = torch.stack([*states, latents], dim=1)
    return {"states": kept.half().numpy(), "tokens": tokens[_TOGETHER:].numpy(), "guidance": guidance.numpy()}
