"""The playground: make a photograph from words, and see what each network makes of it.

Read in this order: `settings` (what can be set), `app` (the factory), `problems` and `safety` (for every answer),
`uploads` (bytes to pixels), `companion` (what a classifier is read with), `classifier_registry` (which classifiers, and
newer ones while it runs), `micro_batching`, `reading` (pixels to an answer), `generation_worker`, `drawing_process` and
`generation_queue` (pictures from words, in a process of their own), `api/` (the blueprints), `openapi`, `pages`.
"""
