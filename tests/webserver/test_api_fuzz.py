"""Whatever is sent to an operation of the OpenAPI document, its answer is one that the document describes."""

import io
import json
from urllib.parse import quote

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.webserver.pictures import encoded
from webserver.openapi import document

OPERATIONS = [
    (path, method)
    for path, operations in document()["paths"].items()
    for method in operations
    if not path.endswith("/events")
]
WORDS = st.sampled_from(["real", "synthetic", "cat", "test", "0", "1", "-1", "", "../../etc/passwd", "%2e%2e"])
TEXTS = WORDS | st.text(max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=6,
)
BODIES = st.one_of(
    st.tuples(st.binary(max_size=200) | st.just(encoded()), st.sampled_from(["image/png", "image/webp", "text/x", ""])),
    st.tuples(JSON.map(lambda value: json.dumps(value).encode()), st.just("application/json")),
    st.tuples(st.binary(max_size=100), st.sampled_from(["application/json", "multipart/form-data; boundary=x", "é/é"])),
    st.lists(st.binary(max_size=100) | st.just(encoded()), max_size=3).map(
        lambda files: ({"image": [(io.BytesIO(data), "a.png") for data in files]}, "multipart/form-data")
    ),
)  # fmt: skip
QUICK = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@QUICK
@given(data=st.data())
def test_every_answer_is_described(client, path, method, data):
    operation = document()["paths"][path][method]
    address, query = path, {}
    for parameter in operation.get("parameters", []):
        name, value = parameter["name"], data.draw(TEXTS, parameter["name"])
        if parameter["in"] == "path":
            address = address.replace(f"{{{name}}}", quote(value, safe="") or "x")
        elif data.draw(st.booleans()):
            query[name] = value
    body, kind = data.draw(BODIES) if method == "post" else (b"", "")
    response = client.open(address, method=method.upper(), query_string=query, data=body, content_type=kind or None)
    # An id with a slash in it is another address, which the router answers.
    if response.status_code in (404, 405) and response.mimetype == "application/problem+json":
        return
    described = operation["responses"][str(response.status_code)]["content"]
    assert response.mimetype in described
    schema = described[response.mimetype]["schema"]
    if response.mimetype in ("application/json", "application/problem+json") and "$ref" in schema:
        jsonschema.Draft202012Validator({**schema, "components": document()["components"]}).validate(response.json)
