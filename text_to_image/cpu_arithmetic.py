"""Which arithmetic is quick on this CPU: bfloat16 where the processor has it.

Elsewhere torch emulates it: without AVX-512 the embedded U-Net ran 23 times slower that way than in float32.
"""

import torch


def quick_dtype() -> torch.dtype:
    """Return bfloat16 on a CPU that multiplies in it, else float32."""
    return torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32


def quick_arithmetic() -> torch.autocast:
    """Return a context in which float32 networks multiply in `quick_dtype()`."""
    return torch.autocast("cpu", torch.bfloat16, enabled=quick_dtype() == torch.bfloat16)
