(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");

  for (const hidden of document.querySelectorAll(".tools, #filter")) hidden.hidden = false;

  // Colours: the reader's system decides until the reader does.
  const theme = byId("theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);
  const showTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; showTheme(); });
  prefersDark.addEventListener("change", showTheme);
  showTheme();

  // Details: opened for print, and for a link that leads into them.
  const details = [...document.querySelectorAll("details")];
  const all = byId("open-all");
  all.addEventListener("click", () => {
    const open = all.getAttribute("aria-pressed") !== "true";
    for (const one of details) one.open = open;
    all.setAttribute("aria-pressed", String(open));
  });
  let closed = [];
  addEventListener("beforeprint", () => { closed = details.filter((one) => !one.open); for (const one of closed) one.open = true; });
  addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
  byId("print").addEventListener("click", () => print());
  const reveal = () => {
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();

  // The access map's filter.
  const form = byId("filter");
  if (!form) return;
  const words = byId("words"), gaps = byId("gaps"), shown = byId("shown");
  const rows = [...document.querySelectorAll("#access tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
  const show = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = gaps.value.split(" ").filter(Boolean);
    let count = 0;
    for (const [row, text] of rows) {
      const fits = wanted.every((word) => text.includes(word)) &&
        (!severities.length || severities.includes(row.dataset.severity));
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = count + " of " + rows.length + " shown";
  };
  words.addEventListener("input", show);
  gaps.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
