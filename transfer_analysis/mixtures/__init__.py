"""What a generated photograph is worth: training sets of r real and s generated ones, and the real ones alone.

Read in this order: `real_equivalents` (how many real photographs reach an accuracy), `exchange_rate` (k, generated for
one real), `power_law` (learning curves), `description` (all of it as mixtures.json), `tables`.
"""
