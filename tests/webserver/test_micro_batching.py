"""Images that wait form batches; two workers answer two of them at once; nothing that was taken is lost."""

import threading

import numpy as np
import pytest

from webserver.micro_batching import MicroBatcher, TooManyImagesError

IMAGES = [np.full((32, 32, 3), number, np.uint8) for number in range(40)]


def test_two_workers_answer_at_once_each_its_own_images():
    both = threading.Barrier(2, timeout=60)

    def answer(images_nhwc):
        both.wait()  # passes only when another batch is under way
        return [int(image[0, 0, 0]) for image in images_nhwc]

    batcher = MicroBatcher(answer, largest=20, most_waiting=40, workers=2)
    futures = batcher.submit(IMAGES)
    assert [future.result(60) for future in futures] == list(range(40))
    batcher.close()


def test_failed_batch_fails_those_in_it_and_no_others():
    def answer(images_nhwc):
        if images_nhwc[0, 0, 0, 0] < 10:
            raise ArithmeticError("out of range")
        return [image.sum() for image in images_nhwc]

    batcher = MicroBatcher(answer, largest=10, most_waiting=40, workers=2)
    futures = batcher.submit(IMAGES)
    batcher.close()
    assert [type(future.exception()) for future in futures] == [ArithmeticError] * 10 + [type(None)] * 30


def test_too_many_are_refused_whole():
    batcher = MicroBatcher(lambda images: images, largest=10, most_waiting=39, workers=2)
    with pytest.raises(TooManyImagesError):
        batcher.submit(IMAGES)
    assert batcher.waiting() == 0
    batcher.close()
    with pytest.raises(TooManyImagesError):
        batcher.submit(IMAGES[:1])
