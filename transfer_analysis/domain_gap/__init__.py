"""What tells generated images from photographs, how much of it is low-level, and whether it carries the transfer gap.

Read in this order: `settings`, `sides` (which images fit and which judge), `probe` (real or generated?), `low_level`
(images as grain, colour and JPEG behaviour), `matched_spectrum` (photographs with the generated images' grain),
`separability` (every probe on every pair), `nullspace` and `removal` (what is left without the probe's directions),
`prototypes` (are generated images nearer to their class's mean?), `description` (all of it as domain_gap.json),
`tables`, `reading` (when images count as told apart).
"""
