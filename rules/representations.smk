"""What real-trained and generated-trained networks see: CKA, linear probes, layer transplants, a map of features.

INPUTS   results/classifiers/{real,synthetic}/seed_{seed_index}/checkpoint/, block features under
         results/predictions/, results/real_photos/{train,val,test}.npz, results/synthetic_photos/test.npz
OUTPUTS  results/representations/untrained/seed_{n}/{domain}_features.npz, transplants/seed_{seed_index}.npz;
         results/report/representations.json, tables/network_similarity.csv, linear_probes.csv, layer_transplant.csv,
         feature_map.csv, feature_gaps.csv; results/figures/*.svg of the same names but the last
"""

REPRESENTATIONS_DRAWN = ("network_similarity", "linear_probes", "layer_transplant", "feature_map")
REPRESENTATION_TABLES = (*REPRESENTATIONS_DRAWN, "feature_gaps")
# What the report takes from here, where the config asks for it.
REPRESENTATION_FIGURES = [
    name for name in REPRESENTATIONS_DRAWN if STUDY.representations and (TRANSPLANT or name != "layer_transplant")
]


rule evaluate_untrained:
    input:
        train="results/real_photos/train.npz",
        real="results/real_photos/test.npz",
        synthetic="results/synthetic_photos/test.npz",
        code=command_sources("evaluate_untrained", "flax_cnn", "transfer_analysis/block_features.py"),
    output:
        features=expand(
            "results/representations/untrained/seed_{seed}/{domain}_features.npz",
            seed=range(STUDY.seeds),
            domain=COMPARED,
        ),
    log:
        "logs/representations/untrained.log",
    benchmark:
        "benchmarks/results/representations/untrained.tsv"
    conda:
        NETWORKS_ENVIRONMENT
    threads: 1
    resources:
        gpu=gpus_to_ask_networks(),
        mem_mb=memory_with_photos(3000, "test"),
        runtime=more_each_try(30),
    params:
        photos=named_photos,
        images_per_class=STUDY.images_per_class.train,
        training=as_json(STUDY.training),
        study_seed=STUDY.seed,
        seeds=STUDY.seeds,
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.evaluate_untrained"
        " --real-train {input.train:q}"
        " --train-images-per-class {params.images_per_class}"
        " --training {params.training:q}"
        " --study-seed {params.study_seed}"
        " --seeds {params.seeds}"
        " --photos {params.photos:q}"
        " --output-folder results/representations/untrained"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"


rule train_transplants:
    input:
        real_donor="results/classifiers/real/seed_{seed_index}/checkpoint",
        synthetic_donor="results/classifiers/synthetic/seed_{seed_index}/checkpoint",
        train="results/real_photos/train.npz",
        val="results/real_photos/val.npz",
        test="results/real_photos/test.npz",
        code=command_sources("train_transplants", "flax_cnn", "transfer_analysis/representations/transplant_answers.py"),
    output:
        answers="results/representations/transplants/seed_{seed_index}.npz",
    log:
        "logs/representations/transplants/seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/representations/transplants_seed_{seed_index}.tsv"
    conda:
        NETWORKS_ENVIRONMENT
    threads: 1
    resources:
        gpu=STUDY.gpus.training,
        # For SLURM, which gives several GPUs of several nodes where it can.
        nodes=1,
        mem_mb=more_each_try(4000),
        # No more at the next try, which carries on where this one ended.
        runtime=120,
    params:
        donors=named_donors,
        images_per_class=TRANSPLANT_IMAGES,
        training=as_json(transplant_training()),
        study_seed=STUDY.seed,
        resume_folder="results/.unfinished/transplants/seed_{seed_index}",
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.train_transplants"
        " --real-train {input.train:q}"
        " --real-val {input.val:q}"
        " --real-test {input.test:q}"
        " --donors {params.donors:q}"
        " --images-per-class {params.images_per_class}"
        " --training {params.training:q}"
        " --study-seed {params.study_seed}"
        " --seed-index {wildcards.seed_index}"
        " --resume-folder {params.resume_folder:q}"
        " --output {output.answers:q}"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"


rule analyse_representations:
    input:
        features=expand(
            "results/predictions/{arm}/seed_{seed_index}/{domain}{kind}.npz",
            arm=COMPARED,
            seed_index=range(STUDY.seeds),
            domain=COMPARED,
            kind=("", "_features"),
        ),
        untrained=rules.evaluate_untrained.output.features,
        transplants=expand(
            "results/representations/transplants/seed_{seed_index}.npz",
            seed_index=TRANSPLANT_SEEDS,
        ),
        code=command_sources("analyse_representations", "transfer_analysis"),
    output:
        representations="results/report/representations.json",
        tables=expand("results/report/tables/{table}.csv", table=REPRESENTATION_TABLES),
    log:
        "logs/report/representations.log",
    benchmark:
        "benchmarks/results/report/representations.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=3000,
        runtime=60,
    params:
        seeds=STUDY.seeds,
        settings=as_json(STUDY.representations),
        images_per_class=TRANSPLANT_IMAGES,
    shell:
        "python -m workflow_scripts.analyse_representations"
        " --predictions results/predictions"
        " --untrained results/representations/untrained"
        " --seeds {params.seeds}"
        " --transplants {input.transplants:q}"
        " --transplant-images-per-class {params.images_per_class}"
        " --settings {params.settings:q}"
        " --output {output.representations:q}"
        " --tables results/report/tables"
        " 2>&1 | tee {log:q}"


use rule plot_mixtures as plot_network_similarity with:
    input:
        parts="results/report/representations.json",
        code=command_sources("plot_part", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/network_similarity.svg",
            caption="report_captions/network_similarity.rst",
            category="Representations",
            labels={"figure": "network similarity"},
        ),
    log:
        "logs/figures/network_similarity.log",
    benchmark:
        "benchmarks/results/figures/network_similarity.tsv"
    params:
        figure="network_similarity",
        summary="",


use rule plot_network_similarity as plot_linear_probes with:
    output:
        figure=report(
            "results/figures/linear_probes.svg",
            caption="report_captions/linear_probes.rst",
            category="Representations",
            labels={"figure": "linear probes"},
        ),
    log:
        "logs/figures/linear_probes.log",
    benchmark:
        "benchmarks/results/figures/linear_probes.tsv"
    params:
        figure="linear_probes",
        summary="",


use rule plot_network_similarity as plot_layer_transplant with:
    output:
        figure=report(
            "results/figures/layer_transplant.svg",
            caption="report_captions/layer_transplant.rst",
            category="Representations",
            labels={"figure": "layer transplant"},
        ),
    log:
        "logs/figures/layer_transplant.log",
    benchmark:
        "benchmarks/results/figures/layer_transplant.tsv"
    params:
        figure="layer_transplant",
        summary="",


use rule plot_network_similarity as plot_feature_map with:
    output:
        figure=report(
            "results/figures/feature_map.svg",
            caption="report_captions/feature_map.rst",
            category="Representations",
            labels={"figure": "feature map"},
        ),
    log:
        "logs/figures/feature_map.log",
    benchmark:
        "benchmarks/results/figures/feature_map.tsv"
    params:
        figure="feature_map",
        summary="",
