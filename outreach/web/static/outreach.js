"use strict";
// Live progress, and the place in a row of links that scrolls: the server sends finished words and numbers, this puts them in place.
for (const box of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(box.dataset.live);
  source.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    for (const [key, text] of Object.entries(now.texts)) {
      for (const place of box.querySelectorAll(`[data-text="${CSS.escape(key)}"]`)) place.textContent = text;
    }
    for (const [key, [start, width]] of Object.entries(now.pieces)) {
      for (const piece of box.querySelectorAll(`[data-piece="${CSS.escape(key)}"]`)) {
        piece.setAttribute("x", `${start}%`);
        piece.setAttribute("width", `${width}%`);
      }
    }
    for (const bar of box.querySelectorAll("[role=progressbar]")) bar.setAttribute("aria-valuenow", now.percent);
  });
  source.addEventListener("finished", () => {
    source.close();
    location.reload(); // the finished page has no data-live, so this happens once
  });
}

document.querySelector(".row-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
