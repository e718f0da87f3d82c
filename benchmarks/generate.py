"""Measure the tool's images a second against a bare loop over the same diffusers pipeline.

Both draw the same number of images of one class with the same model, steps, guidance, arithmetic and number of images a
forward; the bare loop only calls the pipeline and drops the images. The tool does all that it does in a study: prompts
and seeds by identity, redraw check, resampling, metadata, digests, saves and the finished shard. Importing and loading
are left out of both. Contenders take turns in alternating order; a repetition's times are compared with each other.

A ratio of 1 means that everything around the network costs nothing. On a busy machine the ratios scatter; the last line
does not: the share of the tool's CPU time that it spent outside the diffusers pipeline.
"""

import argparse
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import yaml

from photographs.atomic_files import write_json
from text_to_image.config import GeneratorConfig, guidance_range

_RESULTS = Path(__file__).parent / "results"
_CLASS = "cat"


def main() -> None:
    """Run the measurement."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--study", type=Path, default=Path("config.yaml"), help="whose generator to measure")
    arguments.add_argument("--images", type=int, default=64, help="images a repetition")
    arguments.add_argument("--repetitions", type=int, default=5)
    arguments.add_argument("--threads", type=int, default=1, help="CPU threads, as in a job")
    arguments.add_argument("--rows", type=int, nargs="*", default=[], help="also with other rows_per_forward: 8 16 64")
    arguments.add_argument("--channels-last", action="store_true", help="also with U-Net and decoder in channels_last")
    arguments.add_argument(
        "--compile", action="store_true", help="also compiled (on a CPU this takes minutes, needs g++)"
    )
    arguments.add_argument("--output", type=Path, default=_RESULTS / "generate.json", help="table to write (JSON)")
    options = arguments.parse_args()

    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    warnings.simplefilter("ignore")
    import torch

    from benchmarks.interleaved import machine, measure_in_turns, ratio_of_rates

    torch.set_num_threads(options.threads)
    # The bare loop keeps every image, so the tool does too: an image finished is an image drawn.
    config = GeneratorConfig.model_validate(
        yaml.safe_load(options.study.read_text(encoding="utf-8"))["generator"] | {"rejection": None}
    )
    with tempfile.TemporaryDirectory() as scratch:
        around: list[float] = []
        contenders = {
            "bare loop": _bare_loop(config, options.images),
            "tool": _tool(config, options.images, scratch, around=around),
        }
        for rows in options.rows:
            other = config.model_copy(update={"rows_per_forward": rows})
            contenders[f"tool, rows_per_forward {rows}"] = _tool(other, options.images, scratch)
        if options.channels_last:
            contenders["tool, channels_last"] = _tool(config, options.images, scratch, channels_last=True)
        if options.compile:
            compiled = config.model_copy(update={"compile": True})
            contenders["tool, compiled"] = _tool(compiled, options.images, scratch)
        measured = measure_in_turns(contenders, options.repetitions)
    around = around[1:]  # without the warm-up

    bare = measured["bare loop"]
    rows = {
        name: {
            "images_per_second": options.images / statistics.median(times.wall_seconds),
            "images_per_cpu_second": options.images / statistics.median(times.cpu_seconds),
            "wall_ratio": ratio_of_rates(times.wall_seconds, bare.wall_seconds),
            "cpu_ratio": ratio_of_rates(times.cpu_seconds, bare.cpu_seconds),
            "wall_seconds": times.wall_seconds,
            "cpu_seconds": times.cpu_seconds,
        }
        for name, times in measured.items()
    }
    result = {
        "machine": machine(),
        "generator": config.model_dump(mode="json"),
        "images": options.images,
        "repetitions": options.repetitions,
        "share_of_cpu_time_around_the_pipeline": statistics.median(around),
        "contenders": rows,
    }
    write_json(options.output, result)
    print(_table(result))
    print(f"\nWritten to {options.output}")


def _tool(
    config: GeneratorConfig, images: int, scratch: str, channels_last: bool = False, around: list[float] | None = None
) -> Callable[[], None]:
    """Return a function that draws one shard as a job does, its model already loaded.

    Args:
        around: gets, a repetition, the share of CPU time that was spent around the pipeline.
    """
    import torch

    from text_to_image.model_source import resolve_model
    from text_to_image.pipeline import Pipeline
    from text_to_image.prompt_embeddings import encode_each_prompt_once
    from text_to_image.sampling import Sampler
    from text_to_image.shards import generate_shard

    pipeline = Pipeline(config, resolve_model(config))
    if channels_last:
        for name in ("unet", "vae"):
            getattr(pipeline._pipeline, name).to(memory_format=torch.channels_last)
    inside = 0.0

    def timed_pipeline(*columns: list) -> tuple:
        nonlocal inside
        start = time.thread_time()
        drawn = pipeline(*columns)
        inside += time.thread_time() - start
        return drawn

    sampler = Sampler(config, timed_pipeline, [_CLASS])

    def draw() -> None:
        # A job starts without embeddings: forget those of the repetition before.
        vars(pipeline._pipeline).pop("encode_prompt", None)
        encode_each_prompt_once(pipeline._pipeline)
        folder = Path(tempfile.mkdtemp(dir=scratch))
        nonlocal inside
        inside, start = 0.0, time.process_time()
        generate_shard(lambda: sampler.draw_each, _CLASS, range(images), 32, folder / "state", folder / "shard.npz")
        if around is not None:
            around.append(1 - inside / (time.process_time() - start))

    return draw


def _bare_loop(config: GeneratorConfig, images: int) -> Callable[[], None]:
    """Return a function that draws as many images with a few lines of diffusers."""
    from contextlib import nullcontext

    import torch
    from diffusers import AutoPipelineForText2Image

    from text_to_image.pipeline import choose_device, choose_dtype

    device = choose_device(config)
    dtype = choose_dtype(config, device)
    on_cpu = device == "cpu"
    pipeline = AutoPipelineForText2Image.from_pretrained(
        config.model, revision=config.revision, variant=config.variant, torch_dtype=torch.float32 if on_cpu else dtype
    ).to(device)
    pipeline.set_progress_bar_config(disable=True)
    size = {} if config.image_size is None else {"height": config.image_size, "width": config.image_size}

    def draw() -> None:
        arithmetic = torch.autocast("cpu", dtype) if on_cpu and dtype != torch.float32 else nullcontext()
        with torch.inference_mode(), arithmetic:
            for start in range(0, images, config.rows_per_forward):
                seeds = range(start, min(start + config.rows_per_forward, images))
                pipeline(
                    [f"a photo of a {_CLASS}"] * len(seeds),
                    num_inference_steps=config.steps,
                    guidance_scale=guidance_range(config)[1],
                    generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds],
                    **size,
                )

    return draw


def _table(result: dict) -> str:
    """Return the result as a Markdown table."""

    def cell(ratio: dict[str, float]) -> str:
        return f"{ratio['median']:.3f} ({ratio['lowest']:.3f}–{ratio['highest']:.3f}; best {ratio['best']:.3f})"

    where = result["machine"]
    lines = [
        f"{where['gpu'] or where['processor']}, torch {where['torch']}, {where['torch_threads']} CPU thread(s); "
        f"{result['images']} images a repetition, n = {result['repetitions']}",
        "",
        "| contender | images/s | images/CPU-second | ratio to bare loop, wall | ratio to bare loop, CPU |",
        "|---|---|---|---|---|",
    ]
    for name, row in result["contenders"].items():
        lines.append(
            f"| {name} | {row['images_per_second']:.2f} | {row['images_per_cpu_second']:.2f} "
            f"| {cell(row['wall_ratio'])} | {cell(row['cpu_ratio'])} |"
        )
    share = result["share_of_cpu_time_around_the_pipeline"]
    lines += ["", f"The tool spent {share:.2%} of its CPU time outside the diffusers pipeline."]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
