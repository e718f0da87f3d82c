"""What can be set about the playground: key `playground` of config.yaml, and above it variables FAUXTOGRAPH_KEY."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import (
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from photographs.settings_problems import problem_line
from photographs.strict_settings import StrictSettings
from webserver.study_schemas import QUESTIONS

PREFIX = "FAUXTOGRAPH_"


class PlaygroundConfig(StrictSettings):
    """The playground's settings. None of them changes a study's results."""

    model_config = ConfigDict(allow_inf_nan=False)

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 lets other machines in.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    threads: int = Field(
        40, ge=4, le=256, description="Requests answered at once; at most half of them may follow a job's events."
    )
    results: str = Field("results", description="The study's folder: its classifiers, photographs and report.")
    shipped_classifiers: str = Field(
        "models/classifiers", description="Classifiers to serve until a study has made all of its own."
    )
    watch_seconds: PositiveFloat = Field(1.0, description="Time between two looks for newer classifiers.")
    classes_only: bool = Field(
        False, description="For public use: pictures of the classes by the config's own prompts alone, no free words."
    )
    guidance_scale: float | None = Field(
        None,
        ge=0,
        le=30,
        description="Guidance of pictures for which none is asked; null: the generator's. What a classifier learns "
        "most from need not look best.",
    )
    rows_per_forward: PositiveInt = Field(
        4, description="Pictures that pass the generator together. Part of what a picture is: links keep to one value."
    )
    generator_threads: PositiveInt = Field(1, description="CPU threads of the generator's process.")
    silence_seconds: PositiveFloat = Field(
        300, description="A drawing without a new step for so long hangs: its process is ended and started anew."
    )
    max_upload_megabytes: PositiveFloat = Field(8, description="Largest request.")
    upload_seconds: PositiveFloat = Field(
        60, description="Time in which a request must have come whole, or its connection is closed."
    )
    max_pixels: PositiveInt = Field(
        40_000_000, description="Most pixels of a request's photographs together, checked before they are decoded."
    )
    max_batch: int = Field(32, ge=1, le=256, description="Most photographs in one request.")
    max_prompt_characters: int = Field(300, ge=1, le=4000, description="Longest prompt.")
    max_count: int = Field(8, ge=1, le=64, description="Most pictures of one job.")
    max_steps: PositiveInt = Field(50, description="Most denoising steps.")
    queue_length: PositiveInt = Field(8, description="Jobs that may wait; one more is answered with 503.")
    kept_jobs: PositiveInt = Field(64, description="Finished jobs whose pictures are kept in memory.")
    waiting_images: PositiveInt = Field(
        512,
        description="Photographs that may wait for classification; then 503. At least `max_batch`, and a quiz's 10.",
    )
    requests_per_minute: PositiveInt = Field(600, description="Of one client, beyond which it is answered with 429.")
    jobs_per_minute: PositiveInt = Field(30, description="Pictures' jobs of one client.")
    trusted_proxies: NonNegativeInt = Field(
        0,
        description="Reverse proxies in front, whose X-Forwarded-For, -Proto and -Host are believed; "
        "without it all of a proxy's clients count as one.",
    )
    trusted_hosts: str = Field(
        "",
        description="Names to be asked by, with commas between. If empty: localhost, 127.0.0.1 and ::1 where `host` "
        "is one of them and no proxy is trusted, else any.",
    )

    @field_validator("waiting_images")
    @classmethod
    def _has_room_for_one_request(cls, waiting_images: int, others: ValidationInfo) -> int:
        most = max(others.data.get("max_batch", 0), QUESTIONS)
        if waiting_images < most:
            raise ValueError(
                f"below max_batch, or a quiz's {QUESTIONS}: {most} photographs at once were never answered"
            )
        return waiting_images

    @property
    def max_upload_bytes(self) -> int:
        """Largest request body."""
        return int(self.max_upload_megabytes * 1_000_000)


def with_environment(settings: Mapping[str, Any], environment: Mapping[str, str]) -> PlaygroundConfig:
    """Return `settings` with the environment's FAUXTOGRAPH_… laid over them; "null" there leaves the default.

    Raises:
        ValueError: a variable or value that cannot be; the message names it.
    """
    own = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    for key in own:
        if key not in PlaygroundConfig.model_fields:
            raise ValueError(
                f"{PREFIX}{key.upper()} is no setting; known are "
                + ", ".join(f"{PREFIX}{known.upper()}" for known in PlaygroundConfig.model_fields)
            )
    laid_over = {key: value for key, value in {**settings, **own}.items() if own.get(key) != "null"}
    try:
        return PlaygroundConfig.model_validate(laid_over)
    except ValidationError as error:
        line = problem_line(error, "playground")
        for key in own:
            line = re.sub(rf"^playground\.{key}\b", f"{PREFIX}{key.upper()}", line)
        raise ValueError(line) from error
