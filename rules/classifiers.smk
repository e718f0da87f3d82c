"""The classifiers: one network a training arm and seed, all of the same architecture, size of data and steps.

Each is a job of its own (train_classifier), or one job trains all seeds of an arm, several side by side (train_seeds).

INPUTS   results/real_photos/{train,val}.npz, results/synthetic_photos/{train,val}.npz: of either kind, if the arm has any
OUTPUTS  results/classifiers/{arm}/seed_{seed_index}/checkpoint/, metrics.jsonl
"""

import math

TOGETHER = STUDY.seeds_per_job > 1
# Trainings that one job does one after another.
TURNS = math.ceil(STUDY.seeds / STUDY.seeds_per_job) if TOGETHER else 1


rule train_classifier:
    input:
        real=real_photos_of_arm,
        synthetic=synthetic_photos_of_arm,
        code=command_sources("train_classifier", "flax_cnn"),
    output:
        checkpoint=directory("results/classifiers/{arm}/seed_{seed_index}/checkpoint"),
        metrics="results/classifiers/{arm}/seed_{seed_index}/metrics.jsonl",
    log:
        "logs/classifiers/{arm}/seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/classifiers/{arm}_seed_{seed_index}.tsv"
    wildcard_constraints:
        arm=NOTHING if TOGETHER else "|".join(STUDY.arms),
    conda:
        NETWORKS_ENVIRONMENT
    # XLA uses every core whatever stands here; side by side, jobs hide each other's start-up and compilation.
    threads: 1
    resources:
        gpu=STUDY.gpus.training,
        # For SLURM, which gives several GPUs of several nodes where it can.
        nodes=1,
        mem_mb=memory_with_photos(4000, "train", "val"),
        # No more at the next try, which carries on where this one ended.
        runtime=120 * TURNS,
    params:
        synthetic_share=share_of_arm,
        images_per_class=STUDY.images_per_class.train,
        training=as_json(STUDY.training),
        study_seed=STUDY.seed,
        arm="{arm}",
        resume_folder="results/.unfinished/classifiers/{arm}/seed_{seed_index}",
        seeds="{seed_index}",
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.train_classifier"
        " --real {input.real:q}"
        " --synthetic {input.synthetic:q}"
        " --arm {params.arm:q}"
        " --share-synthetic {params.synthetic_share}"
        " --train-images-per-class {params.images_per_class}"
        " --training {params.training:q}"
        " --study-seed {params.study_seed}"
        " --seed-index {params.seeds}"
        " --resume-folder {params.resume_folder:q}"
        " --classifier {output.checkpoint:q}"
        " --metrics {output.metrics:q}"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"


use rule train_classifier as train_seeds with:
    output:
        checkpoint=[directory(f"results/classifiers/{{arm}}/seed_{seed}/checkpoint") for seed in range(STUDY.seeds)],
        metrics=expand(
            "results/classifiers/{{arm}}/seed_{seed}/metrics.jsonl",
            seed=range(STUDY.seeds),
        ),
    log:
        "logs/classifiers/{arm}/seeds.log",
    benchmark:
        "benchmarks/results/classifiers/{arm}_seeds.tsv"
    wildcard_constraints:
        arm="|".join(STUDY.arms) if TOGETHER else NOTHING,
    params:
        synthetic_share=share_of_arm,
        images_per_class=STUDY.images_per_class.train,
        training=as_json(STUDY.training),
        study_seed=STUDY.seed,
        arm="{arm}",
        resume_folder="results/.unfinished/classifiers/{arm}/seeds",
        seeds=f"{' '.join(map(str, range(STUDY.seeds)))} --seeds-per-job {STUDY.seeds_per_job}",
