"""Measure classification over HTTP: latency of one client, images/s of 32, beside a plain Flask view.

Starts each server on loopback in turn, sends the same photograph, checks that no request is lost, and prints a table.
The generator stays idle; --busy lets it draw all the while. All numbers depend on what else the machine does.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from webserver.png import png

_CLIENTS = 32
_READY_SECONDS = 300


def main() -> None:
    """Run the command."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--classifiers", type=Path, default=Path("models/classifiers"))
    arguments.add_argument("--requests", type=int, default=1500, help="of 32 clients together (default: 1500)")
    arguments.add_argument("--side", type=int, default=256, help="pixels a side of the photograph (default: 256)")
    arguments.add_argument("--busy", action="store_true", help="let the generator draw meanwhile")
    options = arguments.parse_args()
    noise = np.random.default_rng(0).integers(0, 256, (options.side // 8, options.side // 8, 3), dtype=np.uint8)
    photograph = png(noise.repeat(8, axis=0).repeat(8, axis=1))
    print(f"a PNG of {options.side}×{options.side} pixels, {len(photograph):,} bytes; {os.cpu_count()} CPUs")
    print("| server | clients | requests | lost | images/s | p50 ms | p99 ms |")
    print("|---|---|---|---|---|---|---|")
    for name, command in _servers(options.classifiers).items():
        with _running(command) as port:
            if options.busy and name == "playground":
                _keep_drawing(port)
            asyncio.run(_load(port, photograph, 1, 30))
            for clients, requests in ((1, options.requests // 5), (_CLIENTS, options.requests)):
                print(
                    _row(name, clients, requests, *asyncio.run(_load(port, photograph, clients, requests))), flush=True
                )


def _servers(classifiers: Path) -> dict[str, list[str]]:
    checkpoints = sorted(str(path) for path in classifiers.glob("*/checkpoint"))
    return {
        "playground": [sys.executable, "-m", "webserver"],
        "plain Flask view": [sys.executable, "-m", "benchmarks.plain_view", "{port}", *checkpoints],
    }


@contextmanager
def _running(command: list[str]):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "FAUXTOGRAPH_PORT": str(port),
        "FAUXTOGRAPH_RESULTS": os.devnull,
        "FAUXTOGRAPH_REQUESTS_PER_MINUTE": "1000000",
    }
    process = subprocess.Popen(
        [part.format(port=port) for part in command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).read()
            if b'"loading"' not in answer:
                return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.3)
    raise SystemExit("error: the server did not get ready; start it by hand to see why: make serve")


def _keep_drawing(port: int) -> None:
    body = b'{"prompt": "a photo of a cat", "count": 8, "steps": 50}'
    for _ in range(8):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/generate", body, {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=30).read()


async def _load(port: int, photograph: bytes, clients: int, requests: int) -> tuple[np.ndarray, int, float]:
    """Return every request's seconds, how many were lost (not answered with 200), and the seconds in all."""
    head = (
        "POST /api/v1/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\n"
        f"Content-Length: {len(photograph)}\r\n\r\n"
    )
    message = head.encode() + photograph
    seconds: list[float] = []
    lost = 0
    left = iter(range(requests))

    async def client() -> None:
        nonlocal lost
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in left:
            start = time.perf_counter()
            writer.write(message)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            seconds.append(time.perf_counter() - start)
            lost += not answer.startswith(b"HTTP/1.1 200")
        writer.close()

    begin = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return np.asarray(seconds), lost + requests - len(seconds), time.perf_counter() - begin


def _row(name: str, clients: int, requests: int, seconds: np.ndarray, lost: int, total: float) -> str:
    p50, p99 = 1000 * np.percentile(seconds, [50, 99])
    return f"| {name} | {clients} | {requests} | {lost} | {requests / total:.0f} | {p50:.1f} | {p99:.1f} |"


if __name__ == "__main__":
    main()
