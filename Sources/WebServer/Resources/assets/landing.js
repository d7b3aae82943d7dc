"use strict";

// Makes the page of an offer follow its status, adds buttons to copy and print, and shows times in the visitor's time
// zone. Every page works without it.
(() => {
  const language = document.documentElement.lang;

  function showLocalTimes() {
    const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", numberingSystem: "latn" });
    for (const time of document.querySelectorAll("time[datetime]")) {
      (time.querySelector("bdi") ?? time).textContent = format.format(new Date(time.dateTime));
    }
  }

  function addCopyButtons() {
    // Missing on insecure origins.
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("button[data-copy]")) {
      const label = button.textContent;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        button.textContent = button.dataset.done;
        setTimeout(() => { button.textContent = label; }, 2000);
      });
    }
  }

  function addPrintButton() {
    const button = document.querySelector("[data-print]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => { print(); });
  }

  function followStatus(status) {
    const places = document.querySelectorAll("[data-state]");
    let pause = 2000;
    let timer;

    function show({ state, step, text, final }) {
      // Writing the same text again would make screen readers repeat it.
      if (status.textContent !== text) status.textContent = text;
      for (const place of places) Object.assign(place.dataset, { state, step });
      return final;
    }

    async function ask() {
      clearTimeout(timer);
      if (document.hidden) return;
      try {
        const response = await fetch(status.dataset.statusAddress, { headers: { Accept: "application/json" } });
        if (response.ok || response.status === 404) {
          pause = 2000;
          if (show(await response.json())) {
            document.removeEventListener("visibilitychange", ask);
            return;
          }
        } else {
          pause = Math.min(pause * 2, 30000);
        }
      } catch {
        pause = Math.min(pause * 2, 30000);
      }
      timer = setTimeout(ask, pause);
    }

    document.querySelector("[data-refresh]").hidden = true;
    document.addEventListener("visibilitychange", ask);
    timer = setTimeout(ask, pause);
  }

  showLocalTimes();
  addCopyButtons();
  addPrintButton();
  const status = document.querySelector("[data-status-address]");
  if (status) followStatus(status);
})();
