"""The licence of the model that drew the images, from the front matter of its own card; nothing is guessed."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from huggingface_hub import ModelCard, try_to_load_from_cache

from data_set_export.photos_manifest import Generator
from photographs.first_line import first_line

_CARD = "README.md"
_HUB = "https://huggingface.co"
# The hub's own identifier for a licence that is not known.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Licence:
    """A licence as a card's front matter gives it.

    Attributes:
        identifier: one of the hub's identifiers, such as "mit", "other" or "unknown".
        name, link: what an "other" licence is called and where it stands, if the model's card says so.
        page: where the model is described, if it is on the hub.
    """

    identifier: str
    name: str | None = None
    link: str | None = None
    page: str | None = None

    def front_matter(self) -> dict[str, str]:
        """Return the keys for a card's front matter."""
        keys = {"license": self.identifier, "license_name": self.name, "license_link": self.link}
        return {key: value for key, value in keys.items() if value is not None}

    def sentence(self) -> str:
        """Return in words what is known; "its" is the model's, or that of the folder in its place."""
        if self.identifier == UNKNOWN:
            mend = f"see the model's page, {self.page}" if self.page else "ask whoever made it"
            return f"Its licence is not known here: {mend}."
        details = ", ".join(part for part in (self.name, self.link) if part)
        return f"Its card gives the licence as {self.identifier}{f' ({details})' if details else ''}."


def model_licence(generator: Generator) -> Licence:
    """Return the licence that the model's card states, or "unknown".

    A hub model's card is looked for in the hub's local cache, at the revision that drew the images; the network is not
    asked.

    Raises:
        ValueError: the card's front matter cannot be read.
    """
    page = f"{_HUB}/{generator.model}" if generator.is_on_hub else None
    card = _card_file(generator)
    if card is None:
        return Licence(UNKNOWN, page=page)
    try:
        # Only the licence is read: other metadata may be as wrong as it likes.
        front_matter = ModelCard.load(card, ignore_metadata_errors=True).data
    except (ValueError, yaml.YAMLError) as error:
        raise ValueError(
            f"{card}: the front matter of the model's card is not readable ({first_line(error)}); mend it"
        ) from error
    identifiers = front_matter.get("license") or UNKNOWN
    name, link = front_matter.get("license_name"), _absolute(front_matter.get("license_link"), generator)
    if isinstance(identifiers, list):
        # The hub's "other" stands for what has no identifier of its own, such as several licences.
        return Licence("other", name or " and ".join(map(str, identifiers)), link, page)
    return Licence(str(identifiers), name, link, page)


def _card_file(generator: Generator) -> Path | None:
    if generator.is_on_hub:
        cached = try_to_load_from_cache(generator.model, _CARD, revision=generator.revision)
        return Path(cached) if isinstance(cached, str) else None
    card = Path(generator.model) / _CARD
    return card if card.is_file() else None


def _absolute(link: object, generator: Generator) -> str | None:
    """Return a link that also holds outside the model's own repository; a file in a local folder has none.

    Of several, which a card may list where it lists several licences, there is no one to return.
    """
    if not isinstance(link, str):
        return None
    if link.startswith(("https://", "http://")):
        return link
    return f"{_HUB}/{generator.model}/blob/{generator.revision}/{link}" if generator.is_on_hub else None
