"""What each classifier says of each test domain's photographs: the only time that test data is read.

INPUTS   results/classifiers/{arm}/seed_{seed_index}/checkpoint/, the test sets of the three domains
OUTPUTS  results/predictions/{arm}/seed_{seed_index}/{domain}.npz, {domain}_features.npz
"""

EVALUATION_SOURCES = command_sources(
    "evaluate_classifier",
    "flax_cnn",
    "transfer_analysis/predictions.py",
    "transfer_analysis/block_features.py",
)


rule evaluate_classifier:
    input:
        checkpoint="results/classifiers/{arm}/seed_{seed_index}/checkpoint",
        real="results/real_photos/test.npz",
        synthetic="results/synthetic_photos/test.npz",
        mixture="results/mixed_photos/test.npz",
        code=EVALUATION_SOURCES,
    output:
        predictions=expand(
            "results/predictions/{{arm}}/seed_{{seed_index}}/{domain}.npz",
            domain=DOMAINS,
        ),
        features=expand(
            "results/predictions/{{arm}}/seed_{{seed_index}}/{domain}_features.npz",
            domain=DOMAINS,
        ),
    log:
        "logs/predictions/{arm}/seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/predictions/{arm}_seed_{seed_index}.tsv"
    conda:
        NETWORKS_ENVIRONMENT
    threads: 1
    resources:
        gpu=gpus_to_ask_networks(),
        mem_mb=memory_with_photos(3000, "test"),
        runtime=more_each_try(30),
    params:
        photos=named_photos,
        folder=output_folder,
        features="--block-features",
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.evaluate_classifier"
        " --classifier {input.checkpoint:q}"
        " --photos {params.photos:q}"
        " --output-folder {params.folder:q}"
        " {params.features}"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"
