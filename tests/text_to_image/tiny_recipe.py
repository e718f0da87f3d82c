"""A recipe of the embedded generator that a test can afford."""

from text_to_image.embedded_generator.recipe import GeneratorRecipe


def tiny_recipe(steps: int, **options) -> GeneratorRecipe:
    """Return a recipe with `steps` steps of diffusion; `options` are laid over it."""
    return GeneratorRecipe.model_validate(
        {
            "autoencoder": {"channels": [8, 8], "steps": 2, "batch_size": 2},
            "decoder": {"steps": 2, "batch_size": 2},
            "latent_classifier": {"width": 8, "steps": 2, "batch_size": 2},
            "diffusion": {"channels": [32, 32], "text_width": 16, "text_layers": 1, "batch_size": 2, "steps": steps},
            "distillation": {
                **{"paths": 1, "teacher_timesteps": [999, 499], "sampling_steps": 1},
                **{"guidance_width": 8, "batch_size": 2, "steps": 2, "warmup_steps": 1, "learning_rate": 1e-2},
            },
            **options,
        }
    )
