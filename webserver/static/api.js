// The server's answers; an error's text is its problem document's detail.

const BASE = "/api/v1";

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path.startsWith("/") ? path : `${BASE}/${path}`, options);
  } catch {
    throw new Error("The server does not answer. Is it still running?");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw Object.assign(new Error(problem.detail || `The server answered ${response.status}.`), { status: response.status });
}

const json = async (path, options) => (await ask(path, options)).json();

const posted = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

// What to ask for to get the picture that its link's facts name.
export const requestOf = (facts) => ({
  prompt: facts.prompt, seed: facts.seed, first: facts.index, count: 1, guidance_scale: facts.guidance, steps: facts.steps,
});

export const models = () => json("models");
export const generate = (wanted) => json("generate", posted(wanted));
const jobState = (id) => json(`jobs/${id}`);
// Kept alive, it reaches the server also from a page that is being left.
export const cancelJob = (id) => json(`jobs/${id}`, { method: "DELETE", keepalive: true });
export const transfer = () => json("study/transfer");
export const confusion = () => json("study/confusion");
export const cell = (query) => json(`study/cell?${new URLSearchParams(query)}`);
export const beginQuiz = () => json("quiz", { method: "POST" });
export const scoreQuiz = (id, generated) => json(`quiz/${id}`, posted({ generated }));
export const picture = async (address) => (await ask(address)).blob();

export async function classify(blob) {
  const answer = await json("classify?nearest=5&pixels=1", { method: "POST", headers: { "Content-Type": blob.type }, body: blob });
  return answer.readings[0];
}

export function explain(blob, arm, className) {
  const query = new URLSearchParams({ arm, class: className });
  return json(`explain?${query}`, { method: "POST", headers: { "Content-Type": blob.type }, body: blob });
}

const MOST_LOST = 10;

// Calls `seen` with every state of a job until it is over: by events, or by asking where events do not come through.
export function follow(id, seen) {
  return new Promise((resolve, reject) => {
    const over = (state) => ["done", "cancelled", "failed"].includes(state.state);
    const events = new EventSource(`${BASE}/jobs/${id}/events`);
    events.onmessage = (message) => {
      const state = JSON.parse(message.data);
      seen(state);
      if (over(state)) {
        events.close();
        resolve(state);
      }
    };
    events.onerror = () => {
      events.close();
      let lost = 0;
      const again = async () => {
        try {
          const state = await jobState(id);
          lost = 0;
          seen(state);
          if (over(state)) resolve(state);
          else setTimeout(again, 700);
        } catch (error) {
          // A lost answer is no lost job; one that the server does not know is.
          lost += 1;
          if (error.status === 404 || lost > MOST_LOST) reject(error);
          else setTimeout(again, 2000);
        }
      };
      again();
    };
  });
}
