"""``plumbline toy double N``."""

import argparse
from typing import Any


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser("double", help="twice a number")
    parser.add_argument("number", type=int)
    parser.set_defaults(handler=double)


def double(arguments: argparse.Namespace) -> int:
    print(2 * arguments.number)
    return 0
