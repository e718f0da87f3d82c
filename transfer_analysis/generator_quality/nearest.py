"""For each vector the nearest one of a gallery, exactly, in blocks that bound the memory."""

from typing import NamedTuple

import numpy as np

_QUERIES, _GALLERY = 1024, 8192


class Nearest(NamedTuple):
    """The nearest gallery vector of each query: Euclidean distances float64 (N,), rows of the gallery int64 (N,)."""

    distances_n: np.ndarray
    rows_n: np.ndarray


def find_nearest(queries_nd: np.ndarray, gallery_md: np.ndarray) -> Nearest:
    """Return the nearest row of `gallery_md` for each row of `queries_nd`; at least one gallery row.

    The search runs in float32; the distance of the pair that is found is taken anew in float64, so that an exact copy
    has the distance 0. Of several at one distance, the first within float32's rounding is named.
    """
    if not len(gallery_md):
        raise ValueError("there is nothing to be near to: the gallery is empty")
    centre = np.mean(gallery_md, axis=0, dtype=np.float64).astype(np.float32)
    gallery = [_centred(gallery_md[first : first + _GALLERY], centre) for first in range(0, len(gallery_md), _GALLERY)]
    gallery = [(block_md, np.einsum("md,md->m", block_md, block_md)) for block_md in gallery]
    rows_n = np.empty(len(queries_nd), np.int64)
    distances_n = np.empty(len(queries_nd))
    for start in range(0, len(queries_nd), _QUERIES):
        block = slice(start, start + _QUERIES)
        rows_n[block] = _nearest_rows(_centred(queries_nd[block], centre), gallery)
        apart = queries_nd[block].astype(np.float64) - gallery_md[rows_n[block]]
        distances_n[block] = np.sqrt(np.einsum("nd,nd->n", apart, apart))
    return Nearest(distances_n, rows_n)


def _centred(points_nd: np.ndarray, centre: np.ndarray) -> np.ndarray:
    return np.asarray(points_nd, np.float32) - centre


def _nearest_rows(queries_nd: np.ndarray, gallery: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    best_n = np.full(len(queries_nd), np.inf, np.float32)
    rows_n = np.zeros(len(queries_nd), np.int64)
    offset = 0
    for block_md, squared_norms_m in gallery:
        # The query's own norm is the same for the whole gallery, so it is left out of the comparison.
        scores_nm = queries_nd @ block_md.T
        scores_nm *= -2
        scores_nm += squared_norms_m
        nearest_n = scores_nm.argmin(axis=1)
        found_n = scores_nm[np.arange(len(scores_nm)), nearest_n]
        closer_n = found_n < best_n
        best_n[closer_n] = found_n[closer_n]
        rows_n[closer_n] = nearest_n[closer_n] + offset
        offset += len(block_md)
    return rows_n
