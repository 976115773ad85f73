// What the pages can do with a script. Everything also works without it: the same forms are posted, only the page is
// not loaded anew. Nothing is kept in the browser.
(() => {
  "use strict";
  const body = document.body, out = body.dataset.out, inSession = body.dataset.session === "yes";
  const MINUTE = 60000, WAIT = 8000, AWAY = 10 * MINUTE, IDLE = 30 * MINUTE, WARN = 25 * MINUTE, MOST = 4000, PACE = 5000, LATE = 3000;
  const get = (id) => document.getElementById(id);
  // Texts stand here in English; a page in another language brings them with it.
  const lang = document.documentElement.lang, texts = JSON.parse(body.dataset.texts || "{}");
  // What it lacks is English, and says so.
  const fallen = new Set();
  const _ = (text, values = {}) => {
    const words = (texts[text] ?? text).replace(/\{(\w+)\}/g, (name, key) => values[key] ?? name);
    if (body.dataset.texts && !(text in texts)) fallen.add(words);
    return words;
  };
  function put(place, words) {
    place.textContent = words;
    if (fallen.has(words)) Object.assign(place, { lang: "en", dir: "ltr" });
    else ["lang", "dir"].forEach((name) => place.removeAttribute(name));
    return place;
  }
  const make = (tag, text, more) => put(Object.assign(document.createElement(tag), more), text);
  const log = get("log"), lines = get("lines"), answer = get("answer");
  let gone = false, sending = false, active = Date.now();
  // What is still being asked ends when somebody leaves: a late answer would bring the cookie back.
  const asking = new AbortController();

  // --- the way out -----------------------------------------------------------------------------------------------
  function blank() {
    gone = true;
    asking.abort();
    document.body.classList.add("gone");
    document.body.replaceChildren();
    document.title = "\u200b";
  }

  // "/leave" deletes what was not sent; "/close" only puts the page away.
  function leave(how = "/leave") {
    if (gone) return;
    blank();
    try { navigator.sendBeacon(how); } catch { /* the session runs out by itself */ }
    // In a frame on the landlord's website the whole window has to go.
    try { top.location.replace(out); } catch { location.replace(out); }
  }

  document.addEventListener("click", (event) => {
    const way = event.target.closest?.("[data-exit]");
    if (!way) return;
    event.preventDefault();
    leave(way.dataset.exit || "/leave");
  });

  // Shift three times, at most five seconds apart; Shift for a capital letter does not count.
  let presses = 0, alone = false, pressTimer;
  function tell(text) { const place = get("presses"); if (place) put(place, text); }
  function forgetPresses() { presses = 0; tell(""); }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Shift") { if (!event.repeat) alone = true; return; }
    alone = false;
    if (presses) { clearTimeout(pressTimer); forgetPresses(); }
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    clearTimeout(pressTimer);
    presses += 1;
    if (presses >= 3) { leave(); return; }
    tell(presses === 1 ? _("Shift pressed. Press it 2 more times to leave.") : _("Shift pressed. Press it 1 more time to leave."));
    pressTimer = setTimeout(forgetPresses, 5000);
  });

  // In the launcher's frame Escape does what its Close button does: the page is put away with what is typed on it.
  if (parent !== window) {
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing && !event.defaultPrevented) parent.postMessage("put away", "*");
    });
  }

  // Back after leaving, from the browser's memory of the page: show nothing, ask the server.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    blank();
    location.reload();
  });

  // On the way to another of our pages (`move`), or to any.
  let unloading = false, moving = false;
  document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
  startPage();
  codePage();
  if (!inSession) return;

  // --- looked at or not ------------------------------------------------------------------------------------------
  // That the page is in sight is not said any more once it is left; that it is out of sight outlives it.
  const here = () => { fetch("/presence?is=here", { method: "POST", signal: asking.signal }).catch(() => { /* next time */ }); };
  const away = () => { try { navigator.sendBeacon("/presence?is=away"); } catch { /* the session runs out by itself */ } };
  // On the way to another of our pages nobody is away: that would arrive after the next page said that it is in sight.
  function move() { moving = true; setTimeout(() => { moving = false; }, WAIT); }
  addEventListener("pagehide", () => { unloading = true; });
  addEventListener("submit", (event) => { if (!event.defaultPrevented) move(); });
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const elsewhere = link?.origin === location.origin && (!link.hash || link.pathname !== location.pathname);
    if (elsewhere && !link.target && !event.defaultPrevented) move();
  });
  let hiddenAt = 0, awayTimer, putAway = false;
  const unseen = () => putAway || document.visibilityState === "hidden";

  function close() {
    if (gone) return;
    blank();
    fetch("/presence?is=over", { method: "POST", keepalive: true }).catch(() => {}).finally(() => location.replace("/chat"));
  }

  function look() {
    if (gone || !get("log") || (unloading && moving)) return;
    if (unseen()) {
      if (hiddenAt) return;
      hiddenAt = Date.now();
      away();
      awayTimer = setTimeout(close, AWAY);
    } else {
      clearTimeout(awayTimer);
      if (hiddenAt && Date.now() - hiddenAt >= AWAY) { close(); return; }
      hiddenAt = 0;
      here();
    }
  }
  document.addEventListener("visibilitychange", look);
  addEventListener("message", (event) => {
    if (parent === window || event.source !== parent || !["in sight", "out of sight"].includes(event.data)) return;
    putAway = event.data === "out of sight";
    look();
  });
  let brought;
  ["keydown", "pointerdown", "input", "scroll"].forEach((name) =>
    addEventListener(name, (event) => {
      // Where the question whether somebody is there was brought into sight, nobody has scrolled.
      if (name !== "scroll" || event.target !== document || scrollY !== brought) active = Date.now();
    }, { passive: true, capture: true }));
  setInterval(() => {
    if (gone || !get("log") || unseen()) return;
    const idle = Date.now() - active;
    if (idle >= IDLE) { close(); return; }
    if (idle < 2 * MINUTE) here();
    if (idle < WARN) { get("idle")?.remove(); return; }
    if (get("idle")) return;
    const before = document.activeElement;
    const stay = make("button", _("I am still here"), { type: "button", className: "button" });
    stay.addEventListener("click", () => { active = Date.now(); here(); get("idle")?.remove(); (before?.isConnected ? before : get("main")).focus(); });
    const box = make("div", "", { id: "idle", className: "idle" });
    box.setAttribute("role", "alert");
    box.append(
      make("p", lines
        ? _("Are you still there? This page closes in 5 minutes. What you sent is kept for 24 hours, with a code if you press Pause.")
        : _("Are you still there? This page closes in 5 minutes. With your code you can open it again.")),
      stay,
    );
    get("main").before(box);
    // In a low window it stands among the rest.
    box.scrollIntoView({ block: "nearest" });
    brought = scrollY;
  }, MINUTE);

  // --- sending ---------------------------------------------------------------------------------------------------
  if (!log || !answer) { begin(); return; }

  // Whoever listens to the page hears at most one change in five seconds, and the latest; emptying is not heard.
  function paced(id) {
    let next = 0, waiting;
    return (text) => {
      const now = () => {
        const place = get(id);
        if (gone || !place || place.textContent === text) return;
        if (text) next = Date.now() + PACE;
        put(place, text);
      };
      clearTimeout(waiting);
      if (!text || Date.now() >= next) now(); else waiting = setTimeout(now, next - Date.now());
    };
  }
  const say = paced("status"), count = paced("count");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Not form.id: the form has a field of that name.
    if (!form.matches("#ask")) return;
    event.preventDefault();
    if (!sending) send(form, event.submitter);
  });

  async function send(form, button) {
    const data = new FormData(form);
    if (button?.name) data.append(button.name, button.value);
    sending = true;
    lock(form, true);
    get("unsent")?.remove();
    const slow = setTimeout(() => say(_("Sending…")), 700);
    const stop = new AbortController(), limit = setTimeout(() => stop.abort(), WAIT);
    asking.signal.addEventListener("abort", () => stop.abort(), { once: true });
    let reply = null, words = "";
    try {
      reply = await fetch("/chat", {
        method: "POST", body: new URLSearchParams(data), headers: { "X-Part": "turn" }, signal: stop.signal,
      });
      words = await reply.text();
    } catch {
      reply = null;
    }
    clearTimeout(slow);
    clearTimeout(limit);
    sending = false;
    if (gone) return;
    say("");
    lock(form, false);
    active = Date.now();
    if (!reply) { unsent(form, button); return; }
    const fresh = new DOMParser().parseFromString(words, "text/html");
    if (reply.headers.get("X-Part") === "whole") { whole(fresh); return; }
    if (reply.status === 413 && !fresh.getElementById("new-answer")) {
      unsent(form, button, _("This is too long to send at once. Nothing is lost: send it in two or more parts."));
      return;
    }
    if (!fresh.getElementById("new-answer")) { plainly(form, button); return; }
    // Earlier words of this page were erased: the whole page anew, without them.
    if ("erased" in fresh.getElementById("new-answer").dataset) {
      move();
      history.replaceState(null, "", "/chat#new");
      location.reload();
      return;
    }
    show(fresh, reply.ok);
  }

  function lock(form, on) {
    form.querySelectorAll("button").forEach((b) => (on ? b.setAttribute("aria-disabled", "true") : b.removeAttribute("aria-disabled")));
    form.querySelectorAll("textarea, input:not([type=hidden], [type=radio], [type=checkbox])").forEach((field) => { field.readOnly = on; });
  }

  // The chat is over: a page without anything of it takes the place of this one.
  function whole(fresh) {
    history.replaceState(null, "", "/");
    document.title = fresh.title;
    document.body.replaceWith(document.adoptNode(fresh.body));
    get("closed")?.focus();
  }

  // A form behind a code goes the browser's own way, once the line is there: without one its words would be lost.
  async function reach(form, button) {
    sending = true;
    // What was done before is not what is being done now.
    ["unsent", "done"].forEach((id) => get(id)?.remove());
    const line = await there();
    if (gone) return;
    // A second press would throw the answer to the first away.
    setTimeout(() => { sending = false; }, line ? WAIT : 0);
    if (line) plainly(form, button); else unsent(form, button);
  }

  // Whether we can be reached. Before there is a session: whether our own sheet of styles can be had.
  async function there() {
    const stop = new AbortController(), limit = setTimeout(() => stop.abort(), WAIT);
    asking.signal.addEventListener("abort", () => stop.abort(), { once: true });
    const asked = inSession
      ? fetch("/presence?is=here", { method: "POST", signal: stop.signal })
      : fetch(document.querySelector("link[rel=stylesheet]").href, { cache: "no-store", signal: stop.signal });
    const reply = await asked.catch(() => null);
    clearTimeout(limit);
    return Boolean(reply?.ok);
  }

  // Something unexpected came back: let the browser post the form, which shows the whole page.
  function plainly(form, button) {
    if (button?.name) form.append(make("input", "", { type: "hidden", name: button.name, value: button.value }));
    move();
    form.submit();
  }

  // No answer: all that was typed stays, and the same message (its id) is tried again.
  function unsent(form, button, why = _("What you wrote is still here. It may be the signal, or we may be slow. Wait a moment, then try again.")) {
    const box = make("div", "", { id: "unsent", className: "card trouble" });
    const head = make("h2", _("We could not send that"), { tabIndex: -1 });
    const retry = make("button", _("Try again"), { type: "button", className: "button" });
    retry.addEventListener("click", () => {
      if (form.matches("[action='/start']")) form.requestSubmit();
      else if (!sending) (lines ? send : reach)(form, button);
    });
    box.append(
      head,
      make("p", why),
      make("p", _("If anyone is in danger now, call 999. For the police when it is not an emergency, call 101.")),
      retry,
      help(),
    );
    form.before(box);
    document.title = _("Error: not sent");
    head.focus();
  }
  // The numbers at the foot of the page, here too; a link to another page would not open without a network.
  function help() {
    const list = document.querySelector(".foot ul").cloneNode(true);
    list.querySelectorAll("a[href^='/']").forEach((link) => link.closest("li").remove());
    list.className = "plain";
    return list;
  }
  addEventListener("online", () => { if (get("unsent")) say(_("You are online again. You can try again.")); });
  addEventListener("offline", () => { if (!gone) say(_("You are offline. What you write stays on this page until you can send it.")); });

  function show(fresh, ok) {
    const part = fresh.getElementById("new-answer");
    const items = [...fresh.getElementById("new-lines").children];
    ["new", "reply"].forEach((id) => get(id)?.removeAttribute("id"));
    const typing = part.querySelector("#ask [name=kind]")?.value === "text";
    const card = part.querySelector("#card"), fault = part.querySelector("#fault");
    // The person's own words are not read back to them; a question that takes the focus is not read twice.
    log.setAttribute("aria-live", "off");
    const own = items.filter((item) => item.classList.contains("you")), ours = items.filter((item) => !own.includes(item));
    const keep = items.length - ours.length ? items.slice(0, items.indexOf(own[own.length - 1]) + 1) : [];
    lines.append(...keep.map(adopt));
    part.querySelectorAll("[autofocus]").forEach((each) => each.removeAttribute("autofocus"));
    answer.replaceChildren(...[...part.childNodes].map(adopt));
    document.title = part.dataset.title;
    prepare();
    const rest = items.filter((item) => !keep.includes(item));
    const rise = () => {
      if (gone) return;
      lines.append(...rest.map(adopt));
      scroll();
    };
    if (typing && !card && !fault && !get("kept") && !get("trouble")) {
      log.setAttribute("aria-live", "polite");
      get("text")?.focus({ preventScroll: true });
      requestAnimationFrame(rise);
      return;
    }
    rise();
    const goal = get("card") || get("trouble") || get("fault") || get("kept") || get("asked") || get("text") || log;
    goal.focus({ preventScroll: Boolean(ok) });
    scroll();
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  }

  const adopt = (node) => document.adoptNode(node);

  function scroll() {
    // With a fault the question it belongs to stays in sight.
    const goal = get("card") || get("trouble") || (get("fault") ? get("progress") || get("asked") : get("kept") || get("new") || get("asked"));
    goal?.scrollIntoView({ block: "start" });
  }

  // --- small helps -----------------------------------------------------------------------------------------------
  function prepare() {
    const print = document.querySelector("[data-print]");
    if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
    const field = get("text"), counter = get("counter");
    if (field && counter) {
      let told;
      field.addEventListener("input", () => { clearTimeout(told); told = setTimeout(tell, 1000); });
      const tell = () => {
        const over = field.value.length - MOST;
        counter.hidden = over < -500;
        put(counter, over > 0
          ? _("This is {count} characters too long for one message. You can send it in parts.", { count: over.toLocaleString(lang) })
          : _("You can write {count} more characters in this message.", { count: (-over).toLocaleString(lang) }));
        count(counter.hidden ? "" : counter.textContent);
      };
    }
  }

  function begin() {
    prepare();
    here();
    // Opened anew by hand, the page before may have said "out of sight" a moment too late.
    setTimeout(() => { if (!gone && !unseen()) here(); }, LATE);
    // Opened again in the middle of a report: the open question is what people come back for.
    if (!location.hash && lines?.children.length) scroll();
  }
  begin();

  function startPage() {
    // The first pages take no place in the browser's list of pages to go back to.
    document.addEventListener("submit", async (event) => {
      const form = event.target;
      if (form.getAttribute("action") !== "/start") return;
      event.preventDefault();
      if (sending) return;
      sending = true;
      get("unsent")?.remove();
      // Without a network the browser's own page would take the place of this one, and of 999 on it.
      const line = await there();
      setTimeout(() => { sending = false; }, line ? WAIT : 0);
      if (gone) return;
      if (!line) { unsent(form); return; }
      if (form.method === "get") { location.replace("/start"); return; }
      try {
        const reply = await fetch("/start", { method: "POST", redirect: "manual", signal: asking.signal });
        if (gone) return;
        if (reply.type !== "opaqueredirect") throw new Error("not started");
        location.replace("/chat");
      } catch {
        if (!gone) form.submit();
      }
    });
  }

  // The field for the code, and all forms behind it.
  function codePage() {
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form[action='/return'], form[action^='/return/']")) return;
      event.preventDefault();
      if (!sending) reach(event.target, event.submitter);
    });
  }
})();
