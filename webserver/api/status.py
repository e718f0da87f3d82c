"""What is served, whether it can be used, and its numbers."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from webserver.classifier_registry import Arm
from webserver.metrics import CONTENT_TYPE
from webserver.openapi import document
from webserver.playground import playground

blueprint = Blueprint("status", __name__)


@blueprint.get("/models")
def models() -> ResponseReturnValue:
    """Answer with the classifiers and the generator, the prompts on offer and the limits."""
    services = playground()
    served, settings, queue = services.served(), services.settings, services.queue
    model, is_ready = queue.model, queue.is_ready
    is_loading = not (is_ready or queue.broken)
    return jsonify(
        {
            "origin": served.origin,
            "classes": list(served.classes),
            "arms": {name: _arm(arm) for name, arm in served.arms.items()},
            "generator": {
                "ready": is_ready,
                "loading": is_loading,
                "reason": queue.broken or ("it is still loading" if is_loading else ""),
                "model": services.generator.model,
                "revision": model["revision"] if model is not None else None,
                "known_classes": model["known_classes"] if model is not None else None,
                "guidance_scale": services.default_guidance,
                "guidance_range": services.guidance_range,
                "steps": services.generator.steps,
                "rows_per_forward": services.generator.rows_per_forward,
                "settings_digest": services.settings_digest,
            },
            "prompts": list(services.prompts),
            "limits": {
                "max_count": settings.max_count,
                "max_steps": settings.max_steps,
                "max_prompt_characters": settings.max_prompt_characters,
                "max_batch": settings.max_batch,
                "max_upload_bytes": settings.max_upload_bytes,
                "max_pixels": settings.max_pixels,
                "classes_only": settings.classes_only,
            },
        }
    )


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """Answer that the process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/ready")
def ready() -> ResponseReturnValue:
    """Answer 200 once photographs can be classified, else 503; with what was refused, and how the generator is."""
    services = playground()
    served, queue = services.registry.served, services.queue
    generator = queue.broken or ("ready" if queue.is_ready else "loading")
    state = {
        "ready": served is not None,
        "classifiers": served.origin if served is not None else services.registry.why_none,
        "generator": generator,
        "refused": services.registry.refused,
    }
    return jsonify(state), 200 if state["ready"] else 503


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Answer with Prometheus metrics."""
    return Response(playground().metrics.text(), content_type=CONTENT_TYPE)


@blueprint.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """Answer with this API's OpenAPI document."""
    return jsonify(document())


def _arm(arm: Arm) -> dict:
    accuracy = arm.classifier.metrics.get("val_accuracy")
    return {
        "sha256": arm.digest,
        "val_accuracy": float(accuracy) if accuracy is not None else None,
        "calibrated": arm.companion is not None,
        "note": arm.companion_note,
        "probe_accuracy": arm.companion.probe_accuracy if arm.companion is not None else None,
    }
