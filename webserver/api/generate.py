"""Pictures from words: jobs, their state, events, pictures and cancellation."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from webserver.api.classify import complete
from webserver.api.json_bodies import read_body
from webserver.companion import MOST_NEIGHBOURS
from webserver.generation_queue import OVER, Job, QueueFullError
from webserver.generation_worker import Drawing
from webserver.playground import Playground, playground, settings_digest
from webserver.png import data_address, png
from webserver.problems import ProblemError
from webserver.prompt_text import one_line
from webserver.safety import refuse_if_spent
from webserver.schemas import LARGEST_INDEX, GenerateRequest
from webserver.uploads import Photograph

blueprint = Blueprint("generate", __name__)

_HEARTBEAT_SECONDS = 5.0
_LONGEST_STREAM_SECONDS = 900.0


@blueprint.post("/generate")
def generate() -> ResponseReturnValue:
    """Queue a job; 202 with its state and address."""
    services = playground()
    drawing = _drawing(services, read_body(GenerateRequest))
    if services.queue.broken:
        raise ProblemError(503, f"the generator does not start: {services.queue.broken}", {"Retry-After": "30"})
    services.served()
    refuse_if_spent(services.job_limit)
    try:
        job = services.queue.submit(drawing)
    except QueueFullError as error:
        wait = str(max(1, round(error.seconds)))
        raise ProblemError(503, f"the queue is full; try again in {wait} s", {"Retry-After": wait}) from error
    return jsonify(_state(services, job)), 202, {"Location": url_for("generate.job_state", job_id=job.id)}


@blueprint.get("/jobs/<job_id>")
def job_state(job_id: str) -> ResponseReturnValue:
    """Answer with a job's state."""
    services = playground()
    return jsonify(_state(services, _job(services, job_id)))


@blueprint.delete("/jobs/<job_id>")
def cancel_job(job_id: str) -> ResponseReturnValue:
    """Cancel a job: at once if it waits, at its next step if it runs; nothing happens if it is over."""
    services = playground()
    job = _job(services, job_id)
    services.queue.cancel(job)
    return jsonify(_state(services, job)), 202 if job.state == "running" else 200


@blueprint.get("/jobs/<job_id>/events")
def job_events(job_id: str) -> ResponseReturnValue:
    """Answer with a job's state whenever it changes, as server-sent events; 503 if too many follow events already."""
    services = playground()
    job = _job(services, job_id)
    if not services.streams.acquire(blocking=False):
        raise ProblemError(503, "too many clients follow events; ask for the job's state instead", {"Retry-After": "2"})
    response = Response(stream_with_context(_events(services, job)), content_type="text/event-stream")
    response.call_on_close(services.streams.release)
    response.headers["X-Accel-Buffering"] = "no"
    return response


@blueprint.get("/jobs/<job_id>/pictures/<int:place>.png")
def picture(job_id: str, place: int) -> ResponseReturnValue:
    """Answer with a finished picture as PNG, which says in its text chunks how it was made."""
    services = playground()
    job = _job(services, job_id)
    if place >= len(job.images):
        raise ProblemError(404, f"job {job_id} has no picture {place} (it has {len(job.images)})")
    drawn = job.images[place]
    facts = _facts(services, job, drawn.index)
    texts = {"Title": job.drawing.prompt, "Software": "Fauxtograph", "fauxtograph": json.dumps(facts)}
    name = f"fauxtograph-{job.drawing.seed}-{drawn.index}.png"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(png(drawn.image_hwc, texts), content_type="image/png", headers=headers)


def _drawing(services: Playground, asked: GenerateRequest) -> Drawing:
    settings, words = services.settings, asked.prompt.strip()
    # Before it is looked at letter by letter: a body has room for millions.
    if len(words) > settings.max_prompt_characters:
        raise ProblemError(
            422, f"prompt: it has {len(words)} characters; {settings.max_prompt_characters} are the most"
        )
    if not (prompt := one_line(words)):
        raise ProblemError(422, "prompt: it is empty; say what to draw")
    if settings.classes_only and prompt not in services.prompts:
        raise ProblemError(403, f"this server draws by its own prompts alone: {'; '.join(services.prompts)}")
    for name, value, most in (("count", asked.count, settings.max_count), ("steps", asked.steps, settings.max_steps)):
        if value is not None and value > most:
            raise ProblemError(422, f"{name} is {value}; {most} is the most")
    if (last := asked.first + asked.count - 1) > LARGEST_INDEX:
        raise ProblemError(422, f"first is {asked.first}, the last {last}; pictures are numbered up to {LARGEST_INDEX}")
    guidance = services.default_guidance if asked.guidance_scale is None else asked.guidance_scale
    if (scales := services.guidance_range) is not None and not scales[0] <= guidance <= scales[1]:
        raise ProblemError(422, f"guidance_scale is {guidance:g}; this model takes {scales[0]:g} to {scales[1]:g}")
    steps = services.generator.steps if asked.steps is None else asked.steps
    return Drawing(prompt, asked.seed, asked.first, asked.count, guidance, steps)


def _job(services: Playground, job_id: str) -> Job:
    if (job := services.queue.find(job_id)) is None:
        raise ProblemError(404, "there is no such job, or it is too old to be kept")
    return job


def _events(services: Playground, job: Job) -> Iterator[str]:
    version, deadline = -1, time.monotonic() + _LONGEST_STREAM_SECONDS
    while time.monotonic() < deadline and not services.queue.is_closing:
        now = services.queue.wait_for_change(job, version, _HEARTBEAT_SECONDS)
        if now == version:
            yield ": still there\n\n"
            continue
        version = now
        state = _state(services, job)
        yield f"data: {json.dumps(state)}\n\n"
        # By what was said: the job may have ended since.
        if state["state"] in OVER:
            return


def _state(services: Playground, job: Job) -> dict[str, Any]:
    # Asked for once: whoever draws changes it meanwhile, to "done" when the pictures are there.
    drawing, state = job.drawing, job.state
    return {
        "id": job.id,
        "state": state,
        "position": services.queue.position(job),
        "step": job.step,
        "steps": job.steps,
        "preview": data_address(job.preview_png) if job.preview_png else None,
        "asked": {
            "prompt": drawing.prompt,
            "seed": drawing.seed,
            "first": drawing.first,
            "count": drawing.count,
            "guidance_scale": drawing.guidance_scale,
            "steps": drawing.steps,
        },
        "prompt": job.prompt,
        "answer": job.answer,
        "reason": job.reason,
        "pictures": [_picture(services, job, place) for place in range(len(job.images))] if state == "done" else [],
    }


def _picture(services: Playground, job: Job, place: int) -> dict[str, Any]:
    drawn = job.images[place]
    height, width = drawn.image_hwc.shape[:2]
    seen = Photograph(width, height, services.small(drawn.image_hwc))
    return {
        "index": drawn.index,
        "redraws": drawn.redraws,
        "image": url_for("generate.picture", job_id=job.id, place=place),
        "link": "/?" + urlencode(_facts(services, job, drawn.index)),
        "reading": complete(services, job.readings[place], seen, MOST_NEIGHBOURS, pixels=True),
    }


def _facts(services: Playground, job: Job, index: int) -> dict[str, Any]:
    """Return all that decides a picture."""
    return {
        "prompt": job.drawing.prompt,
        "seed": job.drawing.seed,
        "index": index,
        "guidance": job.drawing.guidance_scale,
        "steps": job.drawing.steps,
        "rows": services.generator.rows_per_forward,
        "model": job.model["model"],
        "revision": job.model["revision"],
        "settings": settings_digest(services.generator, job.model["arithmetic"]),
    }
