"""An image's initial noise, from all bits of its seed.

Torch's own seeding of the CPU's Mersenne Twister keeps the lower 32 bits alone: of ten million images, more than ten
thousand pairs would share their noise (the birthday paradox), though their seeds differ. Here NumPy's `SeedSequence`
spreads the whole seed over the generator's 624 words. The noise is drawn on the CPU, the same for every device.
"""

import numpy as np
import torch

# Of the generator's state in 64-bit words: its first seed, a counter and the next word's place come before the words.
_FIRST_WORD, _WORDS = 3, 624


def noise_generator(seed: int) -> torch.Generator:
    """Return a generator on the CPU whose stream is a function of `seed` (any whole number from 0 on) alone."""
    generator = torch.Generator("cpu").manual_seed(0)
    state = generator.get_state()
    # As after `manual_seed`, which sets the words and leaves all else as it is here.
    words = np.random.MT19937(np.random.SeedSequence(seed)).state["state"]["key"].astype(np.int64)
    state.view(torch.int64)[_FIRST_WORD : _FIRST_WORD + _WORDS] = torch.from_numpy(words)
    return generator.set_state(state)
