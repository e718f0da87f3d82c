"""What is left of recognition and of the transfer gap once the directions that tell generated images are taken out.

On the features of one real-trained network, class probes are fitted to photographs and to generated images, and both
judge test images of both kinds, before and after the directions are gone. If these directions carry the gap, it closes.
It closes as well if they carry the classes and the probe at home forgets them, so what the other probe gains is set
against what that one loses. Directions drawn at random, as many, are the control.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.domain_gap.nullspace import random_directions, telling_directions, without
from transfer_analysis.domain_gap.probe import STRENGTH, ProbeAnswers, ask_probe, describe_answers, linear_probe
from transfer_analysis.domain_gap.sides import Side
from transfer_analysis.domain_gap.terms import KINDS, RANDOM, TELLING
from transfer_analysis.several_tests import describe_differences


@dataclass(frozen=True)
class Remainder:
    """What one network's features give without some directions.

    Attributes:
        telling: what the real-or-generated probe, fitted anew, says.
        right: by (kind fitted to, kind tested on) float (N,): 1 where the class is right, or a mean over draws of it.
    """

    telling: ProbeAnswers
    right: dict[tuple[str, str], np.ndarray]


def describe_removal(
    networks: list[dict[str, Side]], directions: tuple[int, ...], random_draws: int, seed: int
) -> dict[str, Any]:
    """Return "steps": one entry for no direction and one for each of `directions`, and "gaps" at the last.

    A step is {"directions", "telling": …, "random": …} (no "random" without directions), each {"domain": {"accuracy",
    "auc"}, "class_accuracy": {FITTED: {TESTED: {"mean", "ci95"}}}, "gap": {TESTED: {"mean", "ci95"}}}: the gap on a
    kind is the accuracy of the probe fitted to that kind less that of the probe fitted to the other one.
    "gaps" has for each kind "before_less_after", "random_less_telling" (the gap that is left without random
    directions less the one without telling ones) and "gain_less_loss" (of what "random_less_telling" consists of: what
    the probe fitted to the other kind gains, less what the one fitted to this kind loses) with "mean", "ci95",
    "p_value", "p_value_holm".

    Args:
        networks: one entry a real-trained network, with the features of "real" and "generated" images.
        directions: how many to take out, ascending; where a network has fewer that tell, these.
        random_draws: draws of random directions, over which right answers are averaged.
        seed: of those draws.
    """
    networks = [_standardised(sides) for sides in networks]
    dimensions = networks[0][KINDS[0]].fit_nd.shape[1]
    most = min(directions[-1], dimensions - 1)
    found = [telling_directions(*(sides[kind].fit_nd for kind in KINDS), most) for sides in networks]
    counts = sorted({min(count, *map(len, found)) for count in directions} - {0})
    before = [_remainder(sides, np.empty((0, dimensions))) for sides in networks]
    steps = [{"directions": 0, TELLING: _describe(before)}]
    for count in counts:
        after = [_remainder(sides, all_of[:count]) for sides, all_of in zip(networks, found, strict=True)]
        control = [
            _average(
                [
                    _remainder(
                        sides, random_directions(count, dimensions, np.random.default_rng([seed, network, draw]))
                    )
                    for draw in range(random_draws)
                ]
            )
            for network, sides in enumerate(networks)
        ]
        steps.append({"directions": count, TELLING: _describe(after), RANDOM: _describe(control)})
    return {"steps": steps, "gaps": _compare_gaps(before, after, control) if counts else None}


def _standardised(sides: dict[str, Side]) -> dict[str, Side]:
    """Return the sides on the scale of the images for fitting, both kinds together."""
    scaler = StandardScaler().fit(np.concatenate([sides[kind].fit_nd for kind in KINDS]).astype(np.float64))
    return {
        kind: sides[kind]._replace(
            fit_nd=scaler.transform(sides[kind].fit_nd.astype(np.float64)),
            test_md=scaler.transform(sides[kind].test_md.astype(np.float64)),
        )
        for kind in KINDS
    }


def _remainder(sides: dict[str, Side], directions_kd: np.ndarray) -> Remainder:
    left = {
        kind: side._replace(fit_nd=without(side.fit_nd, directions_kd), test_md=without(side.test_md, directions_kd))
        for kind, side in sides.items()
    }
    probes = {kind: linear_probe().fit(side.fit_nd, side.fit_labels_n) for kind, side in left.items()}
    return Remainder(
        ask_probe(left["real"], left["generated"], STRENGTH),
        {
            (fitted, tested): (probe.predict(side.test_md) == side.test_labels_m).astype(float)
            for fitted, probe in probes.items()
            for tested, side in left.items()
        },
    )


def _average(draws: list[Remainder]) -> Remainder:
    """Return the right answers' means over draws; of the real-or-generated probes the first draw's."""
    return Remainder(
        draws[0].telling, {pair: np.mean([draw.right[pair] for draw in draws], axis=0) for pair in draws[0].right}
    )


def _gap_sn(networks: list[Remainder], tested: str) -> np.ndarray:
    """Return (network, image): right by the probe fitted to this kind, less right by the one fitted to the other."""
    (other,) = set(KINDS) - {tested}
    return np.stack([one.right[tested, tested] - one.right[other, tested] for one in networks])


def _both_sn(networks: list[Remainder], tested: str) -> np.ndarray:
    """Return (network, image): how many of the two probes are right, the one fitted to this kind and the other."""
    return np.stack([sum(one.right[fitted, tested] for fitted in KINDS) for one in networks])


def _describe(networks: list[Remainder]) -> dict[str, Any]:
    return {
        "domain": describe_answers([one.telling for one in networks]),
        "class_accuracy": {
            fitted: {tested: _entry(np.stack([one.right[fitted, tested] for one in networks]), 0.0) for tested in KINDS}
            for fitted in KINDS
        },
        "gap": {tested: _entry(_gap_sn(networks, tested), -1.0) for tested in KINDS},
    }


def _entry(values_sn: np.ndarray, lowest: float) -> dict[str, Any]:
    estimate = estimate_mean(values_sn)
    return estimate.described(lowest, max(1.0, -lowest))


def _compare_gaps(before: list[Remainder], after: list[Remainder], control: list[Remainder]) -> dict[str, Any]:
    compared = {}
    for tested in KINDS:
        compared[tested, "before_less_after"] = _gap_sn(before, tested) - _gap_sn(after, tested)
        compared[tested, "random_less_telling"] = _gap_sn(control, tested) - _gap_sn(after, tested)
        compared[tested, "gain_less_loss"] = _both_sn(after, tested) - _both_sn(control, tested)
    found = describe_differences(compared, -2.0, 2.0)
    return {kind: {name: entry for (of, name), entry in found.items() if of == kind} for kind in KINDS}
