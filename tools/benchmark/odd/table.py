"""The table of odd servers: each row a name, a sentence and what answers."""

import shutil
import ssl
from dataclasses import dataclass, field
from typing import Callable

from odd import wire

ROWS = {}


@dataclass
class Row:
    """What a client meets, and what may be in its file in the end."""
    name: str
    story: str
    make: Callable  # (folder, certificate and key) -> something with port, run() and report()
    scheme: str = "http"
    path: str = "/file.bin"
    http2: bool = False
    wanted: list = field(default_factory=lambda: [wire.DATA])  # any one of these is right
    ranges: list = field(default_factory=list)  # (first, last); none is the whole file
    patience: float = 25.0
    no_length: bool = False  # through COM it is refused, as by Windows
    needs: tuple = ()        # programs

    def missing(self):
        return [name for name in self.needs
                if not shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")]


def add(row):
    assert row.name not in ROWS, row.name
    ROWS[row.name] = row
    return row


def server_context(certificate, protocols=()):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def row(name, story, *, tls=False, close_notify=True, refuses=None, **more):
    """Makes a row of a function that answers an Exchange."""
    def decorate(answer):
        def make(_folder, certificate):
            return wire.Server(answer, refuses, server_context(certificate) if tls else None,
                               close_notify)
        add(Row(name, story, make, scheme="https" if tls else "http", **more))
        return answer
    return decorate
