"""Names that domain_gap.json uses, for those who write it and those who draw it."""

# Of images that a classifier without directions is tested on, and fitted to.
KINDS = ("real", "generated")
# Of the directions that are taken out.
TELLING, RANDOM = "telling", "random"
