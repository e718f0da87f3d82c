"""The pipeline judged by stand-in generators whose truth is known, on request: `snakemake check_known_answers`.

INPUTS   results/real_photos/{train,val,test}.npz, predictions of the real training sets of `mixtures`
OUTPUTS  results/report/known_answers.json, tables/known_answers.csv, known_answer_checks.csv,
         known_answer_coverage.csv; results/figures/known_answers.svg
"""

KNOWN_ANSWER_TABLES = ("known_answers", "known_answer_checks", "known_answer_coverage")


rule prepare_stand_in:
    input:
        real=real_photos_for_stand_ins,
        code=command_sources("prepare_stand_in"),
    output:
        train="results/known_answers/{stand_in}/train.npz",
        val="results/known_answers/{stand_in}/val.npz",
    log:
        "logs/known_answers/{stand_in}/photos.log",
    benchmark:
        "benchmarks/results/known_answers/{stand_in}_photos.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=more_each_try(2000),
        runtime=more_each_try(10),
    params:
        images_per_class=STUDY.images_per_class.train,
        study_seed=STUDY.seed,
    shell:
        "python -m workflow_scripts.prepare_stand_in"
        " --stand-in {wildcards.stand_in}"
        " --real {input.real:q}"
        " --images-per-class {params.images_per_class}"
        " --study-seed {params.study_seed}"
        " --train {output.train:q}"
        " --val {output.val:q}"
        " 2>&1 | tee {log:q}"


use rule train_classifier as train_stand_in_classifier with:
    input:
        real=[],
        synthetic=expand("results/known_answers/{{stand_in}}/{split}.npz", split=("train", "val")),
        code=command_sources("train_classifier", "flax_cnn"),
    output:
        checkpoint=directory("results/known_answers/{stand_in}/seed_{seed_index}/checkpoint"),
        metrics="results/known_answers/{stand_in}/seed_{seed_index}/metrics.jsonl",
    log:
        "logs/known_answers/{stand_in}/seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/known_answers/{stand_in}_seed_{seed_index}.tsv"
    params:
        synthetic_share=1,
        images_per_class=STUDY.images_per_class.train,
        training=as_json(STUDY.training),
        study_seed=STUDY.seed,
        # The generated images' arm: what is tested is how that arm is judged.
        arm="synthetic",
        resume_folder="results/.unfinished/known_answers/{stand_in}/seed_{seed_index}",
        seeds="{seed_index}",


use rule evaluate_classifier as evaluate_stand_in_classifier with:
    input:
        checkpoint="results/known_answers/{stand_in}/seed_{seed_index}/checkpoint",
        real="results/real_photos/test.npz",
        code=command_sources("evaluate_classifier", "flax_cnn", "transfer_analysis/predictions.py"),
    output:
        predictions="results/known_answers/{stand_in}/seed_{seed_index}/real.npz",
    log:
        "logs/known_answers/{stand_in}/seed_{seed_index}_predictions.log",
    benchmark:
        "benchmarks/results/known_answers/{stand_in}_seed_{seed_index}_predictions.tsv"
    params:
        photos=named_photos,
        folder=output_folder,
        features="",


use rule evaluate_features as evaluate_stand_in_features with:
    input:
        checkpoint="results/classifiers/real/seed_0/checkpoint",
        photos="results/known_answers/{stand_in}/train.npz",
        code=command_sources("evaluate_features", "flax_cnn", "transfer_analysis/features.py"),
    output:
        features="results/known_answers/{stand_in}/features.npz",
    log:
        "logs/known_answers/{stand_in}/features.log",
    benchmark:
        "benchmarks/results/known_answers/{stand_in}_features.tsv"
    params:
        # What the stand-in "copies" holds is searched, and training shows mirror images too.
        mirrored="--mirrored",


use rule analyse_generator_quality as analyse_stand_in_quality with:
    input:
        real="results/real_photos/val.npz",
        generated="results/known_answers/{stand_in}/train.npz",
        # Not all of the train split: the held-out stand-ins are made from the rest of it.
        training="results/known_answers/copies/train.npz",
        test="results/real_photos/test.npz",
        real_features="results/generator_quality/features/seed_0/real_photos/val.npz",
        generated_features="results/known_answers/{stand_in}/features.npz",
        training_features="results/known_answers/copies/features.npz",
        test_features="results/generator_quality/searched/test.npz",
        validation_features="results/generator_quality/searched/val.npz",
        synthetic_manifest="results/synthetic_photos/manifest.json",
        code=command_sources("analyse_generator_quality", "workflow_scripts/code_version.py", "transfer_analysis"),
    output:
        tables=expand("results/known_answers/{{stand_in}}/{table}.csv", table=QUALITY_TABLES),
        quality="results/known_answers/{stand_in}/quality.json",
        pairs="results/known_answers/{stand_in}/closest_pairs.csv",
    log:
        "logs/known_answers/{stand_in}/quality.log",
    benchmark:
        "benchmarks/results/known_answers/{stand_in}_quality.tsv"


rule analyse_known_answers:
    input:
        predictions=predictions_of_known_answers,
        quality=expand("results/known_answers/{stand_in}/quality.json", stand_in=JUDGED_STAND_INS),
        code=command_sources("analyse_known_answers", "transfer_analysis"),
    output:
        known_answers="results/report/known_answers.json",
        tables=expand("results/report/tables/{table}.csv", table=KNOWN_ANSWER_TABLES),
    log:
        "logs/report/known_answers.log",
    benchmark:
        "benchmarks/results/report/known_answers.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=3000,
        runtime=30,
    params:
        real=as_json(real_curve()),
        images_per_class=STUDY.images_per_class.train,
        seeds=len(MIXTURE_SEEDS),
    shell:
        "python -m workflow_scripts.analyse_known_answers"
        " --real {params.real:q}"
        " --folder results/known_answers"
        " --images-per-class {params.images_per_class}"
        " --seeds {params.seeds}"
        " --held-out-quality {input.quality[0]:q}"
        " --copies-quality {input.quality[1]:q}"
        " --one-class-alike-quality {input.quality[2]:q}"
        " --output {output.known_answers:q}"
        " --tables results/report/tables"
        " 2>&1 | tee {log:q}"


use rule plot_mixtures as plot_known_answers with:
    input:
        parts="results/report/known_answers.json",
        code=command_sources("plot_part", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/known_answers.svg",
            caption="report_captions/known_answers.rst",
            category="Known answers",
            labels={"figure": "known answers"},
        ),
    log:
        "logs/figures/known_answers.log",
    benchmark:
        "benchmarks/results/figures/known_answers.tsv"
    params:
        figure="known_answers",
        summary="",
