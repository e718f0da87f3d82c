"""The words that the embedded generator is taught."""

import itertools
import re

CLASS_NAMES = {
    "airplane": ("airplane", "aeroplane", "plane", "jet"),
    "automobile": ("automobile", "car", "sedan", "hatchback"),
    "bird": ("bird", "sparrow", "finch", "ostrich", "songbird"),
    "cat": ("cat", "kitten", "kitty", "tomcat", "tabby"),
    "deer": ("deer", "stag", "doe", "fawn", "elk"),
    "dog": ("dog", "puppy", "hound", "terrier", "spaniel"),
    "frog": ("frog", "toad", "treefrog", "bullfrog"),
    "horse": ("horse", "pony", "foal", "mare", "stallion"),
    "ship": ("ship", "boat", "vessel", "ferry"),
    "truck": ("truck", "lorry", "pickup", "van"),
}
TEMPLATES = (
    "{name}",
    "a {name}",
    "a photo of a {name}",
    "a photograph of a {name}",
    "an image of a {name}",
    "a picture of a {name}",
    "a close-up photo of a {name}",
    "a small photo of the {name}",
)
# What surrounds an animal when the rim of the photograph has this colour, and the colour's own name.
PLACES = {
    "black": ("at night", "in the dark", "on a black background"),
    "blue": ("in the sky", "by the water", "on a blue background"),
    "brown": ("on the ground", "on sand", "in the desert", "on a brown background"),
    "green": ("in the grass", "in a field", "in a forest", "in the garden", "on a green background"),
    "grey": ("on a road", "on rock", "in the rain", "on a grey background"),
    "red": ("on a carpet", "on a red background"),
    "white": ("in the snow", "on a white background"),
    "yellow": ("in the sun", "in dry grass", "on a yellow background"),
}
COLOURS = tuple(PLACES)
ADJECTIVES = tuple("small big young old cute wild beautiful spotted".split())
_PHRASES = (
    *itertools.chain.from_iterable(CLASS_NAMES.values()),
    *(template.format(name="") for template in TEMPLATES),
    *itertools.chain.from_iterable(PLACES.values()),
    *COLOURS,
    *ADJECTIVES,
)
WORDS = frozenset(re.findall("[a-z]+", " ".join(_PHRASES)))
