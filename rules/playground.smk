"""What the playground reads each arm's first classifier with. Not part of the study: `make playground`.

INPUTS   results/classifiers/{arm}/seed_0/checkpoint/, results/real_photos/ and results/synthetic_photos/{train,val}.npz
OUTPUTS  results/playground/{arm}.npz
"""


rule prepare_playground:
    input:
        checkpoint="results/classifiers/{arm}/seed_0/checkpoint",
        real=expand("results/real_photos/{split}.npz", split=("train", "val")),
        synthetic=expand("results/synthetic_photos/{split}.npz", split=("train", "val")),
        code=command_sources("prepare_playground", "flax_cnn", "webserver/companion.py"),
    output:
        "results/playground/{arm}.npz",
    log:
        "logs/playground/{arm}.log",
    benchmark:
        "benchmarks/results/playground/{arm}.tsv"
    conda:
        "../envs/playground.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(4000, "train", "val"),
        runtime=more_each_try(30),
    params:
        synthetic_share=share_of_arm,
        images_per_class=STUDY.images_per_class.train,
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.prepare_playground"
        " --classifier {input.checkpoint:q}"
        " --real-train {input.real[0]:q}"
        " --real-val {input.real[1]:q}"
        " --synthetic-train {input.synthetic[0]:q}"
        " --synthetic-val {input.synthetic[1]:q}"
        " --share-synthetic {params.synthetic_share}"
        " --train-images-per-class {params.images_per_class}"
        " --companion {output:q}"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"
