"""Runs a program in a network of its own, where every port is free, so that two processes can serve one address.

    unshare --user --map-root-user --net python own_network.py [LISTEN CONNECT]... -- PROGRAM [ARGUMENT...]

Each pair is a way in or out: what connects to LISTEN, a Unix socket or a port inside, reaches CONNECT, a port inside or
a Unix socket. The process becomes the program, so that whoever kills it kills the program; what passes connections on
dies with it.
"""

import asyncio
import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys

from relay import relay

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
PR_SET_PDEATHSIG = 1


def main() -> None:
    """The program, beside a child that passes connections on."""
    middle = sys.argv.index("--")
    ways, (program, *arguments) = sys.argv[1:middle], sys.argv[middle + 1:]
    raise_loopback()
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        asyncio.run(pass_on(ways))
    os.execv(program, [program, *arguments])


async def pass_on(ways: list[str]) -> None:
    """Every way, for ever."""
    await asyncio.gather(*(relay(listen, connect) for listen, connect in zip(ways[::2], ways[1::2])))


def raise_loopback() -> None:
    """A new network has a loopback interface that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0))
        _, flags = struct.unpack_from("16sh", answer)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


if __name__ == "__main__":
    main()
