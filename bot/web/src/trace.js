import { h } from "./dom.js";

/** How staff see why an answer came about: what was understood, which procedures were weighed, which rows were used. */
export function tracePanel(trace, t) {
  const { intent, confidence, aspects, candidates, none, rows, ...others } = trace;
  const facts = [];
  const fact = (name, ...value) => facts.push(h("dt", null, name), h("dd", null, ...value));
  if (intent) fact(t("trace_intent"), ...(confidence === undefined ? [intent] : [intent, " ", bar(confidence)]));
  if (aspects && aspects.length) fact(t("trace_aspects"), aspects.join(", "));
  if (candidates && candidates.length) {
    fact(t("trace_candidates"), h("ol", null, candidates.map((one) =>
      h("li", null, `${one.code} ${one.name || ""} `, bar(one.probability)))), t("trace_none"), " ", bar(none));
  }
  if (rows && rows.length) fact(t("trace_rows"), h("ul", null, rows.map((row) => h("li", null, row.text ? [h("em", null, row.table), ` ${row.text}`] : plain(row)))));
  for (const [name, value] of Object.entries(others).filter(([, one]) => one && Object.keys(one).length)) fact(name, plain(value));
  return h("details", { class: "trace" }, h("summary", null, t("trace")), h("dl", null, facts));
}

function bar(probability) {
  const percent = `${Math.round(probability * 100)} %`;
  return h("span", { class: "probability" }, h("meter", { min: 0, max: 1, value: probability, "aria-label": percent }), ` ${percent}`);
}

function plain(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
