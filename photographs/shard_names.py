"""Where the shards of a data set lie: one folder a class, each file named for its first and last image's index."""


def shards_of_class(folder: str, class_name: str, images_per_class: int, shard_size: int) -> list[str]:
    """Return the shard files that hold a class's images, in the order of their indices."""
    return [
        f"{folder}/{class_name}/{first}-{min(first + shard_size, images_per_class) - 1}.npz"
        for first in range(0, images_per_class, shard_size)
    ]
