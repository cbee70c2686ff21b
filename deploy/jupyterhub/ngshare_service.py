"""ngshare, on this machine's own address only, and asking the Hub once in a while who a token belongs to.

By itself it listens on all addresses, and asks the Hub at every request, standing still meanwhile.
"""

import sys
import time

from ngshare import ngshare
from tornado.httpserver import HTTPServer

REMEMBERED_SECONDS = 30  # a token that was taken back is good for as long
MOST_REMEMBERED = 10_000


class LocalServer(HTTPServer):
    """Listens on the loopback address, whatever it is told."""

    def listen(self, port, address="", **options):
        """As :meth:`HTTPServer.listen`, but for the address."""
        del address
        super().listen(port, "127.0.0.1", **options)


known = {}  # token → who it belongs to, and until when that is believed
ask_the_hub = ngshare.MyRequestHandler.user_for_token


def user_for_token(handler, token):
    """Who a token belongs to; ``None`` where it is nobody's, which is asked anew each time."""
    user, until = known.get(token, (None, 0))
    if time.monotonic() >= until:
        user = ask_the_hub(handler, token)
        known.pop(token, None)
        if user is not None:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            known[token] = user, time.monotonic() + REMEMBERED_SECONDS
    return user


ngshare.HTTPServer = LocalServer
ngshare.MyRequestHandler.user_for_token = user_for_token
ngshare.main(sys.argv[1:])
