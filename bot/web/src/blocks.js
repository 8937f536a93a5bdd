import { h, icon, link, linked } from "./dom.js";

/** Sections that citizens must not miss, with their icon. */
const STANDING_OUT = { fee: "coin", deadline: "clock", confirming_agencies: "seal" };
/** How the title of one case begins in what the server sends. */
const CASE = /^Trường hợp /;
/** "Lưu ý: …": what stands before the colon is a label. */
const LABEL = /^([^:.]{2,24}:) (.*)$/s;
/** The server's own word before a source, which stands above it here. */
const SOURCE = /^Nguồn: /;
/** How many of a paper are needed, behind its name. */
const QUANTITY = / – (nộp|xuất trình)[^–]*$/;
/** Lists: neighbouring blocks of one kind. */
const LISTS = ["paper", "item", "step", "source"];
/** Sections so short and so often asked for that they never start folded. */
const SHORT = ["fee", "deadline"];
/** An answer with more letters than this comes in stages; so do this many cases, and more general rows than this. */
const LONG = 1000;
const MANY_CASES = 3;
const MANY_ROWS = 4;

/**
 * Blocks as elements.
 *
 * `view` gives `t` (words), `level` (of the next heading), `papers` (ticks: `key`, `ticked`, `tick`) and `long`
 * (whether further sections start folded).
 */
export function renderBlocks(blocks, view) {
  const sections = blocks.filter((block) => block.kind === "section");
  const cases = blocks.filter((block) => block.kind === "group" && CASE.test(block.title));
  const level = view.level + (blocks.some((block) => block.kind === "title") ? 1 : 0);
  return runs(blocks).map((run) => {
    const [block] = run;
    switch (block.kind) {
      case "title":
        return h(`h${view.level}`, { class: "title" }, view.name && isSame(view.name, block.text) ? view.name : block.text);
      case "section":
        return section(block, { ...view, level }, view.long && block !== sections[0] && !SHORT.includes(block.aspect));
      case "group":
        return group(block, { ...view, level }, folds(block, cases, view), block === cases[0]);
      case "paper":
        return papers(run, view);
      case "item":
        return h("ul", { class: "items" }, run.map((item) => entry(item, view)));
      case "step":
        return h("ol", { class: "steps", start: block.number }, run.map((step) => h("li", null, content(step, view))));
      case "source":
        return sources(run, view);
      case "confirmation":
        return confirmation(block, view);
      default:
        return h("p", null, linked(block.text || ""));
    }
  });
}

/** Whether an answer is so long that it should come in stages. */
export function isLong(reply) {
  return reply.text.length > LONG;
}

function runs(blocks) {
  const found = [];
  for (const block of blocks) {
    const last = found[found.length - 1];
    if (last && LISTS.includes(block.kind) && last[0].kind === block.kind) last.push(block);
    else found.push([block]);
  }
  return found;
}

function section(block, view, folded) {
  const sign = STANDING_OUT[block.aspect];
  const heading = h(`h${view.level}`, null, sign && icon(sign), block.aspect ? sentence(block.title) : block.title);
  const inner = renderBlocks(block.blocks, { ...view, level: Math.min(view.level + 1, 6) });
  const attributes = { class: sign ? "section stands-out" : "section", "data-aspect": block.aspect };
  if (folded) return h("details", attributes, h("summary", null, heading), inner);
  return h("section", attributes, heading, inner);
}

function folds(block, cases, view) {
  return cases.includes(block) ? cases.length >= MANY_CASES : view.long && block.blocks.length > MANY_ROWS;
}

function group(block, view, folded, open) {
  const inner = renderBlocks(block.blocks, { ...view, level: Math.min(view.level + 1, 6) });
  const heading = h(`h${view.level}`, null, block.title.replace(/:$/, ""));
  if (!folded) return h("div", { class: "group" }, heading, inner);
  const count = block.blocks.filter((one) => one.kind === "paper").length;
  const summary = h("summary", null, heading, count > 0 && h("span", { class: "count" }, view.t("papers", { n: count })));
  return h("details", { class: "group", open }, summary, inner);
}

/** A heading that the server writes in capitals, as words are written. */
function sentence(title) {
  return title.charAt(0) + title.slice(1).toLocaleLowerCase("vi");
}

function isSame(name, title) {
  return name.toLocaleUpperCase("vi") === title.toLocaleUpperCase("vi");
}

function papers(run, view) {
  const count = h("p", { class: "count" });
  const list = h("ul", { class: "papers" }, run.map((paper) => {
    const key = view.papers.key(paper.text);
    const box = h("input", { type: "checkbox", checked: view.papers.ticked(key), "data-paper": key });
    box.addEventListener("change", () => view.papers.tick(key, box.checked));
    return h("li", null, h("label", null, box, h("span", null, paper.text)), notes(paper, view));
  }));
  return h("div", { class: "to-prepare" }, run.length > 1 && count, list);
}

/** The names of the papers that are ticked, each once: as they stand, without how many are needed. */
export function tickedNames(root) {
  const boxes = Array.from(root.querySelectorAll("[data-paper]:checked"));
  return Array.from(new Set(boxes.map((box) => box.nextSibling.textContent.replace(QUANTITY, ""))));
}

/** Brings boxes, counts and what can be asked about them in line with what is ticked. */
export function refreshPapers(root, view) {
  for (const box of root.querySelectorAll("[data-paper]")) box.checked = view.papers.ticked(box.dataset.paper);
  for (const list of root.querySelectorAll(".to-prepare")) {
    const boxes = Array.from(list.querySelectorAll("[data-paper]"));
    const count = list.querySelector("p.count");
    if (count) count.textContent = view.t("have", { n: boxes.filter((box) => box.checked).length, all: boxes.length });
  }
  for (const ask of root.querySelectorAll(".ask-missing")) ask.hidden = !tickedNames(ask.parentNode).length;
}

function entry(block, view) {
  return h("li", null, content(block, view));
}

function content(block, view) {
  const label = block.label && h("strong", null, `${block.label}: `);
  return [label, ...linked(block.text), notes(block, view)];
}

function confirmation(block, view) {
  return h("div", { class: "confirmation" }, icon("seal"), h("div", null, h("p", null, labelled(block.text)), notes(block, view)));
}

function labelled(text) {
  const [, label, rest] = LABEL.exec(text) || [];
  return label ? [h("strong", null, label), ...linked(` ${rest}`)] : linked(text);
}

function notes(block, view) {
  const found = (block.notes || []).map((note) =>
    note.kind === "confirmation" ? confirmation(note, view) : h("p", { class: "note" }, labelled(note.text)),
  );
  return found.length ? h("div", { class: "notes" }, found) : null;
}

function sources(run, view) {
  const lines = run.map(({ url, text }) => {
    const named = text.replace(SOURCE, "");
    return h("li", null, url ? link(url, named) : linked(named));
  });
  return h("details", { class: "sources" }, h("summary", null, view.t("sources")), h("ul", null, lines));
}
