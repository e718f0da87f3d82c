"""The shapes of requests and answers; the OpenAPI document is written from them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt

LARGEST_SEED = 2**31 - 1
LARGEST_INDEX = 1_000_000
LARGEST_GUIDANCE = 30


class Shape(BaseModel):
    """What has the named members and no others."""

    model_config = ConfigDict(extra="forbid")


class Neighbour(Shape):
    """A training photograph that a network sees as near."""

    kind: Literal["real", "synthetic"]
    index: int = Field(description="CIFAR-10's file order for real ones, the index in its class for generated ones.")
    class_: str = Field(alias="class")
    digest: str = Field(description="The first 16 hex digits of its pixels' SHA-256.", pattern=r"^[0-9a-f]{16}$")
    distance: float = Field(description="Cosine distance of the network's features, 0 to 2.")
    image: str | None = Field(description="Its address, where that very photograph is on the server; else null.")


class ArmReading(Shape):
    """What one network makes of an image."""

    class_: str = Field(alias="class")
    confidence: float = Field(ge=0, le=1)
    probabilities: dict[str, float]
    calibrated: bool = Field(description="Whether confidences were fitted to accuracy on validation photographs.")
    none_of_these: bool | None = Field(description="Less sure, and farther from the training photographs, than usual.")
    strangeness: float | None = Field(description="0 to 1, by rank among validation photographs; null: not known.")
    generated_score: float | None = Field(description="Probability of being generated, at even odds; null: not known.")
    nearest: list[Neighbour]


class Agreement(Shape):
    """Which networks say what."""

    all_agree: bool
    votes: dict[str, list[str]] = Field(description="Arms by the class they say.")


class GeneratedScore(Shape):
    """The real-or-generated score of the arm that tells the two apart best on validation photographs."""

    score: float = Field(ge=0, le=1)
    arm: str


class Reading(Shape):
    """What all networks make of an image."""

    width: int
    height: int
    pixels: str | None = Field(description="The 32×32 pixels that the networks see, as a data address of a PNG.")
    origin: str = Field(description="Where the networks come from: the study, or shipped with the project.")
    arms: dict[str, ArmReading]
    agreement: Agreement
    none_of_these: bool = Field(description="Whether most networks say so.")
    generated: GeneratedScore | None


class Classified(Shape):
    """The readings of a request, in its order."""

    classes: list[str]
    readings: list[Reading]


class Explained(Shape):
    """Grad-CAM: where in the image a network sees a class."""

    arm: str
    class_: str = Field(alias="class")
    heat: list[list[float]] = Field(description="Rows of 0-1, top to bottom, over the central square.")


class GenerateRequest(Shape):
    """Pictures to draw."""

    prompt: str = Field(min_length=1, description="What to draw.")
    seed: StrictInt = Field(0, ge=0, le=LARGEST_SEED)
    first: StrictInt = Field(0, ge=0, le=LARGEST_INDEX, description="Number of the first picture of this seed.")
    count: StrictInt = Field(1, ge=1, description="How many, from the first on.")
    guidance_scale: StrictFloat | None = Field(
        None, ge=0, le=LARGEST_GUIDANCE, allow_inf_nan=False, description="null: the config's."
    )
    steps: StrictInt | None = Field(None, ge=1, description="null: the config's.")


class Picture(Shape):
    """A finished picture."""

    index: int
    redraws: int
    image: str = Field(description="Its PNG's address, for as long as the job is kept.")
    link: str = Field(description="The page that draws this very picture again.")
    reading: Reading


class JobState(Shape):
    """A job as it stands."""

    id: str
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    position: int = Field(description="Jobs before it.")
    step: int
    steps: int
    preview: str | None = Field(description="What the pictures look like by now, side by side: a PNG's data address.")
    asked: GenerateRequest
    prompt: str = Field(description="The words that the model was given.")
    answer: str = Field(description="What the model can and cannot make of the prompt; empty if nothing is known.")
    reason: str = Field(description="Why it failed.")
    pictures: list[Picture]


class ServedArm(Shape):
    """A classifier that is served."""

    sha256: str
    val_accuracy: float | None
    calibrated: bool
    note: str
    probe_accuracy: float | None


class GeneratorFacts(Shape):
    """The generator that is served."""

    ready: bool
    loading: bool = Field(description="Whether it will be ready by itself, as far as is known.")
    reason: str = Field(description="Why it is not ready.")
    model: str
    revision: str | None
    known_classes: list[str] | None
    guidance_scale: float
    guidance_range: tuple[float, float] | None = Field(
        description="The lowest and the highest that this model takes; null until it has loaded."
    )
    steps: int
    rows_per_forward: int
    settings_digest: str | None = Field(
        description="Of its other settings that decide a picture: sampler, size, decoder, arithmetic, …; null until it "
        "has loaded."
    )


class Limits(Shape):
    """What a request may ask for."""

    max_count: int
    max_steps: int
    max_prompt_characters: int
    max_batch: int
    max_upload_bytes: int
    max_pixels: int
    classes_only: bool


class Models(Shape):
    """What is served."""

    origin: str = Field(description="Whether the classifiers are the study's or those shipped with the project.")
    classes: list[str]
    arms: dict[str, ServedArm]
    generator: GeneratorFacts
    prompts: list[str] = Field(description="Prompts by the config's own templates; with classes_only, the only ones.")
    limits: Limits


class Health(Shape):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Shape):
    """Whether requests can be served, and what was refused meanwhile."""

    ready: bool
    classifiers: str
    generator: str
    refused: dict[str, str] = Field(description="Newer checkpoints that cannot be served, with the reason.")


class ProblemDocument(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
