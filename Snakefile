# The pipeline: simulate -> gather -> check -> draw -> report, for every paper of the catalogue.
#
#   snakemake --cores all                                  the quick size, all papers
#   snakemake --cores all comp_sum                         one paper: its tables, evidence and figures
#   snakemake --cores all --config size=full device=cuda   the large size
#
# Settings (--config): size (quick, full), device (cpu, cuda), seed (0), threads of one job (1).
# What a job reads of the sources is an input of its rule, so that an edit reruns what depends on it.

import os
import shlex
import sys
from functools import cache
from pathlib import Path

from plumbline import catalogue, files, store
from plumbline import config as settings
from plumbline.errors import PlumblineError
from plumbline.fingerprint import sources

workdir: workflow.basedir

ROOT = catalogue.root()
RESULTS = store.results_root()
os.environ["PLUMBLINE_RESULTS"] = str(RESULTS)
PLUMBLINE = f"{shlex.quote(sys.executable)} -m plumbline.cli"


def fail(message):
    print(f"plumbline: {' '.join(str(message).split())}", file=sys.stderr)
    sys.exit(2)


def whole(key, default, least):
    text = str(config.get(key, default))
    if not text.isdigit() or int(text) < least:
        fail(f"--config {key} must be an integer of at least {least}, got {text!r}")
    return int(text)


def choice(key, allowed):
    if (value := config.get(key, allowed[0])) not in allowed:
        fail(f"--config {key} must be one of {', '.join(allowed)}, got {value!r}")
    return value


if unknown := set(config) - {"size", "device", "seed", "threads"}:
    fail(f"--config has no {', '.join(sorted(unknown))}; it has size, device, seed, threads")
SIZE = choice("size", settings.SIZES)
DEVICE = choice("device", ("cpu", "cuda"))
SEED = whole("seed", 0, 0)
THREADS = whole("threads", 1, 1)
COSTS = ("all",)  # cost classes of checks: one job per paper and class

try:
    PAPERS = catalogue.paper_names()
    SHARDS = {name: count for paper in PAPERS for name, count in settings.shards(paper, SIZE).items()}
    FIGURES = {paper: tuple(catalogue.figures(paper).values()) for paper in PAPERS}
    # One run at a time: only the process that was started by hand holds the folder, its jobs do not.
    if workflow.is_main_process and not workflow.dryrun:
        files.lock_folder(RESULTS)
        files.sweep(RESULTS)
except PlumblineError as error:
    fail(error)


def short(path):
    path = Path(path)
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


@cache
def read_by(paper, room):
    found = [short(path) for path in sources(paper, room, ROOT)]
    configured = settings.path_of(paper, SIZE, ROOT)
    return found + ([short(configured)] if configured.exists() else [])


def tables(paper):
    return [short(store.table_path(name, SIZE, SEED)) for name in SHARDS if name.split(".")[0] == paper]


def evidence(paper):
    return [short(store.folder(SIZE, "evidence") / paper / f"check.{cost}.json") for cost in COSTS]


def drawings(paper):
    return [
        short(store.figure_path(figure.id, SIZE, suffix))
        for figure in FIGURES[paper]
        for suffix in ("pdf", "png", "npz", "json")
    ]


def shards(wildcards):
    experiment = f"{wildcards.paper}.{wildcards.name}"
    return [
        short(store.shard_path(experiment, SIZE, int(wildcards.seed), shard))
        for shard in range(SHARDS.get(experiment, 0))
    ]


TABLES = short(store.folder(SIZE, "tables"))
EVIDENCE = short(store.folder(SIZE, "evidence"))
REPORT = short(store.report_path(SIZE))


wildcard_constraints:
    paper="[a-z][a-z0-9_]*",
    name="[a-z][a-z0-9_.]*",
    seed="[0-9]+",
    shard="[0-9]+",
    cost="[a-z]+",


localrules:
    all,
    report,


rule all:
    input:
        [(tables(paper), evidence(paper), drawings(paper)) for paper in PAPERS],
        REPORT,


rule simulate:
    input:
        lambda wildcards: read_by(wildcards.paper, "simulations"),
    output:
        f"{TABLES}/{{paper}}/{{name}}/shards/seed{{seed}}/{{shard}}.parquet",
    threads: THREADS
    resources:
        gpu=1 if DEVICE == "cuda" else 0,
    shell:
        f"{PLUMBLINE} stage simulate {{wildcards.paper}}.{{wildcards.name}} --size {SIZE}"
        f" --shard {{wildcards.shard}} --seed {{wildcards.seed}} --device {DEVICE} --threads {{threads}}"


rule gather:
    input:
        shards,
    output:
        f"{TABLES}/{{paper}}/{{name}}/seed{{seed}}.parquet",
    threads: THREADS
    shell:
        f"{PLUMBLINE} stage gather {{wildcards.paper}}.{{wildcards.name}} --size {SIZE}"
        f" --seed {{wildcards.seed}} --device {DEVICE} --threads {{threads}}"


# Records of evidence are no outputs here: a check whose record still matches is not run again.
# Exit 3 (something inconclusive) belongs in the report; a contradiction (exit 1) stops the pipeline.
rule check:
    input:
        lambda wildcards: read_by(wildcards.paper, "proofs_checks"),
    output:
        f"{EVIDENCE}/{{paper}}/check.{{cost}}.json",
    params:
        seed=SEED,
    shell:
        f"{PLUMBLINE} check {{wildcards.paper}} --effort {SIZE} --seed {{params.seed}} --json {{output:q}}"
        " || [ $? -eq 3 ]"


for paper in PAPERS:

    if FIGURES[paper]:

        rule:
            name:
                f"draw_{paper}"
            input:
                tables(paper),
                evidence(paper),
                read_by(paper, "figures"),
            output:
                drawings(paper),
            # a shell command is formatted when it runs, after the loop: the paper of this rule goes by its params
            params:
                paper=paper,
                seed=SEED,
            shell:
                f"{PLUMBLINE} stage draw {{params.paper}} --size {SIZE} --seed {{params.seed}}"

    rule:
        name:
            paper
        input:
            tables(paper),
            evidence(paper),
            drawings(paper),


rule report:
    input:
        [(evidence(paper), drawings(paper)) for paper in PAPERS],
        sorted(short(path) for path in (ROOT / "plumbline" / "report").glob("*.*")),
    output:
        REPORT,
    shell:
        f"{PLUMBLINE} report --size {SIZE}"

