"use strict";
// Shows what data/*.js hold. Tokens, labels and names are anybody's text: they reach the page as text nodes alone, never as markup.
const microtome = (() => {
  const PAGE = 100;
  const COLUMNS = [
    { key: "feature", name: "Feature", doc: "index of the feature", number: String },
    { key: "label", name: "Label", doc: "label of highest correlation", text: true },
    { key: "text", name: "Tokens", doc: "where it is largest, and what it raises", text: true },
    { key: "density", name: "Density", doc: "share of the tokens on which it fires" },
    { key: "max", name: "Max", doc: "its largest value" },
    { key: "mean", name: "Mean", doc: "mean where it fires" },
    { key: "effect", name: "Effect", doc: "loss without it minus loss with it, nats a token on which it fires" },
    { key: "labelCorrelation", name: "r label", doc: "correlation with that label" },
    { key: "cosine", name: "Cosine", doc: "cosine of the nearest direction of the same dictionary" },
    { key: "correlation", name: "r next", doc: "correlation with the nearest feature of the same dictionary" },
  ];
  const state = { index: null, sae: 0, order: [], page: 0, sort: "feature", down: false, chosen: -1, chunks: new Map(), waiting: new Map() };
  const $ = id => document.getElementById(id);

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "onclick") made.addEventListener("click", value);
      else made.setAttribute(key, value);
    }
    made.append(...children.filter(child => child !== null));
    return made;
  }

  // 4 significant digits, small numbers with an exponent; a dash where there is none.
  function number(value) {
    if (value === null || value === undefined) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size < 1e-3 || size >= 1e6) return value.toExponential(2);
    return String(Number(value.toPrecision(4)));
  }

  // Byte-level vocabularies spell bytes as characters of their own; others write a space as U+2581.
  const BYTES = new Map();
  for (let byte = 0, extra = 0; byte < 256; byte++) {
    const plain = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    BYTES.set(String.fromCharCode(plain ? byte : 256 + extra++), byte);
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  function readable(token) {
    let text = token.replace(/\u2581/g, " ").replace(/<0x0A>/g, "\n");
    if (/[\u00a1-\u0143]/.test(text) && [...text].every(c => BYTES.has(c))) {
      try { text = decoder.decode(Uint8Array.from([...text].map(c => BYTES.get(c)))); } catch (e) { /* not bytes of whole characters */ }
    }
    return text.replace(/\n/g, "↵").replace(/\t/g, "⇥");
  }

  const sae = () => state.index.saes[state.sae];

  function value(column, feature) {
    return column.key === "feature" ? feature : sae()[column.key][feature];
  }

  function sorted() {
    const column = COLUMNS.find(each => each.key === state.sort);
    const terms = $("search").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const alive = $("alive").checked;
    const found = [];
    for (let feature = 0; feature < sae().features; feature++) {
      if (alive && !(sae().max[feature] > 0)) continue;
      const text = feature + " " + readable(sae().text[feature] + " " + sae().label[feature]).toLocaleLowerCase();
      if (terms.every(term => /^\d+$/.test(term) ? String(feature) === term || text.slice(text.indexOf(" ")).includes(term) : text.includes(term))) {
        found.push(feature);
      }
    }
    const sign = state.down ? -1 : 1;
    found.sort((a, b) => {
      const x = value(column, a), y = value(column, b);
      // What has no value comes last in either direction.
      if (x === null || x === "") return y === null || y === "" ? a - b : 1;
      if (y === null || y === "") return -1;
      const order = column.text ? x.localeCompare(y) : x - y;
      return sign * order || a - b;
    });
    return found;
  }

  function list() {
    state.order = sorted();
    state.page = 0;
    rows();
  }

  function rows() {
    const pages = Math.max(1, Math.ceil(state.order.length / PAGE));
    $("count").textContent = state.order.length + " of " + sae().features + " features";
    $("page").textContent = "page " + (state.page + 1) + " of " + pages;
    $("previous").disabled = state.page === 0;
    $("next").disabled = state.page + 1 >= pages;
    $("columns").replaceChildren(...COLUMNS.map(column => {
      const head = element("th", { scope: "col" }, element("button", { type: "button", title: column.doc, "data-key": column.key }, column.name));
      if (column.text) head.className = "text";
      if (column.key === state.sort) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      return head;
    }));
    const shown = state.order.slice(state.page * PAGE, (state.page + 1) * PAGE);
    $("rows").replaceChildren(...shown.map(feature => {
      const row = element("tr", { "data-feature": feature, tabindex: "-1", "aria-selected": feature === state.chosen });
      if (!(sae().max[feature] > 0)) row.className = "dead";
      for (const column of COLUMNS) {
        const cell = element("td", column.text ? { class: "text" } : {});
        const shownValue = value(column, feature);
        cell.textContent = column.text ? readable(shownValue) : (column.number || number)(shownValue);
        row.append(cell);
      }
      return row;
    }));
    const current = $("rows").querySelector("[aria-selected=true]") || $("rows").firstElementChild;
    if (current) current.tabIndex = 0;
  }

  function choose(feature, focus) {
    state.chosen = feature;
    const at = state.order.indexOf(feature);
    if (at >= 0 && Math.floor(at / PAGE) !== state.page) {
      state.page = Math.floor(at / PAGE);
      rows();
    }
    for (const row of $("rows").children) {
      const chosen = Number(row.dataset.feature) === feature;
      row.setAttribute("aria-selected", chosen);
      row.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) { row.focus(); row.scrollIntoView({ block: "nearest" }); }
    }
    const hash = "#" + encodeURIComponent(sae().name) + "/" + feature;
    if (location.hash !== hash) history.replaceState(null, "", hash);
    load(state.sae, Math.floor(feature / state.index.chunk), all => {
      if (state.chosen === feature) detail(feature, all[feature % state.index.chunk]);
    });
  }

  // A chunk is a script, for a page opened as a file may load no other data.
  function load(index, chunk, then) {
    const key = index + "-" + chunk;
    if (state.chunks.has(key)) return then(state.chunks.get(key));
    if (state.waiting.has(key)) { state.waiting.get(key).push(then); return; }
    state.waiting.set(key, [then]);
    const script = element("script", { src: "data/" + key + ".js" });
    script.addEventListener("error", () => {
      state.waiting.delete(key);
      $("detail").replaceChildren(element("p", { class: "hint", role: "alert" }, "Cannot read data/" + key + ".js beside this page."));
    });
    document.head.append(script);
  }

  function histogram(shares, maximum) {
    const NS = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("class", "histogram");
    svg.setAttribute("viewBox", "0 0 " + shares.length + " 100");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", "Histogram of its values where it fires, from 0 to " + number(maximum) + ": " + shares.map(number).join(", "));
    const highest = Math.max(...shares, 1e-12);
    shares.forEach((share, bin) => {
      const bar = document.createElementNS(NS, "rect");
      const height = share === 0 ? 0 : Math.max(1, 100 * share / highest);
      for (const [key, at] of [["x", bin + 0.06], ["y", 100 - height], ["width", 0.88], ["height", height]]) bar.setAttribute(key, at);
      const title = document.createElementNS(NS, "title");
      title.textContent = number(maximum * bin / shares.length) + " to " + number(maximum * (bin + 1) / shares.length) + ": " + number(100 * share) + " % of its fires";
      bar.append(title);
      svg.append(bar);
    });
    return svg;
  }

  function logits(title, effects, name) {
    return element("div", {}, element("h3", {}, title), element("ol", { class: "logits" },
      ...effects.map(([token, effect]) => element("li", {}, element("code", {}, readable(token)),
        element("span", { class: name }, (effect > 0 ? "+" : "") + number(effect))))));
  }

  function example(each, maximum) {
    const words = element("p", { class: "tokens", tabindex: "0", role: "group",
      "aria-label": "Sequence " + each.s + ", position " + each.p + ", value " + number(each.a) + ": " + each.t.map(readable).join("") });
    const output = element("output", {}, number(each.a));
    each.t.forEach((token, i) => {
      const word = element("span", { title: number(each.v[i]), "data-value": each.v[i] }, readable(token));
      word.style.setProperty("--a", each.v[i] > 0 ? (0.12 + 0.78 * Math.min(1, each.v[i] / maximum)).toFixed(3) : "0");
      if (each.o + i === each.p) word.className = "own";
      words.append(word);
    });
    const read = at => {
      for (const word of words.children) word.classList.remove("read");
      const word = words.children[at];
      if (!word) return;
      word.classList.add("read");
      output.textContent = word.textContent + " " + number(Number(word.dataset.value));
    };
    let at = each.p - each.o;
    words.addEventListener("mouseover", event => {
      const hovered = [...words.children].indexOf(event.target);
      if (hovered >= 0) read(at = hovered);
    });
    words.addEventListener("keydown", event => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      at = Math.min(words.children.length - 1, Math.max(0, at + step));
      read(at);
    });
    return element("li", {}, element("div", { class: "place" }, element("span", {}, "sequence " + each.s + ", position " + each.p), output), words);
  }

  function link(name, feature) {
    const known = state.index.saes.some(each => each.name === name);
    const text = name === sae().name ? String(feature) : name + " / " + feature;
    return known ? element("a", { href: "#" + encodeURIComponent(name) + "/" + feature }, text) : element("span", {}, text);
  }

  function table(title, heads, lines) {
    if (lines.length === 0) return null;
    return element("div", {}, element("h3", {}, title), element("table", {},
      element("thead", {}, element("tr", {}, ...heads.map((head, i) => element("th", i === 0 ? { class: "text", scope: "col" } : { scope: "col" }, head)))),
      element("tbody", {}, ...lines.map(line => element("tr", {}, ...line.map((cell, i) => element("td", i === 0 ? { class: "text" } : {}, cell)))))));
  }

  function detail(feature, facts) {
    const maximum = sae().max[feature];
    const numbers = element("dl", {}, ...COLUMNS.filter(column => !column.text && column.key !== "feature").map(column =>
      element("div", { title: column.doc }, element("dt", {}, column.name), element("dd", {}, number(value(column, feature))))));
    const bins = [...new Set(facts.e.map(each => each.b))];
    const labels = facts.l.map(([concept, label, r, specificity, sensitivity, f1, ratio]) =>
      [concept + " = " + label, number(r), number(specificity), number(sensitivity), number(f1), number(ratio)]);
    const near = facts.n.map(([relation, other, index, closeness]) => [link(other, index), relation.replace(/_/g, " "), number(closeness)]);
    const parents = facts.r.map(([other, index, cosine]) => [link(other, index), "parent by decoder cosine", number(cosine)]);
    $("detail").replaceChildren(...[
      element("h2", {}, "Feature " + feature),
      element("p", { class: "where" }, sae().name + " at " + sae().hook),
      numbers,
      maximum > 0 ? element("div", {}, element("h3", {}, "Values where it fires"), histogram(facts.h, maximum),
        element("div", { class: "axis" }, element("span", {}, "0"), element("span", {}, number(maximum)))) : element("p", { class: "hint" }, "It fires on none of " + sae().tokens + " tokens."),
      facts.u.length ? element("div", { class: "columns" }, logits("Raises the logits of", facts.u, "rise"), logits("Lowers the logits of", facts.d, "fall")) : null,
      table("Labels", ["Label", "r", "specificity", "sensitivity", "F1", "log-likelihood ratio"], labels),
      ...bins.map(bin => element("div", {}, element("h3", {}, bin === "top" ? "Largest values" : "Random, " + bin + " of the maximum"),
        element("ol", { class: "examples" }, ...facts.e.filter(each => each.b === bin).map(each => example(each, maximum))))),
      table("Near it", ["Feature", "relation", "value"], parents.concat(near)),
    ].filter(Boolean));
    $("detail").scrollTop = 0;
  }

  function follow() {
    const [name, feature] = location.hash.slice(1).split("/");
    let index = -1;
    try { index = state.index.saes.findIndex(each => each.name === decodeURIComponent(name)); } catch (e) { /* not an address of ours */ }
    if (index < 0 || !/^\d+$/.test(feature || "") || Number(feature) >= state.index.saes[index].features) return false;
    if (index !== state.sae) {
      state.sae = index;
      $("sae").value = String(index);
      list();
    }
    choose(Number(feature), false);
    return true;
  }

  function move(step) {
    const at = state.order.indexOf(state.chosen);
    const next = at < 0 ? 0 : Math.min(state.order.length - 1, Math.max(0, at + step));
    if (state.order.length > 0) choose(state.order[next], true);
  }

  function listen() {
    $("search").addEventListener("input", list);
    $("alive").addEventListener("change", list);
    $("sae").addEventListener("change", () => { state.sae = Number($("sae").value); state.chosen = -1; list(); });
    $("previous").addEventListener("click", () => { state.page--; rows(); });
    $("next").addEventListener("click", () => { state.page++; rows(); });
    $("columns").addEventListener("click", event => {
      const key = event.target.dataset && event.target.dataset.key;
      if (!key) return;
      // Numbers are of interest from the largest down, all but the index.
      state.down = key === state.sort ? !state.down : key !== "feature" && !COLUMNS.find(each => each.key === key).text;
      state.sort = key;
      list();
      $("columns").querySelector("[data-key=" + key + "]").focus();
    });
    $("rows").addEventListener("click", event => choose(Number(event.target.closest("tr").dataset.feature), true));
    document.addEventListener("keydown", event => {
      const typing = /^(INPUT|SELECT)$/.test(event.target.tagName);
      if (event.key === "/" && !typing) { event.preventDefault(); $("search").focus(); }
      else if (event.target === $("search") && (event.key === "Enter" || event.key === "ArrowDown")) { event.preventDefault(); if (state.order.length) choose(state.order[0], true); }
      else if (!typing && event.key === "ArrowDown") { event.preventDefault(); move(1); }
      else if (!typing && event.key === "ArrowUp") { event.preventDefault(); move(-1); }
      else if (!typing && event.key === "Enter" && event.target.closest && event.target.closest("#rows")) { event.preventDefault(); $("detail").focus(); }
    });
    addEventListener("hashchange", follow);
  }

  return {
    index(data) {
      state.index = data;
      $("title").textContent = data.title;
      document.title = data.title;
      $("sae").replaceChildren(...data.saes.map((each, i) => element("option", { value: i }, each.name)));
      listen();
      list();
      follow();
    },
    chunk(index, chunk, features) {
      const key = index + "-" + chunk;
      state.chunks.set(key, features);
      for (const then of state.waiting.get(key) || []) then(features);
      state.waiting.delete(key);
    },
  };
})();
