"""How far a network's answers can be trusted: calibration, selective accuracy, robustness, and where it looks.

Read in this order: `answers` (what the networks are asked), `reliability`, `selective`, `robustness`, `map_agreement`
(one question each), `photo_choice` (which photographs the sheet shows), `description` (trust.json), `tables`.
What they share is in `differences`.
"""
