"""The generated photographs in the forms that others read: an image folder, a TFDS data set, and a data set card.

Read in this order: `photos_manifest` (what is exported, checked before anything is written), `records` (one image as
PNG with its row of metadata), `filled_folder` (a folder of many files appears whole or not at all), `image_folder` and
`tfds_data_set` (the two forms), then what the card is made from: `licence`, `citation`, `value_counts`, `card`.
"""
