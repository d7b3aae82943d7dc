"""Passes connections on, between TCP and Unix sockets, and so from one network to another.

    python relay.py LISTEN CONNECT

Both are a TCP port on 127.0.0.1, or the path of a Unix socket.
"""

import asyncio
import sys
from functools import partial


async def relay(listen: str, connect: str) -> None:
    """Passes on whatever connects to `listen`, for ever."""
    passing = partial(pass_on, connect)
    if listen.isdigit():
        server = await asyncio.start_server(passing, "127.0.0.1", int(listen), backlog=256)
    else:
        server = await asyncio.start_unix_server(passing, listen, backlog=256)
    await server.serve_forever()


async def pass_on(connect: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, both directions, until both have ended."""
    try:
        if connect.isdigit():
            there = await asyncio.open_connection("127.0.0.1", int(connect))
        else:
            there = await asyncio.open_unix_connection(connect)
    except OSError:
        writer.close()
        return
    await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction."""
    try:
        while block := await reader.read(1 << 16):
            writer.write(block)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(relay(sys.argv[1], sys.argv[2]))
