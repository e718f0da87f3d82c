"""Drawing processes that go wrong, in place of `generation_worker.work`. A prompt says what goes wrong.

Apart from the tests, because the process that runs them imports this file.
"""

import os
import signal
import struct
import time
from pathlib import Path

READY = (
    "ready",
    {
        "model": "odd",
        "revision": "",
        "known_classes": None,
        "arithmetic": "cpu float32",
        "guidance_scales": (0.0, 30.0),
    },
)


def obedient(config, threads, pins, pipe, cancelled):
    """Do what the prompt says; each drawing has two steps, and no pictures."""
    pipe.send(READY)
    while True:
        drawing = pipe.recv()
        match drawing.prompt.split():
            case ["die-once", path] if not Path(path).exists():
                Path(path).touch()
                os._exit(1)
            case ["die"]:
                os._exit(1)
            case ["die-after-a-step"]:
                pipe.send(("step", 1, 2, b""))
                os._exit(1)
            case ["hang"]:
                pipe.send(("step", 1, 2, b""))
                time.sleep(1000)
            case ["stop"]:
                os.kill(os.getpid(), signal.SIGSTOP)
            case ["stop-in-a-message"]:
                os.write(pipe.fileno(), struct.pack("!i", 100_000) + b"half")
                time.sleep(1000)
            case ["until-cancelled"]:
                while not cancelled.value:
                    time.sleep(0.01)
                pipe.send(("cancelled",))
                continue
        pipe.send(("step", 2, 2, b""))
        pipe.send(("images", []))


def dies_while_it_loads(config, threads, pins, pipe, cancelled):
    """Die as often as the file that `config` names has letters left, then work."""
    lives = Path(config)
    if letters := lives.read_text():
        lives.write_text(letters[1:])
        os._exit(1)
    obedient(config, threads, pins, pipe, cancelled)
