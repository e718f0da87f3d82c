"""Draw images from a prompt of your own, onto one labelled sheet, as a study's networks would see them.

Example: python -m workflow_scripts.draw "a photo of a brown horse in a field" --count 8 --output sheet.png
Takes the generator's settings (model, steps, guidance, ...) from config.yaml, or a study laid over it. The embedded
generator knows a handful of animals: the command says beforehand what it reads in the prompt. The same seed draws other
prompts from the same noise.
"""

import os
from pathlib import Path

from photographs.atomic_files import write_atomically
from text_to_image.part_sources import pinned_for_free_prompts
from workflow_scripts.command import parser, require_at_least, run
from workflow_scripts.study_files import PINNED_COMMITS, add_study_arguments, read_generator


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("prompt")
    arguments.add_argument("--count", type=int, default=8, help="how many images (default: 8)")
    arguments.add_argument("--seed", type=int, help="another seed: other noise (default: the study's)")
    arguments.add_argument("--generator", help="a pipeline's folder or a hub id (default: the study's)")
    arguments.add_argument("--threads", type=int, default=1, help="CPU threads; another number may change last bits")
    arguments.add_argument("--output", type=Path, required=True, help="the sheet to write (.png)")
    add_study_arguments(arguments)
    options = arguments.parse_args()
    require_at_least("--count", options.count, 1)
    if options.output.suffix.lower() != ".png":
        raise ValueError(f"--output is {options.output}; the sheet is a .png")

    changes = {"seed": options.seed, "model": options.generator}
    config = read_generator(
        [options.config, *options.study], **{key: value for key, value in changes.items() if value is not None}
    )
    config, source = pinned_for_free_prompts(config, PINNED_COMMITS)
    # Said before transformers is imported, which otherwise greets with warnings about image processors.
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    # Imported here: torch and diffusers take seconds, which --help and a wrong setting need not wait for.
    import torch

    from text_to_image.contact_sheet import contact_sheet
    from text_to_image.free_prompt import draw_free_prompt, understand
    from text_to_image.pipeline import Pipeline
    from text_to_image.settling import settle

    torch.set_num_threads(options.threads)
    config = settle(config, source)
    understood = understand(source, options.prompt)
    if understood.answer:
        print(understood.answer, flush=True)
    drawn = draw_free_prompt(config, Pipeline(config, source), understood.prompt, range(options.count))
    labels = [str(index) for index in drawn.indices]
    sheet = contact_sheet(drawn.images_nhwc, labels, options.prompt, understood.answer)
    write_atomically(options.output, lambda stream: sheet.save(stream, "png"))
    print(f"{options.output}: {options.count} images, seed {config.seed}")


if __name__ == "__main__":
    run(main)
