"""Text-to-image pipelines of the real classes and folder layouts, with random weights and next to no size."""

import string
from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
    IFPipeline,
    PixArtAlphaPipeline,
    PixArtTransformer2DModel,
    PNDMScheduler,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    ResNetConfig,
    ResNetForImageClassification,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
    ViTImageProcessorPil,
)

from text_to_image.embedded_generator.tokenizer import build_tokenizer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_WIDTH = 32


def save_stable_diffusion(folder: Path, variant: str | None = None, seed: int = 0) -> None:
    """Stable Diffusion 1, 2 and SD-Turbo."""
    torch.manual_seed(seed)
    StableDiffusionPipeline(
        vae=_autoencoder(latent_channels=4),
        text_encoder=CLIPTextModel(_text_config(folder)),
        tokenizer=_tokenizer(folder),
        unet=_unet(cross_attention_dim=_WIDTH),
        scheduler=PNDMScheduler(skip_prk_steps=True, prediction_type="v_prediction"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder, variant=variant)


def save_stable_diffusion_xl(folder: Path, variant: str | None = None) -> None:
    """SDXL and SDXL-Turbo."""
    torch.manual_seed(0)
    StableDiffusionXLPipeline(
        vae=_autoencoder(latent_channels=4),
        text_encoder=CLIPTextModel(_text_config(folder)),
        text_encoder_2=CLIPTextModelWithProjection(_text_config(folder)),
        tokenizer=_tokenizer(folder),
        tokenizer_2=_tokenizer(folder),
        unet=_unet(
            cross_attention_dim=2 * _WIDTH,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + _WIDTH,
        ),
        scheduler=EulerDiscreteScheduler(),
    ).save_pretrained(folder, variant=variant)


def save_stable_diffusion_3(folder: Path, variant: str | None = None) -> None:
    """Stable Diffusion 3 and 3.5."""
    torch.manual_seed(0)
    StableDiffusion3Pipeline(
        transformer=SD3Transformer2DModel(
            sample_size=16,
            patch_size=2,
            in_channels=4,
            num_layers=1,
            attention_head_dim=8,
            num_attention_heads=4,
            joint_attention_dim=2 * _WIDTH,
            caption_projection_dim=32,
            pooled_projection_dim=2 * _WIDTH,
            out_channels=4,
            pos_embed_max_size=16,
        ),
        vae=_autoencoder(latent_channels=4, shift_factor=0.06, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=CLIPTextModelWithProjection(_text_config(folder)),
        text_encoder_2=CLIPTextModelWithProjection(_text_config(folder)),
        text_encoder_3=_t5_encoder(2 * _WIDTH),
        tokenizer=_tokenizer(folder),
        tokenizer_2=_tokenizer(folder),
        tokenizer_3=_t5_tokenizer(),
        scheduler=FlowMatchEulerDiscreteScheduler(),
    ).save_pretrained(folder, variant=variant)


def save_pixart(folder: Path) -> None:
    """PixArt-alpha: a transformer in latent space, one T5 encoder, `use_resolution_binning` of its own."""
    torch.manual_seed(0)
    PixArtAlphaPipeline(
        transformer=PixArtTransformer2DModel(
            sample_size=32,
            num_layers=1,
            patch_size=2,
            attention_head_dim=8,
            num_attention_heads=4,
            caption_channels=_WIDTH,
            cross_attention_dim=_WIDTH,
            in_channels=4,
            out_channels=8,
            norm_type="ada_norm_single",
        ),
        vae=_autoencoder(latent_channels=4),
        text_encoder=_t5_encoder(_WIDTH),
        tokenizer=_t5_tokenizer(),
        scheduler=DPMSolverMultistepScheduler(),
    ).save_pretrained(folder)


def save_deepfloyd(folder: Path) -> None:
    """DeepFloyd IF's first stage: a U-Net that draws pixels, without an autoencoder."""
    torch.manual_seed(0)
    IFPipeline(
        text_encoder=_t5_encoder(_WIDTH),
        tokenizer=_t5_tokenizer(),
        unet=_unet(
            cross_attention_dim=_WIDTH,
            in_channels=3,
            out_channels=6,
            addition_embed_type="text",
            addition_embed_type_num_heads=2,
            encoder_hid_dim=_WIDTH,
        ),
        scheduler=DDPMScheduler(variance_type="learned_range", thresholding=True),
        safety_checker=None,
        feature_extractor=None,
        watermarker=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)


def save_flux(folder: Path) -> None:
    """Flux: a transformer whose guidance is an input of the network, so that there is one pass a step."""
    torch.manual_seed(0)
    FluxPipeline(
        transformer=FluxTransformer2DModel(
            patch_size=1,
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=_WIDTH,
            pooled_projection_dim=_WIDTH,
            guidance_embeds=True,
            axes_dims_rope=(4, 4, 8),
        ),
        vae=_autoencoder(latent_channels=4, shift_factor=0.06, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=CLIPTextModel(_text_config(folder)),
        tokenizer=_tokenizer(folder),
        text_encoder_2=_t5_encoder(_WIDTH),
        tokenizer_2=_t5_tokenizer(),
        scheduler=FlowMatchEulerDiscreteScheduler(),
    ).save_pretrained(folder)


def put_into_hub_cache(cache: Path, repository: str, save, variant: str | None = None) -> None:
    """Lay a pipeline into `cache` as the hub's client would have, its main branch at `COMMIT`."""
    root = cache / f"models--{repository.replace('/', '--')}"
    save(root / "snapshots" / COMMIT, variant=variant)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(COMMIT)


def _tokenizer(folder: Path):
    return build_tokenizer(folder.parent / f"{folder.name}_vocabulary")


def _t5_tokenizer() -> T5Tokenizer:
    pieces = ["<pad>", "</s>", "<unk>", "▁", *string.ascii_lowercase]
    return T5Tokenizer(vocab=[(piece, -1.0) for piece in pieces], extra_ids=0)


def _t5_encoder(width: int) -> T5EncoderModel:
    return T5EncoderModel(T5Config(vocab_size=128, d_model=width, d_kv=8, d_ff=32, num_layers=1, num_heads=2))


def _text_config(folder: Path) -> CLIPTextConfig:
    tokenizer = _tokenizer(folder)
    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=_WIDTH,
        intermediate_size=_WIDTH,
        projection_dim=_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=tokenizer.model_max_length,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def _autoencoder(latent_channels: int, **options) -> AutoencoderKL:
    return AutoencoderKL(
        sample_size=64,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=(8, 16),
        layers_per_block=1,
        latent_channels=latent_channels,
        norm_num_groups=4,
        **options,
    )


def _unet(**options) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=32,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(16, 32),
        layers_per_block=1,
        norm_num_groups=8,
        attention_head_dim=2,
        **options,
    )


def save_tiny_classifier(folder: Path, classes: Sequence[str]) -> Path:
    """Write an image classifier that guesses, of transformers' own kinds."""
    torch.manual_seed(0)
    labels = dict(enumerate(classes))
    settings = ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8],
        depths=[1],
        layer_type="basic",
        id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )
    ResNetForImageClassification(settings).save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def save_tiny_decoder(folder: Path, levels: int = 2, latent_channels: int = 4) -> str:
    """Save a decoder that takes a model's own's place (TAESD's class); return its folder as a setting has it."""
    torch.manual_seed(0)
    AutoencoderTiny(
        encoder_block_out_channels=(8,) * levels,
        decoder_block_out_channels=(8,) * levels,
        num_encoder_blocks=(1,) * levels,
        num_decoder_blocks=(1,) * levels,
        latent_channels=latent_channels,
        latent_magnitude=3,
    ).save_pretrained(folder)
    return str(folder)
