"""The parts of the embedded generator: Stable Diffusion's own classes, so that any diffusers user can load them."""

from diffusers import AutoencoderKL, DDIMScheduler, DPMSolverMultistepScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from text_to_image.embedded_generator.recipe import AutoencoderRecipe, DiffusionRecipe

IMAGE_SIZE = 32
LATENT_SIZE = IMAGE_SIZE // 2
NOISE_SCHEDULE = "squaredcos_cap_v2"
# What every sampler has to know of how the network was trained.
_TRAINED = {"num_train_timesteps": 1000, "beta_schedule": NOISE_SCHEDULE, "prediction_type": "v_prediction"}


def build_autoencoder(recipe: AutoencoderRecipe) -> AutoencoderKL:
    """Return an untrained autoencoder: images (N, 3, 32, 32) in -1..1 to latents (N, C, 16, 16)."""
    return AutoencoderKL(
        sample_size=IMAGE_SIZE,
        down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
        up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
        block_out_channels=recipe.channels,
        layers_per_block=1,
        latent_channels=recipe.latent_channels,
        norm_num_groups=8,
        mid_block_add_attention=False,
    )


def build_text_encoder(recipe: DiffusionRecipe, tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Return an untrained CLIP text model: tokens (N, T) to one vector a token (N, T, text_width)."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=recipe.text_width,
            intermediate_size=2 * recipe.text_width,
            projection_dim=recipe.text_width,
            num_hidden_layers=recipe.text_layers,
            num_attention_heads=4,
            max_position_embeddings=tokenizer.model_max_length,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def build_unet(
    recipe: DiffusionRecipe, latent_channels: int, guidance_width: int | None = None
) -> UNet2DConditionModel:
    """Return an untrained U-Net on latents (N, C, 16, 16).

    Attention sits at the lowest resolution alone: it is what a CPU is slow at. So that the words still reach every
    resolution, they are pooled and added to the time embedding, which every block receives (`addition_embed_type`).

    Args:
        guidance_width: width of the guidance scale's embedding, for a network that takes the scale as an input; None
            for one that is run with and without words instead.
    """
    plain = len(recipe.channels) - 1
    return UNet2DConditionModel(
        sample_size=LATENT_SIZE,
        in_channels=latent_channels,
        out_channels=latent_channels,
        down_block_types=("DownBlock2D",) * plain + ("CrossAttnDownBlock2D",),
        up_block_types=("CrossAttnUpBlock2D",) + ("UpBlock2D",) * plain,
        block_out_channels=recipe.channels,
        layers_per_block=recipe.layers_per_block,
        cross_attention_dim=recipe.text_width,
        attention_head_dim=4,
        addition_embed_type="text",
        addition_embed_type_num_heads=4,
        time_cond_proj_dim=guidance_width,
    )


def build_teacher_scheduler() -> DPMSolverMultistepScheduler:
    """Return DPM-Solver++ (Lu et al. 2022), second order, for v-prediction on the cosine schedule."""
    return DPMSolverMultistepScheduler(**_TRAINED, algorithm_type="dpmsolver++", solver_order=2)


def build_student_scheduler() -> DDIMScheduler:
    """Return the sampler of the distilled network: DDIM (Song et al. 2021), its steps spread evenly, noise first."""
    return DDIMScheduler(**_TRAINED, timestep_spacing="trailing", clip_sample=False)
