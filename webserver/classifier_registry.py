"""The classifiers that are served, and newer ones that take their place while requests go on.

A newer checkpoint is loaded and warmed beside the old one, in the watching thread; then one assignment makes it the
served one. Requests in flight keep what they began with. What cannot be loaded is refused, and the old one serves on.
"""

import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jax
import numpy as np

from flax_cnn.classifier import Classifier, load_classifier
from flax_cnn.ensemble import Ensemble
from photographs.atomic_files import CorruptFileError
from webserver.classifier_folders import SHIPPED, STUDY, Offer, shipped_offers, study_offers
from webserver.companion import Companion, read_companion

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arm:
    """One served classifier, with what it is read with (None: uncalibrated, no probe, no neighbours)."""

    offer: Offer
    classifier: Classifier
    companion: Companion | None
    companion_note: str

    @cached_property
    def digest(self) -> str:
        """The digest of the weights."""
        return self.classifier.digest()


@dataclass(frozen=True)
class Served:
    """All that one answer is made with.

    Attributes:
        origin: where they come from: the study, or shipped with the project.
        arms: by name.
    """

    origin: str
    arms: dict[str, Arm]

    @cached_property
    def ensemble(self) -> Ensemble:
        """The arms as one program."""
        return Ensemble({name: arm.classifier for name, arm in self.arms.items()})

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, the same for all arms."""
        return next(iter(self.arms.values())).classifier.classes


class Registry:
    """Serves a study's classifiers, or those that ship with the project until a study has made all of the same arms.

    Args:
        results: the study's folder.
        shipped: the folder of shipped classifiers.
        swapped: called with every set that takes another's place.
    """

    def __init__(self, results: Path, shipped: Path, swapped: Callable[[Served], None] = lambda served: None):
        self._results, self._shipped, self._swapped = results, shipped, swapped
        self._served: Served | None = None
        self._seen: dict[tuple[str, str], tuple] = {}
        self._newest: dict[str, dict[str, Arm]] = {STUDY: {}, SHIPPED: {}}
        self._held: dict[str, dict[str, Arm]] = {STUDY: {}, SHIPPED: {}}
        self._has_looked = False
        self._refused: dict[str, str] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def served(self) -> Served | None:
        """What is served now; None before the first set is ready."""
        return self._served

    @property
    def refused(self) -> dict[str, str]:
        """Why newer checkpoints were refused, by their folder."""
        return dict(self._refused)

    @property
    def why_none(self) -> str:
        """Why nothing is served, for when nothing is."""
        if not self._has_looked:
            return "the classifiers are still loading"
        if self._refused:
            return f"no classifiers can be served: {'; '.join(f'{path}: {why}' for path, why in self.refused.items())}"
        return f"there are no classifiers in {self._results / 'classifiers'}, nor in {self._shipped}"

    def watch(self, seconds: float) -> None:
        """Look for classifiers now and then every so often, in a thread of its own."""
        self._thread = threading.Thread(target=self._watch, args=(seconds,), name="classifier-watcher", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> bool:
        """Look once; return whether another set is served now."""
        shipped = shipped_offers(self._shipped)
        study = study_offers(self._results)
        self._forget_what_is_gone({STUDY: study, SHIPPED: shipped})
        finished = {name for name, offer in study.items() if offer.is_finished}
        serves_study = self._served is not None and self._served.origin == STUDY
        if serves_study:
            return self._take(STUDY, study)
        complete = bool(study) and finished >= shipped.keys()
        return (complete and self._take(STUDY, study, needed=shipped.keys())) or self._take(SHIPPED, shipped)

    def _watch(self, seconds: float) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except Exception:
                log.exception("looking for classifiers failed; what is served goes on")
            self._has_looked = True
            self._stopping.wait(seconds)

    def _take(self, origin: str, offers: dict[str, Offer], needed: Collection[str] = ()) -> bool:
        """Load what changed; serve it with the rest of its origin if all `needed` arms are there."""
        loaded: dict[str, Arm] = {}
        for name, offer in offers.items():
            is_new = self._seen.get((origin, name)) != offer.fingerprint
            if is_new and (arm := self._load(origin, offer)) is not None:
                loaded[name] = arm
        if not loaded:
            return False
        self._newest[origin] |= loaded
        arms = self._of_one_kind(self._held[origin], {name: self._newest[origin].get(name) for name in offers})
        if not arms.keys() >= set(needed):
            self._held[origin] = arms
            return False
        served = Served(origin, dict(sorted(arms.items(), key=lambda item: usual_order(item[0]))))
        try:
            served.ensemble.warm()
        except Exception as error:
            log.exception("newer classifiers cannot be run")
            for name, arm in loaded.items():
                self._newest[origin].pop(name)
                self._refuse(arm.offer, f"it cannot be run: {error}")
            return False
        # Held from here on: with what cannot be run no later set could be either.
        self._held[origin] = arms
        is_newer, self._served = self._served is not None, served
        if is_newer:
            self._swapped(served)
        log.info("serving %s: %s", origin, ", ".join(f"{name} {arm.digest[:12]}" for name, arm in served.arms.items()))
        return True

    def _load(self, origin: str, offer: Offer) -> Arm | None:
        self._seen[(origin, offer.arm)] = offer.fingerprint
        try:
            if not offer.is_finished:
                raise CorruptFileError(offer.checkpoint, "half-written: it has no commit_success.txt yet")
            classifier = load_classifier(offer.checkpoint)
            if not all(np.isfinite(weights).all() for weights in jax.tree.leaves(classifier.state)):
                raise CorruptFileError(offer.checkpoint, "its weights are not all finite")
            arm = Arm(offer, classifier, *_companion_of(offer, classifier))
        except CorruptFileError as error:
            self._refuse(offer, str(error))
            return None
        except Exception as error:  # memory, handles or a device ran short: the files may be sound
            del self._seen[(origin, offer.arm)]
            self._refuse(offer, f"it cannot be read now ({type(error).__name__}: {error})")
            return None
        self._refused.pop(str(offer.checkpoint), None)
        return arm

    def _of_one_kind(self, held: dict[str, Arm], offered: dict[str, Arm | None]) -> dict[str, Arm]:
        """Return `held` with the newest of each arm in its place, where classes agree.

        Arms of other classes wait until all that are offered have these; then they replace all. An arm that is offered
        no longer is held on, for a study that trains it anew takes it away first.
        """
        newest = {name: arm for name, arm in offered.items() if arm is not None}
        kinds = {arm.classifier.classes for arm in newest.values()}
        kind = next(iter(kinds)) if len(kinds) == 1 else next(iter((held or newest).values())).classifier.classes
        held = {name: arm for name, arm in held.items() if arm.classifier.classes == kind}
        for name, arm in newest.items():
            if arm.classifier.classes == kind:
                held = {**held, name: arm}
                self._refused.pop(str(arm.offer.checkpoint), None)
            else:
                self._refuse(arm.offer, f"its classes {arm.classifier.classes} are not those of the others, {kind}")
        return held

    def _refuse(self, offer: Offer, reason: str) -> None:
        # What cannot be read now is tried at every look.
        if self._refused.get(str(offer.checkpoint)) != reason:
            log.warning("refused %s: %s", offer.checkpoint, reason)
        self._refused[str(offer.checkpoint)] = reason

    def _forget_what_is_gone(self, offered: dict[str, dict[str, Offer]]) -> None:
        """Let a refusal end with its checkpoint; one that comes back is read anew."""
        self._seen = {(origin, arm): mark for (origin, arm), mark in self._seen.items() if arm in offered[origin]}
        here = {str(offer.checkpoint) for offers in offered.values() for offer in offers.values()}
        self._refused = {checkpoint: reason for checkpoint, reason in self._refused.items() if checkpoint in here}


def _companion_of(offer: Offer, classifier: Classifier) -> tuple[Companion | None, str]:
    """Return the companion and a note on why there is none."""
    try:
        companion = read_companion(offer.companion)
    except FileNotFoundError:
        return None, "uncalibrated: this study has no playground files yet (make playground)"
    except CorruptFileError as error:
        log.warning("%s", error)
        return None, f"uncalibrated: {error}"
    if companion.classifier_sha256 != classifier.digest():
        return None, "uncalibrated: its playground files belong to another training (make playground)"
    return companion, ""


def usual_order(arm: str) -> tuple[int, str]:
    """Return what arms are sorted by: real, synthetic, mixture, then the others by name."""
    usual = ("real", "synthetic", "mixture")
    return (usual.index(arm) if arm in usual else len(usual), arm)
