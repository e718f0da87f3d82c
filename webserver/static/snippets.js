// How to ask the same by program: text that runs as it is copied.

import { requestOf } from "./api.js";

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

export function curlOf(facts) {
  const api = `${location.origin}/api/v1`;
  if (!facts) return `curl -H 'Content-Type: image/jpeg' --data-binary @photograph.jpg '${api}/classify?nearest=5'`;
  return `api=${api}
job=$(curl -s -H 'Content-Type: application/json' "$api/generate" \\
  -d ${quoted(JSON.stringify(requestOf(facts)))} |
  sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
curl -sN "$api/jobs/$job/events" > /dev/null   # ends when the picture is done
curl -s "$api/jobs/$job/pictures/0.png" -o picture.png
curl -s "$api/jobs/$job"`;
}

export function pythonOf(facts) {
  const server = `server = "${location.origin}"`;
  if (!facts) {
    return `import requests

${server}
with open("photograph.jpg", "rb") as photograph:
    answer = requests.post(server + "/api/v1/classify", data=photograph, headers={"Content-Type": "image/jpeg"})
for arm, found in answer.json()["readings"][0]["arms"].items():
    print(arm, found["class"], found["confidence"])`;
  }
  return `import time
import requests

${server}
job = requests.post(server + "/api/v1/generate", json=${JSON.stringify(requestOf(facts), null, 4)}).json()
while job["state"] in ("queued", "running"):
    time.sleep(0.5)
    job = requests.get(server + "/api/v1/jobs/" + job["id"]).json()
for arm, found in job["pictures"][0]["reading"]["arms"].items():
    print(arm, found["class"], found["confidence"])
with open("picture.png", "wb") as file:
    file.write(requests.get(server + job["pictures"][0]["image"]).content)`;
}
