"""Predictions in; statistics, figures and report out.

Read in this order: `predictions` (what training leaves behind), `cells` (one arm on one domain, all seeds),
`crossed_effects` (a mean over seeds and images, and how sure it is), `transfer` and `gaps` (what is said of cells and
of pairs of them), `summary` (all of it as summary.json, from which `tables`, `figures` and `report` take every number).
"""
