"""``plumbline run``: one experiment into one Parquet file."""

from __future__ import annotations

import argparse
from pathlib import Path

from plumbline.cli.arguments import Subcommands, add_device, add_seed, add_size, positive_number, writable


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "run",
        help="run one experiment",
        description="Run one experiment and write its tidy table, with its provenance, as Parquet.",
    )
    parser.add_argument("experiment", metavar="EXPERIMENT", help="id such as paper.topic.name")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="override a value of the configuration; may be given several times",
    )
    add_size(parser, what="configuration to start from")
    add_device(parser)
    add_seed(parser)
    parser.add_argument("--threads", type=positive_number, default=1, metavar="N", help="threads of torch (default: 1)")
    parser.add_argument("-o", "--output", required=True, metavar="FILE.parquet", help="where to write the table")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    output = Path(arguments.output)
    if output.suffix != ".parquet":
        from plumbline.errors import InputError

        raise InputError(f"output must end in .parquet, got {arguments.output!r}")
    writable(output)
    from plumbline import simulate

    path = simulate.run(
        arguments.experiment,
        output,
        size=arguments.size,
        seed=arguments.seed,
        device=arguments.device,
        threads=arguments.threads,
        overrides=[item for group in arguments.overrides for item in group],
    )
    print(path)
    return 0
