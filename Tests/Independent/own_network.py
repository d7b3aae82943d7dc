"""Runs a program in a network of its own, where every port is free, so that two processes can serve one address.

    unshare --user --map-root-user --net python own_network.py SOCKET PORT PROGRAM [ARGUMENT...]

The program's PORT can be reached through the Unix socket SOCKET. The process becomes the program, so that whoever kills
it kills the program; what passes connections on dies with it.
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
    path, port, program, *arguments = sys.argv[1:]
    raise_loopback()
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        asyncio.run(relay(path, port))
    os.execv(program, [program, *arguments])


def raise_loopback() -> None:
    """A new network has a loopback interface that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0))
        _, flags = struct.unpack_from("16sh", answer)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


if __name__ == "__main__":
    main()
