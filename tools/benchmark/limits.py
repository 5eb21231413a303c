"""What nothing could be faster than."""

import os
import socket
import time

MSS = 1448    # bytes of a body in a packet of 1500
FIRST = 10    # packets that a new connection may send at once (RFC 6928)
CONNECTIONS = 8

FORMULA = ("2R + bytes / (B * 1448/1500), and in the first rounds no more than "
           f"{CONNECTIONS} connections * 10 * 1448 * 2^round bytes (slow start)")


def network_seconds(size, settings, connections=CONNECTIONS, tls=False):
    """A connection and a request cost a round trip each; then the line or slow start limits."""
    rtt = settings["rtt"]
    rate = settings.get("rate")
    rate = rate * MSS / 1500 if rate else float("inf")
    seconds = rtt * (3 if tls else 2)
    window = connections * FIRST * MSS
    while size > min(window, rate * rtt) and window < rate * rtt:
        size -= window
        seconds += rtt
        window *= 2
    return seconds + size / rate


def loopback_seconds(source, target, size):
    """
    One socket, no HTTP: a process sends the file as the kernel does it best, another writes
    what comes in pieces of a mebibyte.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        child = os.fork()
        if child == 0:
            with listener.accept()[0] as peer, open(source, "rb") as file:
                peer.sendfile(file)
            os._exit(0)
        began = time.monotonic()
        buffer = memoryview(bytearray(1024 * 1024))
        with socket.create_connection(listener.getsockname()) as peer, \
                open(target, "wb", buffering=0) as file:
            came = 0
            while count := peer.recv_into(buffer):
                file.write(buffer[:count])
                came += count
        took = time.monotonic() - began
        os.waitpid(child, 0)
    os.unlink(target)
    assert came == size
    return took
