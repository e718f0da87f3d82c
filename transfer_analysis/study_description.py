"""What the analysis is told about a study besides its predictions: the config's slice and the two manifests.

Keys not named here are welcome: they pass into the summary's provenance and are shown in the report.
"""

from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from photographs.atomic_files import read_json

PositiveInt = Annotated[int, Field(gt=0)]


class _Described(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())


T = TypeVar("T", bound=_Described)


class ArmDescription(_Described):
    """One arm of training data: the share of generated images in it, 0-1."""

    synthetic_share: Annotated[float, Field(ge=0, le=1)]


class StudyDescription(_Described):
    """The config's slice that the analysis needs; `mixture_test_share`: of generated images in the mixed test."""

    config_sha256: str
    code_version: str
    commit: str
    classes: Annotated[list[str], Field(min_length=2)]
    train_images_per_class: PositiveInt
    arms: dict[str, ArmDescription]
    study_seed: int
    mixture_test_share: Annotated[float, Field(ge=0, le=1)] | None = None


class SplitSizes(_Described):
    """Images a class in each split."""

    train: int
    val: int
    test: int


class RealManifest(_Described):
    """Where the real photographs come from and which they are; digests by split, or by split and class."""

    source: str
    classes: list[str]
    images_per_class: SplitSizes
    digests: dict[str, Any]


class GeneratorDescription(_Described):
    """What made the images. `pipeline_class` is empty for a folder of images that were generated elsewhere."""

    model: str
    is_embedded: bool
    revision: str | None = None
    pipeline_class: str | None = None


class SyntheticManifest(_Described):
    """Which images were generated, by what and in what arithmetic, and how many were drawn again or rejected."""

    generator: GeneratorDescription
    classes: list[str]
    images_per_class: SplitSizes
    digests: dict[str, Any]
    redrawn: int = 0
    rejected: int = 0
    arithmetic: dict[str, int] = {}


def read_description(path: Path, kind: type[T]) -> T:
    """Read a JSON file as `kind`.

    Raises:
        CorruptFileError: it is not JSON.
        ValueError: it lacks a key; the message names the file and the key.
    """
    return parse_description(read_json(path), kind, str(path))


def parse_description(value: Any, kind: type[T], where: str) -> T:
    """Check `value` against `kind`; `where` names its origin in the error message."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{where}: {key}: {first['msg']}") from error
