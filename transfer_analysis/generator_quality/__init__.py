"""How good generated images are, beside what real photographs score against real ones (the real–real null).

Read in this order: `distances`, `neighbourhoods`, `frechet_distance` and `kernel_distance` (one statistic each, of two
sets of features), `comparison` (the statistics at equal size with their null and intervals), `recognition` (what a
classifier makes of the images), `nearest`, `nearest_photograph` and `pixel_descriptors` (the most similar photograph),
`near_copies` (how many are too similar) and `unseen_control` (whether as photographs never seen are, too),
`copy_search`, `quality` (all of it as quality.json), `tables`. `report.generator_quality_answer` says it in words.
"""
