"""``plumbline stage``: the single steps that the Snakemake pipeline runs."""

from __future__ import annotations

import argparse

from plumbline.cli.arguments import Subcommands, add_device, add_seed, add_size, positive_number, whole_number


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "stage",
        help="one step of the pipeline (used by Snakemake)",
        description="One step of the pipeline, written where Snakemake expects it.",
    )
    stages = parser.add_subparsers(title="stages", metavar="STAGE", required=True)
    _add_simulate(stages)
    _add_gather(stages)
    _add_draw(stages)


def _add_simulate(stages: Subcommands) -> None:
    parser = stages.add_parser("simulate", help="one shard of an experiment")
    parser.add_argument("experiment", metavar="EXPERIMENT")
    parser.add_argument("--shard", type=whole_number, required=True, metavar="N", help="shard, from 0")
    parser.add_argument("--threads", type=positive_number, default=1, metavar="N", help="threads of torch (default: 1)")
    add_size(parser)
    add_seed(parser)
    add_device(parser)
    parser.set_defaults(handler=simulate)


def _add_gather(stages: Subcommands) -> None:
    parser = stages.add_parser("gather", help="join the shards of an experiment")
    parser.add_argument("experiment", metavar="EXPERIMENT")
    parser.add_argument("--threads", type=positive_number, default=1, metavar="N", help="threads of torch (default: 1)")
    add_size(parser)
    add_seed(parser)
    add_device(parser)
    parser.set_defaults(handler=gather)


def _add_draw(stages: Subcommands) -> None:
    parser = stages.add_parser("draw", help="the figures of a paper")
    parser.add_argument("paper", metavar="PAPER")
    add_size(parser)
    add_seed(parser)
    parser.set_defaults(handler=draw)


def simulate(arguments: argparse.Namespace) -> int:
    from plumbline.simulate import run_shard

    print(
        run_shard(
            arguments.experiment,
            arguments.size,
            arguments.shard,
            arguments.seed,
            arguments.device,
            arguments.threads,
        )
    )
    return 0


def gather(arguments: argparse.Namespace) -> int:
    from plumbline.simulate import gather as join

    print(
        join(
            arguments.experiment,
            arguments.size,
            arguments.seed,
            device=arguments.device,
            threads=arguments.threads,
        )
    )
    return 0


def draw(arguments: argparse.Namespace) -> int:
    from plumbline.draw import draw_paper

    for path in draw_paper(arguments.paper, arguments.size, arguments.seed):
        print(path)
    return 0
