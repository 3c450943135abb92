"use strict";
// While somebody writes: what the 检查 button would show, fetched after a pause in typing. Without this the button does it.
const form = document.getElementById("editor");
const body = document.getElementById("body");
const look = document.getElementById("look");
const PAUSE = 500;
let timer = 0;
let asked = null;

async function fetchLook() {
  if (asked) asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  look.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.look, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal,
      redirect: "error",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    look.innerHTML = await answer.text();
    if (!signal.aborted) look.removeAttribute("aria-busy");
  } catch (problem) {
    if (problem.name !== "AbortError") outOfDate();
  }
}

// Off line, logged out, too long: what was shown stays, and says that it is not about what stands there now.
function outOfDate() {
  look.removeAttribute("aria-busy");
  if (look.querySelector(".stale")) return;
  const note = document.createElement("p");
  note.className = "verdict verdict--ask stale";
  note.setAttribute("role", "status");
  note.textContent = look.dataset.stale;
  look.prepend(note);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(fetchLook, PAUSE);
}

function select(start, end) {
  body.focus();
  body.setSelectionRange(start, end);
  const line = body.value.slice(0, start).split("\n").length - 1;
  body.scrollTop = Math.max(0, line - 3) * parseFloat(getComputedStyle(body).lineHeight);
}

function goTo({ line, words }) {
  const at = words ? body.value.indexOf(words) : -1;
  if (at >= 0) return select(at, at + words.length);
  const lines = body.value.split("\n");
  const number = Math.min(Number(line) || 1, lines.length);
  const start = lines.slice(0, number - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return select(start, start + lines[number - 1].length);
}

if (form && body && look && !body.readOnly) {
  let saved = false;
  const before = new URLSearchParams(new FormData(form)).toString();
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => { saved = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!saved && new URLSearchParams(new FormData(form)).toString() !== before) event.preventDefault();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    body.focus();
    body.setRangeText(button.dataset.insert, body.selectionStart, body.selectionEnd, "end");
    soon();
  });
  look.addEventListener("click", (event) => {
    const link = event.target.closest(".goto");
    if (!link) return;
    event.preventDefault();
    goTo(link.dataset);
  });
}
