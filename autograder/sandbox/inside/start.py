"""The first thing that runs in the sandbox: says that it does, then loads the rest."""

from __future__ import annotations

import json
import socket
from typing import NoReturn


def main(argument: str) -> NoReturn:
    """Report to the host, and become process 1's :mod:`~.init`.

    Args:
        argument: JSON: "control" (descriptor of the socket to the host), "preload", "folders".
    """
    config = json.loads(argument)
    control = socket.socket(fileno=config["control"])
    control.send(b'{"event": "started"}')
    from .init import main
    from .later import postpone

    postpone()
    main(config, control)
