"""Images that wait form batches; two workers answer two of them at once; nothing that was taken is lost."""

import threading

import numpy as np
import pytest

from webserver.micro_batching import MicroBatcher, TooManyImagesError

ASKED = object()
IMAGES = [np.full((32, 32, 3), number, np.uint8) for number in range(40)]


def test_two_workers_answer_at_once_each_its_own_images():
    both = threading.Barrier(2, timeout=60)

    def answer(asked, images_nhwc):
        both.wait()  # passes only when another batch is under way
        return [int(image[0, 0, 0]) for image in images_nhwc]

    batcher = MicroBatcher(answer, largest=20, most_waiting=40, workers=2)
    futures = batcher.submit(ASKED, IMAGES)
    assert [future.result(60) for future in futures] == list(range(40))
    batcher.close()


def test_failed_batch_fails_those_in_it_and_no_others():
    def answer(asked, images_nhwc):
        if images_nhwc[0, 0, 0, 0] < 10:
            raise ArithmeticError("out of range")
        return [image.sum() for image in images_nhwc]

    batcher = MicroBatcher(answer, largest=10, most_waiting=40, workers=2)
    futures = batcher.submit(ASKED, IMAGES)
    batcher.close()
    assert [type(future.exception()) for future in futures] == [ArithmeticError] * 10 + [type(None)] * 30


def test_too_many_are_refused_whole():
    batcher = MicroBatcher(lambda asked, images: images, largest=10, most_waiting=39, workers=2)
    with pytest.raises(TooManyImagesError):
        batcher.submit(ASKED, IMAGES)
    assert batcher.waiting() == 0
    batcher.close()
    with pytest.raises(TooManyImagesError):
        batcher.submit(ASKED, IMAGES[:1])


def test_batch_is_of_one_set_of_networks_in_the_order_of_asking():
    begun, batches = threading.Event(), []

    def answer(asked, images_nhwc):
        begun.wait(60)
        batches.append((asked, images_nhwc[:, 0, 0, 0].tolist()))
        return [asked] * len(images_nhwc)

    batcher = MicroBatcher(answer, largest=4, most_waiting=40, workers=1)
    first = batcher.submit("before", IMAGES[:1])  # taken at once or not; the rest waits for it
    before, after = batcher.submit("before", IMAGES[1:7]), batcher.submit("after", IMAGES[7:10])
    begun.set()
    batcher.close()
    assert {future.result() for future in first + before} == {"before"}
    assert {future.result() for future in after} == {"after"}
    assert batches[-1] == ("after", [7, 8, 9])
    assert [number for _, numbers in batches for number in numbers] == list(range(10))
