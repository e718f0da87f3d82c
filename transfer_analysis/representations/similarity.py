"""How alike real-trained and generated-trained networks are, block by block, between a ceiling and a floor.

The *ceiling* is how alike two networks of one arm are that differ in their seeds alone, the mean over both arms; the
*floor* is how alike a trained and an untrained network are. Only networks of different seeds are compared: equal seeds
start from equal weights, which is likeness that no training made.
"""

import itertools
from typing import Any

from transfer_analysis.representations.jackknife import FEWEST_SEEDS, Replicates, mean_over_pairs
from transfer_analysis.representations.kernel_alignment import alignment, image_groups
from transfer_analysis.representations.network_features import TRAINED, UNTRAINED, DomainFeatures
from transfer_analysis.several_tests import correct_for_number

REAL, SYNTHETIC = TRAINED


def describe_similarity(domains: list[DomainFeatures]) -> dict[str, Any]:
    """Return CKA by domain and block: "across" arms, "ceiling", "floor", within each arm, "shortfall", "position".

    The shortfall is ceiling − across. The position is where `across` lies between floor (0) and ceiling (1); None where
    the two are not told apart. Both are about the luck of training, and None with fewer than three seeds, which do not
    show it, and for a block that no training changes, which has none: its ceiling is 1 exactly, and anything below it
    would be shown. With one seed there is no ceiling, and networks of equal seed are compared.
    """
    described = {domain.domain: _describe_domain(domain) for domain in domains}
    shortfalls = [
        entry["shortfall"] for blocks in described.values() for entry in blocks.values() if entry["shortfall"]
    ]
    correct_for_number(shortfalls)
    return described


def _describe_domain(domain: DomainFeatures) -> dict[str, Any]:
    return {block: _describe_block(domain, block) for block in domain.blocks}


def _describe_block(domain: DomainFeatures, block: str) -> dict[str, Any]:
    across = _compare(domain, block, REAL, SYNTHETIC)
    floors = [_compare(domain, block, arm, UNTRAINED) for arm in TRAINED]
    floor = (floors[0] + floors[1]).scaled(0.5)
    entry: dict[str, Any] = {"across": _stated(across), "floor": _stated(floor)}
    if domain.n_seeds == 1:
        return entry | dict.fromkeys(("ceiling", "within_real", "within_synthetic", "shortfall", "position"))
    within = [_compare(domain, block, arm, arm) for arm in TRAINED]
    ceiling = (within[0] + within[1]).scaled(0.5)
    is_known = domain.n_seeds >= FEWEST_SEEDS and any(each.varies_with_seed() for each in within)
    return entry | {
        "ceiling": _stated(ceiling),
        "within_real": _stated(within[0]),
        "within_synthetic": _stated(within[1]),
        "shortfall": (ceiling - across).describe() if is_known else None,
        "position": _position(across, ceiling, floor) if is_known else None,
    }


def _position(across: Replicates, ceiling: Replicates, floor: Replicates) -> dict[str, Any] | None:
    room = (ceiling - floor).describe()
    if room["ci95"][0] <= 0:
        return None
    position = ((across - floor) / (ceiling - floor)).describe()
    return {"mean": position["mean"], "ci95": position["ci95"]}


def _stated(number: Replicates) -> dict[str, Any]:
    """Return a CKA and its interval, which ends at 1, the largest that there is."""
    described = number.describe()
    return {"mean": described["mean"], "ci95": [min(end, 1.0) for end in described["ci95"]]}


def _compare(domain: DomainFeatures, block: str, first: str, second: str) -> Replicates:
    n_seeds, groups_n = domain.n_seeds, image_groups(len(domain.labels_n))
    if n_seeds == 1:
        pairs = [(0, 0)]
    elif first == second:
        pairs = list(itertools.combinations(range(n_seeds), 2))
    else:
        pairs = list(itertools.permutations(range(n_seeds), 2))
    firsts, seconds = domain.values[first][block], domain.values[second][block]
    return mean_over_pairs({(i, j): alignment(firsts[i], seconds[j], groups_n) for i, j in pairs}, n_seeds)
