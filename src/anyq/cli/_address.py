"""Addresses on the command line."""

from __future__ import annotations

import argparse

__all__ = ["host_and_port", "listening"]

LOOPBACK = "127.0.0.1"


def host_and_port(text: str) -> tuple[str, int]:
    """``HOST:PORT``, or a port alone, which is one of this machine's loopback.

    Raises `argparse.ArgumentTypeError` that names what it was given.
    """
    host, _, port = text.rpartition(":")
    try:
        number = int(port)
    except ValueError:
        number = -1
    if not 0 <= number < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not [HOST:]PORT")
    return host.strip("[]") or LOOPBACK, number


def listening(text: str) -> tuple[str, int]:
    """As `host_and_port`; ``0W`` is any free port, as q has it, and so is 0."""
    host, colon, port = text.rpartition(":")
    return host_and_port(f"{host}{colon}0" if port in ("0W", "0w") else text)
