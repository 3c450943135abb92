"use strict";
// Interviews without a signal. What is typed goes into a queue of this browser (number, result, answers; never a name or
// an address), is sent when there is a signal, and leaves the queue when the server has it. An entry carries a key, so a
// queue that is sent twice is taken once. Without this script the same pages work as plain forms.
(() => {
  const box = document.querySelector("[data-fieldwork]");
  if (!box) return;
  const STORE = `outreach.fieldwork.${box.dataset.account}`;
  const RETRY = 20000;
  let sending = false;

  // -- the queue -------------------------------------------------------------------------------------

  const queue = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE) || "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  };
  const keep = (entries) => {
    if (entries.length) localStorage.setItem(STORE, JSON.stringify(entries));
    else localStorage.removeItem(STORE);
  };
  const add = (entry) => keep([...queue(), entry]);
  const drop = (keys) => keep(queue().filter((one) => !keys.has(one.key)));
  const refuse = (key, message) =>
    keep(queue().map((one) => (one.key === key ? { ...one, wrong: message } : one)));

  // -- what is shown of it ---------------------------------------------------------------------------

  const tell = (words) => {
    box.querySelector("[data-saying]").textContent = words;
  };
  const mark = (number, words, shade) => {
    const place = document.querySelector(`[data-number="${number}"] [data-word]`);
    if (!place) return;
    const tag = document.createElement("span");
    tag.className = `tag tag--${shade}`;
    tag.textContent = words;
    place.replaceChildren(tag);
  };
  const show = () => {
    const all = queue();
    const waiting = all.filter((one) => !one.wrong);
    const wrong = all.filter((one) => one.wrong);
    box.hidden = all.length === 0;
    box.querySelector("[data-waiting]").textContent = waiting.length ? `待上传 ${waiting.length} 条` : "";
    box.querySelector("[data-send]").hidden = waiting.length === 0;
    box.querySelector("[data-refused]").replaceChildren(...wrong.map(refused));
    for (const one of waiting) mark(one.number, "已记，待上传", "ask");
    for (const one of wrong) mark(one.number, "没有收下", "bad");
  };
  const refused = (entry) => {
    const line = document.createElement("li");
    const words = document.createElement("span");
    words.textContent = `${entry.number} 号没有收下：${entry.wrong}`;
    const button = document.createElement("button");
    button.className = "btn";
    button.type = "button";
    button.textContent = "知道了，删掉";
    button.addEventListener("click", () => {
      drop(new Set([entry.key]));
      show();
    });
    line.append(words, button);
    return line;
  };

  // -- sending ---------------------------------------------------------------------------------------

  const INTERVIEW = new Set(["completed", "partial"]);
  const done = (entry, state) => {
    if (state === "set_aside") mark(entry.number, "和前一份不一样，待核", "ask");
    else mark(entry.number, "记好了", INTERVIEW.has(entry.disposition) ? "yes" : "run");
  };

  const post = async (url, entries) => {
    const body = entries.map(({ key, number, disposition, asked_on, answers, corrects }) => ({
      key, number, disposition, asked_on, answers, corrects,
    }));
    const answer = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/json", "x-form-token": box.dataset.token },
      body: JSON.stringify({ entries: body }),
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      tell("登录过期了。内容还在手机里，重新登录后自动上传。");
      return false;
    }
    if (!answer.ok) {
      tell(`没有传上去（${answer.status}），内容还在手机里，过一会儿再试。`);
      return false;
    }
    const found = await answer.json();
    const gone = new Set();
    for (const one of found.entries) {
      const entry = entries.find((each) => each.key === one.key);
      if (one.state === "refused") {
        refuse(one.key, one.message);
      } else {
        gone.add(one.key);
        if (entry) done(entry, one.state);
      }
    }
    drop(gone);
    return true;
  };
  const flush = async () => {
    const waiting = queue().filter((one) => !one.wrong);
    if (sending || !waiting.length) return show();
    sending = true;
    try {
      tell("正在上传…");
      const urls = [...new Set(waiting.map((one) => one.url))];
      for (const url of urls) {
        const some = waiting.filter((one) => one.url === url).slice(0, 100);
        if (!(await post(url, some))) break;
        tell("");
      }
    } catch {
      tell("现在没有信号，内容存在手机里，有信号时自动上传。");
    } finally {
      sending = false;
      show();
    }
  };

  // -- one person per screen -------------------------------------------------------------------------

  const form = document.querySelector("[data-ask]");
  const screen = document.querySelector("[data-screen]");
  const list = document.querySelector("[data-list]");
  let number = form ? Number(form.dataset.number || 0) : 0;

  const today = () => {
    const now = new Date();
    const two = (value) => String(value).padStart(2, "0");
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  };
  const newKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  };
  const asks = () => Boolean(form.querySelector("[name=disposition]:checked[data-asks]"));
  const follow = () => {
    const part = form.querySelector("[data-questions]");
    part.hidden = !asks();
    for (const one of part.querySelectorAll("input,textarea")) one.disabled = !asks();
  };
  const complain = (words) => {
    const place = form.querySelector("[data-problem]");
    place.hidden = !words;
    place.querySelector("span").textContent = words;
    if (words) place.scrollIntoView({ block: "center" });
  };
  // An interview that still waits here is put right by the next one about the same person.
  const again = () =>
    asks() && queue().some((one) => one.number === number && one.url === form.dataset.url && !one.wrong && INTERVIEW.has(one.disposition));
  const read = () => {
    const given = new FormData(form);
    const answers = {};
    for (const [name, value] of given.entries()) {
      if (!name.startsWith("q_") || !value) continue;
      const code = name.slice(2);
      answers[code] = answers[code] ? `${answers[code]},${value}` : value;
    }
    return {
      url: form.dataset.url,
      key: newKey(),
      number,
      disposition: given.get("disposition") || "",
      asked_on: given.get("asked_on") || today(),
      answers: asks() ? answers : {},
      corrects: given.get("corrects") === "1" || again(),
    };
  };
  const wrong = (entry) => {
    if (!entry.disposition) return "请选这次访问的结果。";
    if (!asks()) return "";
    for (const part of form.querySelectorAll("[data-needed]")) {
      if (!part.querySelector(":checked")) return `还没有答：${part.querySelector("legend").textContent}`;
    }
    return "";
  };

  const open = (row) => {
    number = Number(row.dataset.number);
    form.reset();
    form.querySelector("[name=asked_on]").value = today() < form.querySelector("[name=asked_on]").max ? form.querySelector("[name=asked_on]").max : today();
    follow();
    complain("");
    screen.querySelector("[data-no]").textContent = `${number} 号`;
    screen.querySelector("[data-name]").textContent = row.querySelector("b").textContent;
    screen.querySelector("[data-door]").replaceChildren(row.querySelector("template").content.cloneNode(true));
    list.hidden = true;
    screen.hidden = false;
    window.scrollTo(0, 0);
    screen.querySelector("h1").focus();
  };
  const close = () => {
    screen.hidden = true;
    list.hidden = false;
    document.getElementById(`n${number}`)?.scrollIntoView({ block: "center" });
  };

  if (form) {
    follow();
    form.addEventListener("change", follow);
    form.addEventListener("submit", async (event) => {
      const entry = read();
      const problem = wrong(entry);
      if (problem) {
        event.preventDefault();
        complain(problem);
        return;
      }
      try {
        add(entry);
      } catch {
        if (form.hasAttribute("data-one")) return; // no room in this browser: the plain form is sent
        event.preventDefault();
        location.assign(`${form.getAttribute("action")}/people/${number}`);
        return;
      }
      event.preventDefault();
      show();
      if (screen) history.back();
      await flush();
      if (form.hasAttribute("data-one") && !queue().some((one) => one.key === entry.key)) {
        location.assign(`${form.dataset.back}?saved=${number}&state=taken#n${number}`);
      }
    });
  }
  if (screen) {
    for (const link of document.querySelectorAll("[data-open]")) {
      const row = link.closest("[data-number]");
      link.addEventListener("click", (event) => {
        if (row.querySelector(".tag--yes")) return; // interviewed: the server's page says what can be done
        event.preventDefault();
        history.pushState({ number: row.dataset.number }, "");
        open(row);
      });
    }
    screen.querySelector("[data-close]").addEventListener("click", () => history.back());
    window.addEventListener("popstate", () => {
      if (!screen.hidden) close();
    });
  }
  box.querySelector("[data-send]").addEventListener("click", flush);
  window.addEventListener("online", flush);
  setInterval(flush, RETRY);
  flush();
})();
