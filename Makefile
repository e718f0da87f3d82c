# Fauxtograph's commands. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Where it is set, each of a study's hundred processes compiles every module anew: about a second, every time.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help .venv run estimate full-study verify-report known-answers export crate sweeps tune serve playground playground-models bench bench-accuracy benchmark-analysis benchmark-serve benchmark-generate test faults slurm-test container container-test lint lock schema clean

PYTHON ?= python3.11
BIN := .venv/bin
CORES ?= all
# One more than there are cores: jobs of SLURM, browsers and connections are waited for.
TEST_PROCESSES ?= $(shell cores=$$(nproc); echo $$((cores < 4 ? cores + 1 : 4)))
# A file laid over config.yaml, such as studies/embedded_full_size.yaml.
STUDY ?=
SNAKEMAKE = source $(BIN)/activate && snakemake --cores $(CORES) --quiet host reason rules $(if $(STUDY),--configfile $(STUDY)) --

help:  ## List the commands
	@echo "Fauxtograph: how far does a CNN trained on generated photographs carry over to real ones, and back?"
	@echo
	@grep -E '^[.a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

.venv: .venv/.complete  ## Set up: Python 3.11 packages, pinned, into .venv (3 GB)

# A file marks the end of the installation, so that one that was cut off is taken up again.
.venv/.complete: requirements.lock
	@command -v $(PYTHON) > /dev/null || { echo "error: $(PYTHON) is missing: install Python 3.11, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing the pinned packages of requirements.lock into .venv (3 GB, some minutes, once)"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@touch $@

run: .venv  ## Run the study of config.yaml, to results/report/report.html and report.pdf (STUDY=studies/… for another)
	@echo "Fetches CIFAR-10 once (139 to 170 MB) and keeps it in the cache folder"
	$(SNAKEMAKE)
	@echo "The report: results/report/report.html, and for paper results/report/report.pdf"

estimate: .venv  ## Say what the study will take before it runs (STUDY=studies/… for another, ARGS="--cores 8")
	@$(BIN)/python -m workflow_scripts.estimate $(if $(STUDY),--study $(STUDY)) $(ARGS)

full-study: override STUDY := studies/embedded_full_size.yaml
full-study: run  ## Run the study at full size with the embedded generator (hours; it resumes)

verify-report: .venv  ## Read the finished report again, and compare each number, table and figure with its source
	$(BIN)/python -m workflow_scripts.verify_report

known-answers: .venv  ## Judge the pipeline by stand-in generators whose truth is known, and show it in the report
	$(SNAKEMAKE) check_known_answers
	$(SNAKEMAKE)

export: .venv  ## Write the generated photographs as image folder and TFDS data set, to results/export/
	$(SNAKEMAKE) export
	@echo "The image folder with its card: results/export/image_folder/; the TFDS data set: results/export/tfds/"

crate: .venv  ## Describe the finished study as an RO-Crate: every file's digest, and what made it (ARGS=--check to compare)
	@$(BIN)/python -m workflow_scripts.write_crate $(ARGS)

sweeps: .venv  ## Run the config's sweeps over generator settings (hours on a CPU), to results/sweeps and results/figures
	$(SNAKEMAKE) sweeps

tune: override STUDY := studies/tune_embedded.yaml
tune: .venv  ## Choose the embedded generator's guidance and steps anew, to results/sweeps/sampling/choice.json
	$(SNAKEMAKE) results/sweeps/sampling/choice.json results/figures/sweep_sampling.svg

serve: .venv  ## Serve the playground at http://127.0.0.1:8000 (FAUXTOGRAPH_PORT=… for another port)
	$(BIN)/python -m webserver $(if $(STUDY),--study $(STUDY)) $(ARGS)

playground: .venv  ## Make what the playground reads the study's classifiers with: calibration, probe, neighbours
	$(SNAKEMAKE) playground

playground-models: playground  ## Ship the study's classifiers with the project, to models/classifiers
	$(BIN)/python -m workflow_scripts.write_playground_models

test: .venv lint  ## Run the test suite, twenty faults included (container-test, slurm-test and faults go further)
	source $(BIN)/activate && python -m pytest tests --numprocesses $(TEST_PROCESSES) --ignore tests/container

faults: .venv  ## Harm a tiny study in two hundred ways and see that it carries on (FAULTS=500 for more; an hour and more)
	source $(BIN)/activate && FAULTS=$${FAULTS:-200} python -m pytest tests/faults --numprocesses logical --maxprocesses 2 --dist load

slurm-test: .venv  ## Run a whole tiny study through a real SLURM on this machine (as root; docs/cluster.md names the packages)
	source $(BIN)/activate && pip install --quiet --disable-pip-version-check --requirement requirements-slurm.lock && \
		SLURM_TARGET=all python -m pytest tests/slurm -rs

container:  ## Build the container image "fauxtograph" with docker (docs/container.md)
	docker build --tag fauxtograph $(ARGS) --build-arg COMMIT="$$(git describe --always --abbrev=40 --exclude '*' --dirty=' with local changes')" .

container-test: .venv  ## Build the image with buildah and run it (as root; apt-get install buildah debootstrap crun)
	source $(BIN)/activate && python -m pytest tests/container -rs --capture no

lint: .venv  ## Check style, workflow and the direction of imports
	source $(BIN)/activate && ruff check . && ruff format --check . && snakefmt --check Snakefile rules && lint-imports && snakemake --lint && hadolint Dockerfile

lock:  ## Pin everything anew from requirements.in (needs a fresh environment)
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet --disable-pip-version-check --requirement requirements.in
	{ echo "# Every package that gets installed; made from requirements.in by \`make lock\`."; .venv-lock/bin/pip freeze | sed 's/+cpu\$$//'; } > requirements.lock
	rm -rf .venv-lock

schema: .venv  ## Write the JSON schemas of config.yaml and of studies, which editors use
	$(BIN)/python -m workflow_scripts.write_config_schema

bench: .venv  ## Measure training against PyTorch, to results/bench/training.json (an hour or two; ARGS=--quick for speeds alone)
	$(SNAKEMAKE) results/real_photos/train.npz results/real_photos/val.npz
	$(BIN)/python -m benchmarks.training $(ARGS)

bench-accuracy: .venv  ## Train three seeds on all real photographs, to results/bench/accuracy_quick.json (a quarter of an hour; ARGS="--recipe thorough")
	$(SNAKEMAKE) results/real_photos/train.npz results/real_photos/val.npz results/real_photos/test.npz
	$(BIN)/python -m benchmarks.accuracy $(ARGS)

benchmark-generate: .venv  ## Measure images/s against a bare diffusers loop (ARGS="--rows 8 16 64" for more)
	$(BIN)/python -m benchmarks.generate $(ARGS)

benchmark-analysis: .venv  ## Measure the analysis of 36,000 + 36,000 images, to results/bench/analysis.json (ARGS="--images-per-class 1200" for fewer)
	$(SNAKEMAKE) results/real_photos/train.npz results/real_photos/val.npz results/real_photos/test.npz
	$(BIN)/python -m benchmarks.analysis $(ARGS)

benchmark-serve: .venv  ## Measure the playground's latency and images/s beside a plain Flask view
	$(BIN)/python -m benchmarks.serve $(ARGS)

clean:  ## Remove results, logs and Snakemake's state; the cache of downloads and .venv stay
	rm -rf results logs benchmarks/results .snakemake
