// How to ask the same by program.

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function wanted(facts) {
  return { prompt: facts.prompt, seed: facts.seed, first: facts.index, count: 1, guidance_scale: facts.guidance, steps: facts.steps };
}

export function curlOf(facts) {
  if (!facts) return `curl -H 'Content-Type: image/jpeg' --data-binary @photograph.jpg \\\n  ${location.origin}/api/v1/classify`;
  return `curl --json ${quoted(JSON.stringify(wanted(facts)))} \\\n  ${location.origin}/api/v1/generate\n# then, with the id of its answer:\ncurl ${location.origin}/api/v1/jobs/ID`;
}

export function pythonOf(facts) {
  if (!facts) {
    return `import requests\n\nphoto = open("photograph.jpg", "rb").read()\nanswer = requests.post("${location.origin}/api/v1/classify", data=photo, headers={"Content-Type": "image/jpeg"})\nprint(answer.json()["readings"][0]["agreement"])`;
  }
  const body = JSON.stringify(wanted(facts), null, 4);
  return `import time\nimport requests\n\nserver = "${location.origin}"\njob = requests.post(server + "/api/v1/generate", json=${body}).json()\nwhile job["state"] in ("queued", "running"):\n    time.sleep(0.5)\n    job = requests.get(server + "/api/v1/jobs/" + job["id"]).json()\nopen("picture.png", "wb").write(requests.get(server + job["pictures"][0]["image"]).content)`;
}
