// For the landlord's website: one script tag that puts a link to the chat where the tag stands.
//   <script src="https://chat.example.org/static/launcher.js" defer></script>
//   data-label="…"  the link's words          data-colour="#1b5e5a"  its colour
//   data-opens="…"  said after them, in another language than English; data-close="…" the same for the frame's button
//   data-corner     at the lower edge of the window instead
//   data-frame      opens in a frame over the page; only for origins that the chat's settings name
// It asks for nothing else and keeps nothing.
(() => {
  "use strict";
  const me = document.currentScript;
  if (!me?.src) return;
  const start = new URL("/", me.src).href;
  const { label = "Tell us what happened", opens = "(opens in a new tab)", close: shut = "Close", colour = "#1b5e5a" } = me.dataset;
  const inFrame = "frame" in me.dataset && typeof HTMLDialogElement === "function";
  const make = (tag, text, more, style) => {
    const made = Object.assign(document.createElement(tag), { textContent: text }, more);
    // Property by property: the website's own policy may forbid style attributes.
    Object.assign(made.style, style);
    return made;
  };
  const button = {
    display: "inline-block", minHeight: "44px", boxSizing: "border-box", padding: "10px 20px", border: "2px solid transparent",
    borderRadius: "8px", background: colour, color: "#fff", font: "600 18px/1.25 system-ui, sans-serif", textDecoration: "none",
    cursor: "pointer",
  };
  const corner = "corner" in me.dataset ? { position: "fixed", insetBlockEnd: "16px", insetInlineEnd: "16px", zIndex: "1000" } : {};
  const link = make("a", label, { href: start, target: "_blank", rel: "noopener noreferrer" }, { ...button, ...corner });
  let show;
  if (inFrame) {
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      (show ??= build())();
    });
  } else {
    link.append(make("span", ` ${opens}`, {}, { fontWeight: "400" }));
  }

  function build() {
    const box = make("dialog", "", {}, {
      inlineSize: "min(100%, 48rem)", blockSize: "100%", maxInlineSize: "none", maxBlockSize: "none", margin: "0 auto", padding: "0", border: "0",
    });
    const inside = make("div", "", {}, { display: "flex", flexDirection: "column-reverse", blockSize: "100%" });
    box.setAttribute("aria-label", label);
    // Below the frame, so that it covers nothing in it; first in order, so that it is met first.
    const bar = make("div", "", {}, {
      display: "flex", alignItems: "center", gap: "16px", padding: "4px 16px", background: "#fff",
    });
    const close = make("button", shut, { type: "button" }, button);
    // Where a browser keeps the chat out of the frame, this is the way on.
    const tab = make("a", `${label} ${opens}`, { href: start, target: "_blank", rel: "noopener noreferrer" }, {
      order: "-1", flex: "1", padding: "8px 0", color: colour, font: "16px/1.25 system-ui, sans-serif",
    });
    const frame = make("iframe", "", { src: start, title: label, referrerPolicy: "no-referrer" }, {
      flex: "1", minBlockSize: "0", inlineSize: "100%", border: "0",
    });
    close.onclick = () => box.close();
    // Put away it keeps what is typed, and is told that it is out of sight; it tells us of Escape.
    const tell = () => frame.contentWindow.postMessage(box.open ? "in sight" : "out of sight", "*");
    frame.onload = tell;
    box.onclose = () => { tell(); link.focus(); };
    addEventListener("message", (event) => {
      if (event.source === frame.contentWindow && event.data === "put away") box.close();
    });
    bar.append(close, tab);
    inside.append(bar, frame);
    box.append(inside);
    document.body.append(box);
    return () => { box.showModal(); tell(); };
  }

  if (me.closest("body")) me.after(link); else document.body.append(link);
})();
