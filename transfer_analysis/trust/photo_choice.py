"""Which photographs the sheet of heat maps shows: by a rule, not by eye."""

from typing import Any

import numpy as np

GROUPS = ("both_right", "first_only")


def choose_photographs(
    first_right_sn: np.ndarray, second_right_sn: np.ndarray, labels_n: np.ndarray, indices_n: np.ndarray, n_classes: int
) -> dict[str, dict[str, Any]]:
    """Return, for each of `GROUPS`, how many photographs belong to it and the one of lowest number of every class.

    A photograph belongs to "both_right" if every network of both arms is right about it, to "first_only" if every
    network of the first arm is right and every one of the second wrong.

    Args:
        first_right_sn, second_right_sn: (S, N), whether each network is right.
        labels_n, indices_n: (N,) the photographs' classes and their numbers within their source.
        n_classes: the number of classes.

    Returns:
        {"n_photographs", "shown": [{"label", "index"}, …]} by group; a class without such a photograph is left out.
    """
    first_n, second_n, none_n = first_right_sn.all(axis=0), second_right_sn.all(axis=0), ~second_right_sn.any(axis=0)
    members = dict(zip(GROUPS, (first_n & second_n, first_n & none_n), strict=True))
    return {
        group: {
            "n_photographs": int(member_n.sum()),
            "shown": [
                {"label": label, "index": int(indices_n[member_n & (labels_n == label)].min())}
                for label in range(n_classes)
                if (member_n & (labels_n == label)).any()
            ],
        }
        for group, member_n in members.items()
    }
