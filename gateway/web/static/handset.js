// The live side of /handset. Without it the page works by plain forms and a link to refresh.

const talk = document.getElementById("talk");
const screen = document.getElementById("screen");
const live = document.getElementById("live");
const news = document.getElementById("news");
const problem = document.getElementById("text-problem");
const field = document.getElementById("text");
const last = document.querySelector(".phones [aria-current] .last");

const atEnd = () => screen.scrollHeight - screen.scrollTop - screen.clientHeight < 80;
const toEnd = () => { screen.scrollTop = screen.scrollHeight; };

function read(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("li");
}

function insert(item) {
  const at = Number(item.dataset.at);
  const later = [...talk.children].find((other) => Number(other.dataset.at) > at);
  talk.insertBefore(item, later ?? null);
}

const tick = (item) => item.querySelector(".tick").textContent.trim().replace(/\s+/g, " ");

function show({ id, html }) {
  const item = read(html);
  const old = document.getElementById(`m-${id}`);
  const follow = atEnd() || item.classList.contains("mine");
  if (old) {
    if (tick(old) !== tick(item)) news.textContent = tick(item);
    old.replaceWith(item);
  } else {
    insert(item);
    item.classList.add("new");
    if (last && item === talk.lastElementChild) last.textContent = item.querySelector(".body").textContent;
    if (!item.classList.contains("mine")) news.textContent = item.querySelector(".body").textContent;
  }
  if (follow) toEnd();
}

function listen() {
  // The browser reconnects by itself and names the last event it saw.
  const source = new EventSource(talk.dataset.stream);
  source.addEventListener("open", () => { live.dataset.state = "on"; });
  source.addEventListener("error", () => {
    live.dataset.state = source.readyState === EventSource.CLOSED ? "off" : "wait";
  });
  source.addEventListener("message", (event) => JSON.parse(event.data).bubbles.forEach(show));
  addEventListener("pagehide", () => source.close());
  // A page that comes back from the browser's memory has missed what happened meanwhile.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const written = field.value;
  const typed = form.contains(field);
  if (typed) field.value = "";
  problem.hidden = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
  } catch {
    problem.hidden = false;
    if (typed && !field.value) field.value = written;
  }
}

for (const form of document.querySelectorAll("form[data-send]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
}

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    field.form.requestSubmit();
  }
});

document.documentElement.classList.add("scripted");
toEnd();
listen();
