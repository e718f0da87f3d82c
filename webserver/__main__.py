"""Serve the playground: python -m webserver [--config config.yaml] [--study studies/….yaml].

Every key of `playground` in the config can be set by an environment variable too: FAUXTOGRAPH_PORT=9000.
"""

import argparse
import errno
import logging
import os
import signal
import sys
from pathlib import Path


def main() -> None:
    """Run the server until it is stopped."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--config", type=Path, default=Path("config.yaml"), help="settings (default: config.yaml)")
    arguments.add_argument("--study", type=Path, nargs="*", default=[], help="files to lay over them")
    options = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("absl").setLevel(logging.WARNING)
    # It would tell of every kind of processor that is not here.
    logging.getLogger("jax").setLevel(logging.WARNING)
    # It would warn of every request that waits for a thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # Small products a request: more threads than one would only wait for each other, and requests come side by side.
    # Read when NumPy is imported and when convolutions are traced.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Imported here: this file is imported once more in the drawing process, which needs none of it.
    from photographs.cifar10 import cache_folder
    from webserver.app import create_app
    from webserver.config_files import read_config
    from webserver.deadlines import DeadlineServer

    try:
        settings, generator, classes = read_config([options.config, *options.study], os.environ)
    except OSError as error:
        sys.exit(f"error: {error.filename}: {error.strerror}")
    except ValueError as error:
        sys.exit(f"error: {error}")
    from flax_cnn.compiled_programs import keep_compiled_programs

    keep_compiled_programs(cache_folder() / "compiled")
    # Before anything is loaded: an address that cannot be had is told of at once. Nobody is answered before it runs.
    try:
        server = DeadlineServer(
            None,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            largest_request=settings.max_upload_bytes,
            body_seconds=settings.upload_seconds,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES):
            sys.exit(f"error: playground.port is {settings.port}: {reason}; set another, as FAUXTOGRAPH_PORT=8001")
        sys.exit(f"error: playground.host is {settings.host}: {reason}; set one of this machine's, as 127.0.0.1")
    server.application = app = create_app(settings, generator, classes)
    address = page_address(settings.host, server.effective_port)
    print(f"Fauxtograph's playground: {address}  (Ctrl-C stops it)", flush=True)
    services = app.extensions["playground"]

    def stop(*_) -> None:
        # Who follows a job's events is let go first, for the server waits until its threads have answered.
        services.queue.stop()
        sys.exit(0)

    # Stopped by a service manager it ends as by Ctrl-C, with its drawing process.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        server.run()
    finally:
        services.close()


def page_address(host: str, port: int) -> str:
    """Return the page's address; one of IPv6 stands in brackets, or its colons would begin a port."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


if __name__ == "__main__":
    main()
