"""What networks see in images, trained on real or on generated ones: how alike it is, and what it is good for.

Read in this order: `config` (what can be set), `network_features` (what is read), `kernel_alignment` (CKA of two
networks), `jackknife` (how sure it is), `similarity` (real-trained against generated-trained, between ceiling and
floor), `linear_probe` and `probes` (what a linear classifier finds in a block), `transplant_answers` and `transplants`
(networks that were given another one's lower blocks), `feature_map` (features in two dimensions), `description` (all of
it as representations.json), `tables`.
"""
