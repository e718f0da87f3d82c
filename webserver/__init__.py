"""The playground: make a photograph from words, and see what each network makes of it.

Read in this order: `settings` (what can be set), `app` (the factory), `deadlines` and `early_problems` (what serves
it), `problems` and `safety` (for every answer), `uploads`, `central_square` and `upright` (bytes to pixels),
`companion` (what a classifier is read with), `classifier_registry` (which classifiers, and newer ones while it runs),
`micro_batching`, `reading` (pixels to an answer), `generation_worker`, `drawing_process` and `generation_queue`
(pictures from words, in a process of their own), `prompt_text` and `api/` (the blueprints), `openapi`, `pages`.
"""
