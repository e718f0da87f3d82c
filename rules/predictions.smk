"""What each classifier says of each test domain's photographs: the only time that test data is read.

INPUTS   results/classifiers/{arm}/seed_{seed_index}/checkpoint/, the test sets of the three domains
OUTPUTS  results/predictions/{arm}/seed_{seed_index}/{domain}.npz
"""


rule evaluate_classifier:
    input:
        checkpoint="results/classifiers/{arm}/seed_{seed_index}/checkpoint",
        real="results/real_photos/test.npz",
        synthetic="results/synthetic_photos/test.npz",
        mixture="results/mixed_photos/test.npz",
        code=command_sources("evaluate_classifier", "flax_cnn", "transfer_analysis/predictions.py"),
    output:
        predictions=expand(
            "results/predictions/{{arm}}/seed_{{seed_index}}/{domain}.npz",
            domain=DOMAINS,
        ),
    log:
        "logs/predictions/{arm}/seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/predictions/{arm}_seed_{seed_index}.tsv"
    conda:
        "../envs/flax_cnn.yaml"
    threads: 1
    resources:
        gpu=STUDY.gpus.training,
        mem_mb=3000,
        runtime=30,
    params:
        photos=named_photos,
        folder=output_folder,
    shell:
        "python -m workflow_scripts.evaluate_classifier"
        " --classifier {input.checkpoint:q}"
        " --photos {params.photos:q}"
        " --output-folder {params.folder:q}"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"
