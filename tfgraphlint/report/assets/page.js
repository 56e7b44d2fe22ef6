// The filters, and the keys. The page is complete without this.
"use strict";
(() => {
  const articles = [...document.querySelectorAll("article")];
  const search = document.getElementById("search");
  if (!search) return;
  for (const each of document.querySelectorAll(".controls, .keys, fieldset input")) each.hidden = false;
  const boxes = [...document.querySelectorAll("fieldset input")];
  const filters = document.querySelector("aside details");
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");

  // Within a group any of the values that are ticked, none standing for all; all groups must agree.
  function apply() {
    const wanted = {};
    for (const box of boxes) if (box.checked) (wanted[box.name] ??= new Set()).add(box.value);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const article of articles) {
      const text = article.textContent.toLowerCase();
      const fits = Object.entries(wanted).every(([name, values]) => values.has(article.dataset[name]))
        && words.every((word) => text.includes(word));
      article.hidden = !fits;
      if (fits) count += 1;
    }
    for (const section of document.querySelectorAll("section.file"))
      section.hidden = !section.querySelector("article:not([hidden])");
    shown.textContent = `${count} of ${articles.length} shown`;
    nothing.hidden = count > 0;
  }

  function reset() {
    for (const box of boxes) box.checked = false;
    search.value = "";
    apply();
  }

  function move(step) {
    const visible = articles.filter((article) => !article.hidden);
    const at = visible.findIndex((article) => article.contains(document.activeElement));
    const next = visible[at < 0 ? (step > 0 ? 0 : visible.length - 1) : at + step];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "start" });
    }
  }

  // A link to a rule or a row opens what it leads to.
  function open() {
    const aim = document.getElementById(location.hash.slice(1));
    if (aim instanceof HTMLDetailsElement) aim.open = true;
  }

  for (const box of boxes) box.addEventListener("change", apply);
  search.addEventListener("input", apply);
  document.getElementById("reset").addEventListener("click", reset);
  window.addEventListener("hashchange", open);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement && event.target.type === "search") {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "/") {
      filters.open = true;
      search.focus();
    }
    else return;
    event.preventDefault();
  });
  // On a phone the reports come first.
  if (window.matchMedia("(max-width: 63.99rem)").matches) filters.open = false;
  apply();
  open();
})();
